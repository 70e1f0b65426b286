"""Middleware: security headers on every answer, the actor and the language of every request."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext

from gis_core import device_tokens
from gis_core.access import ANONYMOUS, Actor, Grant
from gis_core.channels import READING, Cache, ForeignPage
from gis_core.city import city
from gis_core.errors import EXPLAINED, problem, problem_from, status_of
from gis_core.models import RoleGrant

GetResponse = Callable[[HttpRequest], HttpResponse]
MACHINE_PATHS = ("/api/", "/ogc/", "/ogc", "/tiles/", "/open311/")
TOKEN_PATHS = ("/api/", "/ogc")  # where a device token says who asks
_SIGN_IN_NEEDED = 401
_METHOD_NOT_ALLOWED = 405
_SERVER_ERROR = 500


def is_for_programs(request: HttpRequest) -> bool:
    """Tell whether the address serves programs, which are answered with problem+json."""
    return request.path.startswith(MACHINE_PATHS)


_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # answers that replace an inner one lose it
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=()",
    "Cache-Control": "no-store",  # redirects made further out have none
}
# Without credentials: another site's page reads what an anonymous reader may read.
_PUBLIC_DATA = {
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Access-Control-Allow-Origin": "*",
}
_PAGES = {"Cross-Origin-Resource-Policy": "same-origin"}
_NOTHING_RUNS = "default-src 'none'; frame-ancestors 'none'"


class SecurityHeaders:
    """Outermost: the headers of every answer, static files and errors included."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers."""
        request.csp_nonce = SimpleLazyObject(  # type: ignore[attr-defined]
            lambda: secrets.token_urlsafe(16)
        )
        response = self.get_response(request)
        for name, value in security_headers(request, response).items():
            response.headers.setdefault(name, value)
        return response


def security_headers(request: HttpRequest, response: HttpResponse) -> dict[str, str]:
    """Return the headers for an answer, for those that it does not have yet."""
    public_data = is_for_programs(request) or request.path.startswith("/static/")
    # A page asks for scripts and styles by its nonce; nothing else is ever a document that runs.
    page = response.headers.get("Content-Type", "").startswith("text/html")
    found = {
        "Content-Security-Policy": _policy(request) if page else _NOTHING_RUNS,
        **_ALWAYS,
        **(_PUBLIC_DATA if public_data else _PAGES),
    }
    if settings.SECURE_HSTS_SECONDS:
        found["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}"
    return found


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
        language = language_of(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            try:
                request.actor = _actor(request)  # type: ignore[attr-defined]
            except EXPLAINED as error:  # a token that is not valid
                response: HttpResponse = problem_from(request, error)
            else:
                response = self.get_response(request)
        if response.status_code == _METHOD_NOT_ALLOWED and is_for_programs(request):
            response = _method_not_allowed(request, response)
        _ask_for_token(request, response)
        _cache_header(request, response)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer programs with problem+json; people get the error pages."""
        if not is_for_programs(request) or status_of(error) == _SERVER_ERROR:
            return None
        return problem_from(request, error)


def by_token(request: HttpRequest) -> bool:
    """Tell whether the request brings a device token to an address that looks at it."""
    return "HTTP_AUTHORIZATION" in request.META and request.path.startswith(TOKEN_PATHS)


def _actor(request: HttpRequest) -> Any:
    if by_token(request):
        # A browser that has once been asked for the token sends it along with foreign forms too.
        foreign = request.META.get("HTTP_SEC_FETCH_SITE") in {"cross-site", "same-site"}
        if foreign and request.method not in READING:
            raise ForeignPage(gettext("This page may not write here."))
        actor = actor_for(device_tokens.account_of(request))
        # Who asks is proved by the token, not by a cookie that a browser adds by itself.
        request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]
        return replace(actor, memo={})
    if settings.SESSION_COOKIE_NAME in request.COOKIES:
        return SimpleLazyObject(lambda: replace(actor_of(request), memo={}))
    return ANONYMOUS  # without a session cookie no table is read


def _ask_for_token(request: HttpRequest, response: HttpResponse) -> None:
    # Not for /api/ without a token: the browser would ask people of the viewer for a password.
    asks = by_token(request) or request.path.startswith("/ogc")
    if response.status_code == _SIGN_IN_NEEDED and asks:
        response["WWW-Authenticate"] = 'Basic realm="City GIS", charset="UTF-8"'


def _method_not_allowed(request: HttpRequest, refused: HttpResponse) -> HttpResponse:
    allowed = refused.headers.get("Allow", "")
    detail = gettext("Offered here: %s") % allowed
    response = problem(request, _METHOD_NOT_ALLOWED, detail, "method_not_allowed")
    response["Allow"] = allowed
    return response


def language_of(request: HttpRequest) -> str:
    """Return the language: the address first, then ?lang=, the cookie, the browser's wish."""
    known = city().languages
    meta = request.META
    first = request.path.split("/", 2)[1] if request.path.count("/") else ""
    # Looked at only where it is there: tiles come by the dozen.
    asked = request.GET.get("lang", "") if meta.get("QUERY_STRING") else ""
    kept = request.COOKIES.get("language", "") if meta.get("HTTP_COOKIE") else ""
    accepted = meta.get("HTTP_ACCEPT_LANGUAGE", "")[:2].lower()
    return next((wish for wish in (first, asked, kept, accepted) if wish in known), known[0])


def actor_of(request: HttpRequest) -> Actor:
    """Return who asks, by the session."""
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
    anonymous = settings.SESSION_COOKIE_NAME not in request.COOKIES and not by_token(request)
    if declared is not None and declared.cache is Cache.PUBLIC_DATA and anonymous:
        response["Cache-Control"] = "public, max-age=0, must-revalidate"
    else:
        response["Cache-Control"] = "no-store"
    patch_vary_headers(response, ("Cookie", "Accept-Language"))
    if request.path.startswith(TOKEN_PATHS):
        patch_vary_headers(response, ("Authorization",))
