"""The register of channels: declared routes are found, undeclared ones stop the start."""

import subprocess
import sys
from http.cookies import SimpleCookie

import pytest
from django.conf import settings
from django.core.checks import Error
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware, _get_new_csrf_string
from django.test import RequestFactory, override_settings
from django.urls import path
from ninja import NinjaAPI
from route_cases import routes
from staff_roles import STAFF_ROLES as ROLES

from gis_core import access, channels
from gis_core.channels import (
    Audit,
    Cache,
    Channel,
    Cost,
    ForeignPage,
    channel,
    check_channels,
)


@channel("test.declared", cache=Cache.NEVER, cost=Cost.CHEAP)
def declared(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("yes")


def undeclared(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("no")


service = NinjaAPI(urls_namespace="test-channels", docs_url=None, openapi_url=None)


@service.get("/half")
@channel("test.half")
def half(request: HttpRequest) -> str:
    return "declared"


@service.post("/half")
def other_half(request: HttpRequest) -> str:
    return "not declared"


urlpatterns = [
    path("yes", declared),
    path("no", undeclared),
    path("api/", service.urls),
    path("admin/anything", undeclared),
]


@pytest.fixture(autouse=True)
def clean_register(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {name: c for name, c in channels._channels.items() if not name.startswith("test.")}
    monkeypatch.setattr(channels, "_channels", kept)


def test_every_route_of_the_product_is_declared():
    assert channels.undeclared_routes() == []
    assert check_channels() == []


@override_settings(ROOT_URLCONF=__name__)
def test_undeclared_routes_are_named():
    """Also one of two methods at one address; the administration has guards of its own."""
    assert set(channels.undeclared_routes()) >= {"no", "api/half"}
    assert "yes" not in channels.undeclared_routes()
    assert "admin/anything" not in channels.undeclared_routes()
    problems = check_channels()
    assert {problem.id for problem in problems} == {"gis_core.E001"}
    assert all(isinstance(problem, Error) and problem.hint for problem in problems)


def test_the_check_is_registered_before_any_address_is_read():
    """A check that is only imported with the routes would come too late to be run."""
    code = (
        "import django; django.setup();"
        "from django.core.checks.registry import registry;"
        "print(sorted(check.__name__ for check in registry.registered_checks))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert "check_channels" in done.stdout


def test_a_view_knows_its_channel_and_tells_the_request():
    request = HttpRequest()
    request.method = "GET"
    assert declared(request).content == b"yes"
    assert request.channel is declared.channel
    assert declared.channel == Channel(
        "test.declared", frozenset(), Cache.NEVER, Cost.CHEAP, Audit.NONE, ("GET", "HEAD")
    )


def test_a_method_that_is_not_declared_does_not_reach_the_view():
    request = HttpRequest()
    request.method = "POST"
    refused = declared(request)
    assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD")


def test_declarations_are_sensible():
    for route in routes():
        entry = route.channel
        assert entry.roles <= set(access.ROLES), entry.name
        if entry.roles or entry.audit in {Audit.SIGN_IN, Audit.WRITE}:
            assert entry.cache is Cache.NEVER, entry.name
        if set(entry.methods) & {"POST", "PUT", "PATCH", "DELETE"}:
            assert entry.audit in {Audit.SIGN_IN, Audit.WRITE}, entry.name


def test_roles_of_tests_and_product_agree():
    assert {"anonymous", *ROLES} == set(access.ROLES)


def ask_to_write(**extra):
    request = RequestFactory().post("/half", **extra)
    CsrfViewMiddleware(lambda _request: HttpResponse()).process_request(request)
    return request


@channel("test.writes", methods=("GET", "POST"))
def writes(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("written")


def test_a_write_with_a_cookie_needs_the_token_of_the_session():
    token = _get_new_csrf_string()
    cookies = SimpleCookie({settings.SESSION_COOKIE_NAME: "s", settings.CSRF_COOKIE_NAME: token})
    cookie = cookies.output(header="", sep=";")
    with pytest.raises(ForeignPage):
        writes(ask_to_write(HTTP_COOKIE=cookie))
    with pytest.raises(ForeignPage):
        writes(ask_to_write(HTTP_COOKIE=cookie, HTTP_X_CSRFTOKEN=_get_new_csrf_string()))
    assert writes(ask_to_write(HTTP_COOKIE=cookie, HTTP_X_CSRFTOKEN=token)).content == b"written"
    assert writes(RequestFactory().get("/half", HTTP_COOKIE=cookie)).content == b"written"


def test_who_has_no_cookie_or_proves_it_otherwise_needs_no_token():
    assert writes(ask_to_write()).content == b"written"
    proved = ask_to_write(HTTP_COOKIE=f"{settings.SESSION_COOKIE_NAME}=s")
    proved._dont_enforce_csrf_checks = True
    assert writes(proved).content == b"written"
