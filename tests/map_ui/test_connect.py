"""The page “Connect”: who may open it, a token is shown once, works, and can be revoked."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from gis_core import device_tokens
from gis_core.models import DeviceToken, User

PATH = "/vi/connect"


@pytest.fixture
def planner(sign_in: Callable[[str], Client], accounts: dict[str, int]) -> Client:
    DeviceToken.objects.filter(user_id=accounts["planner"]).delete()
    return sign_in("planner")


def secret_in(page: str) -> str:
    found = re.search(rf"{device_tokens.PREFIX}[\w-]{{43}}", page)
    assert found, page
    return found.group()


def make(client: Client, name: str = "QGIS", days: str = "90"):
    return client.post(PATH, {"name": name, "days": days})


def test_it_is_for_staff(sign_in):
    response = Client().get(PATH)
    assert (response.status_code, response["Location"]) == (302, "/vi/login?next=%2Fvi%2Fconnect")
    for role in ("planner", "security_staff", "ward_officer", "administrator"):
        page = sign_in(role).get(PATH)
        assert page.status_code == 200
        assert page["Cache-Control"] == "no-store"


def test_accounts_without_a_role_have_no_page(db: None):
    client = Client()
    client.force_login(User.objects.create_user("zz-nobody"))
    assert client.get(PATH).status_code == 403


@pytest.mark.parametrize(("language", "words"), [("vi", "Kết nối QGIS"), ("en", "Connect QGIS")])
def test_both_languages_say_the_address_and_the_steps(planner, language, words):
    page = planner.get(f"/{language}/connect").content.decode()
    assert words in page
    assert "http://testserver/ogc/" in page
    assert "test-planner" in page
    assert page.count("<li") >= 5


def test_a_token_is_shown_once_and_works(planner):
    page = make(planner, "Máy <b>1</b>").content.decode()
    secret = secret_in(page)
    assert "Máy &lt;b&gt;1&lt;/b&gt;" in page
    assert secret not in planner.get(PATH).content.decode()
    answer = Client().get("/api/catalog", headers={"authorization": f"Bearer {secret}"})
    assert answer.json()["actor"]["roles"] == ["planner"]


def test_revoking(planner, sign_in):
    secret = secret_in(make(planner).content.decode())
    token = DeviceToken.objects.get(digest=device_tokens.digest_of(secret))
    refused = sign_in("administrator").post(PATH, {"revoke": token.pk})
    assert refused.status_code == 422
    done = planner.post(PATH, {"revoke": token.pk})
    assert done.status_code == 200
    answer = Client().get("/api/catalog", headers={"authorization": f"Bearer {secret}"})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "form",
    [
        {"name": "", "days": "90"},
        {"name": "x" * 81, "days": "90"},
        {"name": "QGIS", "days": "91"},
        {"name": "QGIS", "days": "²"},
        {"name": "QGIS", "days": "9" * 30},
        {"name": "QGIS"},
        {"revoke": "x"},
        {"revoke": "9" * 30},
        {},
    ],
)
def test_forms_that_are_refused(planner, form):
    response = planner.post(PATH, form)
    assert response.status_code == 422
    assert device_tokens.PREFIX not in response.content.decode()


def test_a_form_from_elsewhere_and_a_token_open_nothing(planner, accounts):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(pk=accounts["planner"]))
    assert make(strict).status_code == 403
    secret = secret_in(make(planner).content.decode())
    # A token must not make further tokens: it counts for programs only.
    page = Client().get(PATH, headers={"authorization": f"Bearer {secret}"})
    assert page.status_code == 302
