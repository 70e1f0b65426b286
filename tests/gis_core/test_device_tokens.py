"""Device tokens: who they stand for, where, until when; wrong ones are slowed down."""

import base64
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from gis_core import device_tokens, sign_in
from gis_core.errors import Invalid, NotFound
from gis_core.models import DeviceToken, RoleGrant, SignInAttempt, User

PASSWORD = "Cau-Rach-Mieu-2009"
HOME, ELSEWHERE = "203.0.113.5", "198.51.100.9"


@pytest.fixture
def owner(db: None) -> User:
    cache.clear()
    user = User.objects.create_user("chủ-nhà", password=PASSWORD)
    RoleGrant.objects.create(user=user, role="planner")
    return user


@pytest.fixture
def secret(owner: User) -> str:
    return device_tokens.issue(owner, "QGIS", 90).secret


def basic(name: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()


def ask(authorization: str, path: str = "/api/catalog", address: str = HOME, **more: str):
    headers = {"authorization": authorization, **more}
    return Client().get(path, headers=headers, REMOTE_ADDR=address)


def name_of(response) -> str | None:
    return response.json()["actor"]["name"]


def test_a_token_is_random_and_kept_as_a_hash_only(owner: User):
    issued = device_tokens.issue(owner, "  QGIS at work ", 30)
    random = issued.secret.removeprefix(device_tokens.PREFIX)
    assert len(base64.urlsafe_b64decode(random + "=")) == 32
    saved = DeviceToken.objects.values().get(pk=issued.token.pk)
    assert saved["name"] == "QGIS at work"
    assert issued.secret not in str(saved)
    assert saved["digest"] == device_tokens.digest_of(issued.secret)
    assert timedelta(days=29) < saved["expires_at"] - timezone.now() < timedelta(days=31)


def test_it_works_as_basic_password_and_as_bearer(owner: User, secret: str):
    for way in (basic("chủ-nhà", secret), f"Bearer {secret}", f"bearer {secret}"):
        response = ask(way)
        assert name_of(response) == "chủ-nhà"
        assert response.headers["Cache-Control"] == "no-store"
        assert "Authorization" in response.headers["Vary"]
        assert "session" not in response.cookies


def test_it_counts_on_addresses_for_programs_only(owner: User, secret: str):
    assert ask(f"Bearer {secret}", "/vi/workspace").status_code == 302
    assert ask(f"Bearer {secret}", "/admin/").status_code == 302
    assert ask("Bearer wrong", "/vi/map").status_code == 200
    assert ask("Bearer wrong", "/tiles/x.json").status_code == 404
    assert ask(f"Bearer {secret}", "/ogc/collections").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer wrong",
        "Basic",
        "Basic ????",
        "Basic " + base64.b64encode(b"\xff\xfe:x").decode(),
        basic("", ""),
        basic("chủ-nhà", PASSWORD),
        basic("chủ-nhà\0", "x\0"),
        "Digest username=x",
        "Negotiate abc",
        "Bearer " + "x" * 5000,
        "Bearer \udcff",
    ],
)
def test_anything_else_is_refused_and_asks_for_basic(owner: User, header: str):
    response = ask(header, "/ogc/collections")
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Basic ")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.json()["code"] == "sign_in_needed"


def test_the_name_must_be_that_of_the_token(owner: User, secret: str):
    User.objects.create_user("khac")
    assert ask(basic("khac", secret)).status_code == 401
    assert ask(basic("", secret)).status_code == 401


def test_a_token_wins_over_a_session(owner: User, secret: str):
    client = Client()
    client.force_login(User.objects.create_user("khac"))
    response = client.get("/api/catalog", headers={"authorization": f"Bearer {secret}"})
    assert name_of(response) == "chủ-nhà"
    assert client.get("/api/catalog", headers={"authorization": "Bearer x"}).status_code == 401


def test_what_ends_a_token(owner: User, secret: str):
    way = f"Bearer {secret}"
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert ask(way).status_code == 401
    User.objects.filter(pk=owner.pk).update(is_active=True)
    assert ask(way).status_code == 200
    tokens = DeviceToken.objects.filter(user=owner)
    tokens.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert ask(way).status_code == 401
    tokens.update(expires_at=timezone.now() + timedelta(days=1))
    assert ask(way).status_code == 200
    owner.set_password("Cho-Noi-Cai-Be-1946")
    owner.save()
    assert ask(way).status_code == 401
    assert not device_tokens.live_tokens(owner).exists()


def test_revoking_ends_it_and_is_for_the_owner_only(owner: User, secret: str):
    other = User.objects.create_user("khac")
    token = device_tokens.live_tokens(owner).get()
    with pytest.raises(NotFound):
        device_tokens.revoke(other, token.pk)
    assert ask(f"Bearer {secret}").status_code == 200
    device_tokens.revoke(owner, token.pk)
    assert ask(f"Bearer {secret}").status_code == 401
    with pytest.raises(NotFound):
        device_tokens.revoke(owner, token.pk)


def test_rights_are_read_anew_for_every_request(owner: User, secret: str):
    assert ask(f"Bearer {secret}").json()["actor"]["roles"] == ["planner"]
    RoleGrant.objects.filter(user=owner).delete()
    assert ask(f"Bearer {secret}").json()["actor"]["roles"] == []


@pytest.mark.usefixtures("clock_stands")
def test_last_use_is_written_once_a_minute(owner: User, secret: str):
    tokens = DeviceToken.objects.filter(user=owner)
    ask(f"Bearer {secret}")
    first = tokens.get().last_used_at
    assert first is not None
    ask(f"Bearer {secret}")
    assert tokens.get().last_used_at == first
    tokens.update(last_used_at=first - timedelta(minutes=2))
    ask(f"Bearer {secret}")
    assert tokens.get().last_used_at >= first


@pytest.mark.usefixtures("clock_stands")
def test_guessing_is_slowed_down_and_live_tokens_are_not(owner: User, secret: str):
    for number in range(sign_in.FREE_FAILURES_BY_NAME):
        assert ask(basic("chủ-nhà", f"guess-{number}")).status_code == 401
    held = ask(basic("chủ-nhà", "another"))
    assert held.status_code == 429
    assert int(held.headers["Retry-After"]) >= 1
    assert ask(basic("chủ-nhà", secret)).status_code == 200
    assert ask(basic("chủ-nhà", "another"), address=ELSEWHERE).status_code == 401
    form = {"username": "chủ-nhà", "password": PASSWORD}
    assert Client().post("/vi/login", form, REMOTE_ADDR=HOME).status_code == 429


@pytest.mark.usefixtures("clock_stands")
def test_a_program_that_was_left_running_holds_up_nobody(owner: User, secret: str):
    device_tokens.revoke(owner, device_tokens.live_tokens(owner).get().pk)
    for _ in range(50):
        assert ask(basic("chủ-nhà", secret)).status_code == 401
    assert SignInAttempt.objects.filter(address=HOME).count() == 1


def test_names_spans_and_numbers_are_limited(owner: User):
    for name, days in (("", 30), (" \0 ", 30), ("x" * 81, 30), ("QGIS", 31), ("QGIS", 36_500)):
        with pytest.raises(Invalid):
            device_tokens.issue(owner, name, days)
    for number in range(device_tokens.MAX_TOKENS):
        device_tokens.issue(owner, f"QGIS {number}", 30)
    with pytest.raises(Invalid):
        device_tokens.issue(owner, "one more", 30)
