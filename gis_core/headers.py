"""Middleware: security headers on every answer, the actor and the language of every request."""

import secrets
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext

from gis_core.access import ANONYMOUS, Actor, Grant
from gis_core.channels import Cache
from gis_core.city import city
from gis_core.errors import problem, problem_from, status_of
from gis_core.models import RoleGrant

GetResponse = Callable[[HttpRequest], HttpResponse]
MACHINE_PATHS = ("/api/", "/ogc/", "/ogc", "/tiles/", "/open311/")
_METHOD_NOT_ALLOWED = 405
_SERVER_ERROR = 500


def is_for_programs(request: HttpRequest) -> bool:
    """Tell whether the address serves programs, which are answered with problem+json."""
    return request.path.startswith(MACHINE_PATHS)


class SecurityHeaders:
    """Outermost: the headers of every answer, static files and errors included."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers."""
        request.csp_nonce = secrets.token_urlsafe(16)  # type: ignore[attr-defined]
        response = self.get_response(request)
        headers = response.headers
        headers.setdefault("Content-Security-Policy", _policy(request))
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("X-Frame-Options", "DENY")  # answers that replace an inner one lose it
        headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "geolocation=(self), camera=(), microphone=()")
        headers.setdefault("Cache-Control", "no-store")  # redirects made further out have none
        public_data = is_for_programs(request) or request.path.startswith("/static/")
        headers.setdefault(
            "Cross-Origin-Resource-Policy", "cross-origin" if public_data else "same-origin"
        )
        if public_data:
            # Without credentials: another site's page reads what an anonymous reader may read.
            headers.setdefault("Access-Control-Allow-Origin", "*")
        if settings.SECURE_HSTS_SECONDS:
            headers.setdefault(
                "Strict-Transport-Security", f"max-age={settings.SECURE_HSTS_SECONDS}"
            )
        return response


def _policy(request: HttpRequest) -> str:
    nonce = f"'nonce-{request.csp_nonce}'"  # type: ignore[attr-defined]
    basemaps = " ".join(sorted({entry.origin for entry in city().basemaps if entry.origin}))
    return (
        f"default-src 'none'; script-src 'self' {nonce}; style-src 'self' {nonce};"
        f" img-src 'self' data: blob: {basemaps}; font-src 'self'; connect-src 'self' {basemaps};"
        " worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'; object-src 'none'"
    )


class ActorAndLanguage:
    """Gives each request its actor and language, and each answer its cache header."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set actor and language before the view, the cache header after it."""
        request.actor = SimpleLazyObject(lambda: actor_of(request))  # type: ignore[attr-defined]
        language = language_of(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        if response.status_code == _METHOD_NOT_ALLOWED and is_for_programs(request):
            response = _method_not_allowed(request, response)
        _cache_header(request, response)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer programs with problem+json; people get the error pages."""
        if not is_for_programs(request) or status_of(error) == _SERVER_ERROR:
            return None
        return problem_from(request, error)


def _method_not_allowed(request: HttpRequest, refused: HttpResponse) -> HttpResponse:
    allowed = refused.headers.get("Allow", "")
    detail = gettext("Offered here: %s") % allowed
    response = problem(request, _METHOD_NOT_ALLOWED, detail, "method_not_allowed")
    response["Allow"] = allowed
    return response


def language_of(request: HttpRequest) -> str:
    """Return the language: the address first, then ?lang=, the cookie, the browser's wish."""
    known = city().languages
    first = request.path.split("/", 2)[1] if request.path.count("/") else ""
    accepted = request.headers.get("Accept-Language", "")[:2].lower()
    wishes = (first, request.GET.get("lang", ""), request.COOKIES.get("language", ""), accepted)
    return next((wish for wish in wishes if wish in known), known[0])


def actor_of(request: HttpRequest) -> Actor:
    """Return who asks. Without a session cookie no table is read."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return ANONYMOUS
    user: Any = request.user
    return actor_for(user) if user.is_authenticated else ANONYMOUS


def actor_for(user: Any) -> Actor:
    """Return the actor of an account, with the grants that it has at this moment."""
    grants = RoleGrant.objects.filter(user_id=user.pk).values_list(
        "role", "theme", "layer", "ward_code", "valid_until"
    )
    name = user.get_full_name() or user.get_username()
    return Actor(user.pk, name, tuple(Grant(*row) for row in grants))


def _cache_header(request: HttpRequest, response: HttpResponse) -> None:
    if response.has_header("Cache-Control"):
        return
    declared = getattr(request, "channel", None)
    anonymous = settings.SESSION_COOKIE_NAME not in request.COOKIES
    if declared is not None and declared.cache is Cache.PUBLIC_DATA and anonymous:
        response["Cache-Control"] = "public, max-age=0, must-revalidate"
    else:
        response["Cache-Control"] = "no-store"
    patch_vary_headers(response, ("Cookie", "Accept-Language"))
