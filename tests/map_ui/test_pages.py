"""Pages: addresses, languages, who may open which, forms, what is in the page before any script."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.test import Client, RequestFactory
from sample_features import Sample, add, committed, make_layer

from map_ui.views import server_error

PAGES = ["", "map", "login", "places/cho-trang"]


@pytest.fixture(scope="module", autouse=True)
def sight(database: str) -> Iterator[Sample]:
    with committed() as made:
        made.append(make_layer("zg-sights", "tourism"))
        row = add(
            made[0],
            "trang",
            name="Trạng <b>Tí</b> & Sửu</script>",
            names={"en": "Page <i>sample</i>"},
        )
        add(made[0], "an", sensitivity=1, name="Ẩn mình")
        yield row


def test_the_root_leads_to_the_readers_language():
    assert Client().get("/").headers["Location"] == "/vi/"
    assert Client().get("/", HTTP_ACCEPT_LANGUAGE="en-GB").headers["Location"] == "/en/"
    assert Client().get("/", HTTP_ACCEPT_LANGUAGE="fr").headers["Location"] == "/vi/"
    client = Client()
    client.cookies["language"] = "en"
    assert client.get("/").headers["Location"] == "/en/"


def test_a_fault_before_anybody_is_known_has_its_page():
    answer = server_error(RequestFactory().get("/vi/import", HTTP_ACCEPT="text/html"))
    assert answer.status_code == 500
    assert "Mỹ Tho" in answer.content.decode()


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("page", PAGES)
def test_pages_in_both_languages(page: str, language: str):
    response = Client().get(f"/{language}/{page}")
    text = response.content.decode()
    assert response.status_code == 200
    assert f'<html lang="{language}"' in text
    assert re.search(r"<title>[^<]{3,}</title>", text)
    other = "en" if language == "vi" else "vi"
    assert f'href="/{other}/{page}"' in text
    assert "<main" in text


@pytest.mark.parametrize("page", PAGES)
def test_pages_hold_no_inline_code_without_nonce(page: str):
    text = Client().get(f"/vi/{page}").content.decode()
    for tag in re.findall(r"<(?:script|style)\b[^>]*>", text):
        assert "nonce=" in tag or "src=" in tag or "json" in tag, tag
    assert not re.findall(r"<[^>]+\sstyle=", text)
    assert not re.findall(r"<[^>]+\son\w+=", text)


def test_names_are_text_and_not_markup(sight: Sample):
    for path in ("/vi/", "/vi/places/cho-trang", "/en/places/cho-trang"):
        text = Client().get(path).content.decode()
        assert "<b>Tí</b>" not in text
        assert "<i>sample</i>" not in text
        assert "Sửu</script>" not in text
    assert (
        "&lt;b&gt;Tí&lt;/b&gt; &amp; Sửu" in Client().get("/vi/places/cho-trang").content.decode()
    )


def test_the_list_is_in_the_start_page_before_any_script(sight: Sample):
    page = Client().get("/vi/").content.decode()
    assert 'href="/vi/places/cho-trang"' in page
    assert "Ẩn mình" not in page


@pytest.mark.parametrize(
    "path", ["/xx/", "/vi/places/none", "/vi/places/cho-an", "/xx/map", "/vi/x"]
)
def test_what_is_not_there_is_a_page_of_its_own(path: str):
    response = Client().get(path)
    assert response.status_code == 404
    assert "<html" in response.content.decode()


def test_hidden_and_missing_places_look_alike(sight: Sample):
    hidden, missing = (Client().get(f"/vi/places/{name}") for name in ("cho-an", "cho-zz"))
    tidy = [
        re.sub(r"nonce=\"[^\"]*\"", "", page.content.decode()).replace(name, "")
        for page, name in ((hidden, "cho-an"), (missing, "cho-zz"))
    ]
    assert tidy[0] == tidy[1]


@pytest.mark.parametrize(
    ("role", "workspace", "security"),
    [
        ("planner", 200, 404),
        ("approver", 200, 404),
        ("environment_officer", 200, 404),
        ("ward_officer", 200, 404),
        ("administrator", 200, 404),
        ("security_staff", 403, 200),
    ],
)
def test_rooms_for_staff(role: str, workspace: int, security: int, sign_in: Callable):
    client = sign_in(role)
    assert client.get("/vi/workspace").status_code == workspace
    assert client.get("/en/security").status_code == security
    links = client.get("/vi/map").content.decode()
    assert ('href="/vi/workspace"' in links) == (workspace == 200)
    assert ('href="/vi/security"' in links) == (security == 200)


def test_a_page_that_may_not_be_opened_looks_like_one_that_is_not_there(sign_in: Callable):
    """Security staff's room does not exist for others who are signed in."""
    client = sign_in("planner")
    hidden, missing = client.get("/vi/security"), client.get("/vi/nothings")
    strip = re.compile(r"nonce=\"[^\"]*\"|name=\"csrfmiddlewaretoken\" value=\"[^\"]*\"")
    tidy = [strip.sub("", page.content.decode()) for page in (hidden, missing)]
    tidy[0] = tidy[0].replace("/security", "/nothings").replace("security", "nothings")
    assert hidden.status_code == missing.status_code == 404
    assert tidy[0] == tidy[1]


@pytest.mark.parametrize("page", ["workspace", "security"])
def test_visitors_are_sent_to_sign_in_and_back(page: str):
    response = Client().get(f"/en/{page}?z=12")
    assert response.status_code == 302
    assert response.headers["Location"] == f"/en/login?next=%2Fen%2F{page}%3Fz%3D12"
    form = Client().get(response.headers["Location"]).content.decode()
    assert f'value="/en/{page}?z=12"' in form


@pytest.mark.usefixtures("accounts")
@pytest.mark.parametrize(
    ("role", "reached"),
    [("planner", "/vi/workspace"), ("security_staff", "/vi/security")],
)
def test_sign_in_leads_to_ones_room(role: str, reached: str):
    credentials = {"username": f"test-{role}", "password": "Ba-Tri-Ben-Tre-68"}
    assert Client().post("/vi/login", credentials).headers["Location"] == reached


def test_the_form_says_what_went_wrong_and_keeps_the_name():
    wrong = {"username": '"><script>x</script>', "password": "no"}
    response = Client().post("/vi/login", wrong)
    text = response.content.decode()
    assert response.status_code == 422
    assert "&lt;script&gt;x" in text
    assert "<script>x" not in text
    assert re.search(r"role=\"alert\"|aria-live", text)


def test_health_tells_of_both_logins(monkeypatch: pytest.MonkeyPatch):
    for path in ("/health/live", "/health/ready"):
        response = Client().get(path)
        assert (response.status_code, response.json()) == (200, {"status": "ok"})
        assert response.headers["Cache-Control"] == "no-store"
