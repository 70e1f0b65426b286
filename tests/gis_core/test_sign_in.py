"""Sign-in: the right password, the wrong one, throttling that does not lock the owner out."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.test import Client
from django.utils import timezone

from gis_core import sign_in
from gis_core.models import SignInAttempt, User

PASSWORD = "Cau-Rach-Mieu-2009"
HOME, ELSEWHERE = "203.0.113.5", "198.51.100.9"


@pytest.fixture
def owner(db: None) -> Iterator[User]:
    yield User.objects.create_user("chu-nha", password=PASSWORD)


def attempt(name: str, password: str, address: str = HOME, **more: str):
    return Client().post(
        "/vi/login", {"username": name, "password": password, **more}, REMOTE_ADDR=address
    )


def test_passwords_are_kept_as_argon2(owner: User):
    assert identify_hasher(owner.password).algorithm == "argon2"
    assert owner.password.startswith("argon2$argon2id$")


def test_the_right_password_opens_a_session(owner: User):
    client = Client()
    response = client.post("/vi/login", {"username": "chu-nha", "password": PASSWORD})
    assert (response.status_code, response.headers["Location"]) == (302, "/vi/map")
    assert client.get("/api/catalog").json()["actor"]["signed_in"]
    assert response.headers["Cache-Control"] == "no-store"


def test_signing_in_and_out_changes_the_session(owner: User):
    client = Client()
    credentials = {"username": "chu-nha", "password": PASSWORD}
    client.post("/vi/login", credentials)
    first = client.session.session_key
    assert client.post("/vi/logout").headers["Location"] == "/vi/"
    assert not client.get("/api/catalog").json()["actor"]["signed_in"]
    client.post("/vi/login", credentials)
    assert client.session.session_key != first
    assert client.get("/vi/logout").status_code == 405


def test_a_new_password_ends_every_session(owner: User):
    client = Client()
    client.force_login(owner)
    assert client.get("/api/catalog").json()["actor"]["signed_in"]
    owner.set_password("Cho-Noi-Cai-Be-1946")
    owner.save()
    assert not client.get("/api/catalog").json()["actor"]["signed_in"]


def test_an_account_that_was_closed_is_nobody_at_once(owner: User):
    client = Client()
    client.force_login(owner)
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert not client.get("/api/catalog").json()["actor"]["signed_in"]
    assert attempt("chu-nha", PASSWORD).status_code == 422


def test_a_wrong_name_and_a_wrong_password_look_alike(owner: User):
    name, password = attempt("nobody", "x" * 12), attempt("chu-nha", "x" * 12)
    assert name.status_code == password.status_code == 422
    tidy = [answer.content.replace(b"nobody", b"chu-nha") for answer in (name, password)]
    tokens = [part.split(b'name="csrfmiddlewaretoken"')[0] for part in tidy]
    assert len(tidy[0]) == len(tidy[1])
    assert tokens[0].split(b"nonce")[0] == tokens[1].split(b"nonce")[0]


def fail(times: int, name: str = "chu-nha", address: str = HOME) -> None:
    for _ in range(times):
        SignInAttempt.objects.create(username=name, address=address)


@pytest.mark.usefixtures("clock_stands")
def test_guessing_is_slowed_down(owner: User):
    for _ in range(sign_in.FREE_FAILURES_BY_NAME):
        assert attempt("chu-nha", "wrong").status_code == 422
    # Now the right password has to wait as well: a guesser must not learn that it was right.
    held = attempt("chu-nha", PASSWORD)
    assert held.status_code == 429
    assert held.headers["Retry-After"] == "2"
    assert "sessionid" not in held.cookies
    assert "session" not in held.cookies


def test_the_owner_elsewhere_is_not_held_up(owner: User):
    fail(500, address=ELSEWHERE)
    assert attempt("chu-nha", PASSWORD, ELSEWHERE).status_code == 429
    assert attempt("chu-nha", PASSWORD, HOME).status_code == 302


@pytest.mark.usefixtures("clock_stands")
def test_waits_double_and_end(owner: User):
    waits = []
    for failures in (4, 5, 6, 7, 8):
        SignInAttempt.objects.all().delete()
        fail(failures)
        waits.append(sign_in.waiting_time_s("chu-nha", HOME))
    assert waits == [0, 2, 4, 8, 16]
    fail(1000)
    assert sign_in.waiting_time_s("chu-nha", HOME) == 900
    old = timezone.now() - sign_in.WINDOW - timedelta(seconds=1)
    SignInAttempt.objects.update(at=old)
    assert sign_in.waiting_time_s("chu-nha", HOME) == 0


@pytest.mark.usefixtures("clock_stands")
def test_one_address_cannot_try_many_names(owner: User):
    for number in range(sign_in.FREE_FAILURES_BY_ADDRESS):
        fail(1, name=f"name-{number}")
    assert attempt("chu-nha", PASSWORD).status_code == 429
    assert attempt("chu-nha", PASSWORD, ELSEWHERE).status_code == 302


def test_success_forgets_the_failures_of_that_name_and_address(owner: User):
    fail(4)
    fail(3, address=ELSEWHERE)
    assert attempt("chu-nha", PASSWORD).status_code == 302
    assert SignInAttempt.objects.filter(address=HOME).count() == 0
    assert SignInAttempt.objects.filter(address=ELSEWHERE).count() == 3


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/vi/map?z=12", "/vi/map?z=12"),
        ("https://evil.example/", "/vi/map"),
        ("//evil.example", "/vi/map"),
        ("javascript:alert(1)", "/vi/map"),
        ("\\\\evil.example", "/vi/map"),
    ],
)
def test_after_sign_in_one_stays_on_this_site(owner: User, wanted: str, reached: str):
    response = attempt("chu-nha", PASSWORD, next=wanted)
    assert response.headers["Location"] == reached


@pytest.mark.parametrize("name", ["", "x" * 10_000, "a\x00b", "' OR 1=1 --", "<script>"])
def test_strange_names_are_refused_quietly(db: None, name: str):
    response = attempt(name, "whatever")
    assert response.status_code in {400, 422}
    assert b"<script>" not in response.content.replace(b"<script nonce", b"")


def test_a_form_from_elsewhere_is_refused(owner: User):
    client = Client(enforce_csrf_checks=True)
    sent = client.post("/vi/login", {"username": "chu-nha", "password": PASSWORD})
    assert sent.status_code == 403
    assert client.post("/vi/logout").status_code == 403
