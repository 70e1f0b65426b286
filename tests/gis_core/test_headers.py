"""Promise S2: the headers are on every answer of every route, whoever asks and whatever comes."""

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from route_cases import Route, address, routes
from sample_features import LAT, LON, Sample
from staff_roles import STAFF_ROLES as ROLES

NOBODY = Sample("zz-no-layer", "parcels", 4242424242, "khong-co", LON, LAT)
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
EVERY_ROUTE = pytest.mark.parametrize(
    "route", routes(), ids=lambda route: f"{route.channel.name}:{route.pattern}"
)
# Addresses that no route answers, and requests that break off early.
ODD = ["/", "/nowhere", "/vi/nowhere", "/xx/", "/api/nowhere", "/tiles/a/99/0/0.mvt", "/static/no"]
ODD += ["/api/identify", "/api/search?limit=x", "/ogc/collections/x/items?bbox=1", "/admin/"]


def check_headers(response, path: str) -> None:
    for name, value in ALWAYS.items():
        assert response.headers.get(name) == value, (name, path)
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "'unsafe" not in policy
    scripts = re.search(r"script-src 'self' 'nonce-[\w-]{16,}'", policy)
    page = response.headers.get("Content-Type", "").startswith("text/html")
    assert page == (scripts is not None), path
    assert response.headers["Cross-Origin-Resource-Policy"] in {"same-origin", "cross-origin"}
    assert "camera=()" in response.headers["Permissions-Policy"]
    assert response.headers["Cache-Control"], path
    assert "server" not in {name.lower() for name in response.headers}


def send(client: Client, route: Route, method: str):
    return client.generic(method, address(route, NOBODY))


@EVERY_ROUTE
def test_every_route_for_visitors_and_staff(route: Route, database: str, sign_in: Callable):
    for role in ("anonymous", "planner"):
        for method in (*route.channel.methods, "DELETE"):
            response = send(sign_in(role), route, method)
            assert response.status_code < 500, (role, method)
            check_headers(response, route.pattern)


@EVERY_ROUTE
def test_declared_methods_are_answered_and_others_are_not(route: Route, database: str):
    declared = {
        method
        for other in routes()
        if other.pattern == route.pattern
        for method in other.channel.methods
    }
    for method in declared:
        assert send(Client(), route, method).status_code != 405, method
    for method in {"POST", "PUT", "PATCH", "DELETE"} - declared:
        assert send(Client(), route, method).status_code in {403, 404, 405}, method


@EVERY_ROUTE
def test_nothing_is_kept_for_people_who_are_signed_in(
    route: Route, database: str, sign_in: Callable
):
    """A shared cache must not hold what one person may see; nor an answer without Vary."""
    for role in ROLES:
        response = send(sign_in(role), route, route.channel.methods[0])
        assert response.headers["Cache-Control"] == "no-store" or (
            "no-store" in response.headers["Cache-Control"]
        ), role
    open_answer = send(Client(), route, route.channel.methods[0])
    if "public" in open_answer.headers["Cache-Control"]:
        assert "max-age=0" in open_answer.headers["Cache-Control"]
        vary = open_answer.headers["Vary"].lower()
        assert "cookie" in vary
        assert "accept-language" in vary


@pytest.mark.parametrize("path", ODD)
def test_errors_and_redirects_have_them_too(path: str, database: str):
    response = Client().get(path)
    assert response.status_code in {301, 302, 400, 404, 422}
    check_headers(response, path)


def test_a_failure_of_the_server_says_nothing_about_the_inside(database: str, monkeypatch):
    def broken(*_arguments):
        raise RuntimeError("inner secret")

    monkeypatch.setattr("layers.catalogue.catalogue", broken)
    for path in ("/api/catalog", "/vi/"):
        monkeypatch.setattr("map_ui.views.places", broken)
        response = Client(raise_request_exception=False).get(path)
        assert response.status_code == 500
        assert b"inner secret" not in response.content
        assert b"Traceback" not in response.content
        check_headers(response, path)
    assert response.headers["Content-Type"].startswith("text/html")


def test_problems_are_described_for_programs(database: str):
    response = Client().get("/api/layers/zz-no-layer/rows?lang=en")
    assert response.headers["Content-Type"] == "application/problem+json"
    body = response.json()
    assert (body["status"], body["code"], body["instance"]) == (
        404,
        "not_found",
        "/api/layers/zz-no-layer/rows",
    )


def test_every_answer_has_a_nonce_of_its_own(database: str):
    policies = {Client().get("/vi/nowhere").headers["Content-Security-Policy"] for _ in range(5)}
    assert len(policies) == 5


@pytest.mark.usefixtures("accounts")
def test_cookies_are_closed_to_scripts_and_other_sites():
    credentials = {"username": "test-planner", "password": "Ba-Tri-Ben-Tre-68"}
    cookies = Client().post("/vi/login", credentials).cookies
    session, token = cookies[settings.SESSION_COOKIE_NAME], cookies[settings.CSRF_COOKIE_NAME]
    assert session["httponly"]
    assert session["samesite"] == token["samesite"] == "Lax"
    assert session["path"] == "/"
    assert not session["domain"]


def test_https_brings_strict_transport(database: str, monkeypatch: pytest.MonkeyPatch):
    assert "Strict-Transport-Security" not in Client().get("/health/live").headers
    monkeypatch.setattr(settings, "SECURE_HSTS_SECONDS", 31_536_000)
    headers = Client().get("/health/live").headers
    assert headers["Strict-Transport-Security"] == "max-age=31536000"


def test_other_sites_may_read_public_data_without_credentials(database: str):
    data, page = Client().get("/api/catalog").headers, Client().get("/vi/nowhere").headers
    assert data["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in data
    assert "Access-Control-Allow-Origin" not in page
