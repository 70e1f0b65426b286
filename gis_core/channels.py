"""The register of HTTP channels: every route says who it is for, how it is cached, what it costs.

A route that is not declared is a start-up error (gis_core.E001), and the access, cache and header
tests are generated from the register.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from inspect import getclosurevars, isfunction
from typing import Any, ParamSpec, TypeVar, cast

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.middleware.csrf import CsrfViewMiddleware
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.translation import gettext

from gis_core import repeated_requests
from gis_core.errors import NotAllowed

P = ParamSpec("P")
R = TypeVar("R")


class Cache(StrEnum):
    """How an answer may be kept. Anything carrying a version or a person is not kept at all."""

    NEVER = "no-store"
    PUBLIC_DATA = "public-data"  # anonymous: revalidate; signed in: never
    STATIC = "static"


class Cost(StrEnum):
    """What one request may cost at worst; sets limits and throttles."""

    CHEAP = "cheap"
    DATABASE = "database"
    HEAVY = "heavy"


class Audit(StrEnum):
    """What the audit keeps of a request."""

    NONE = "none"
    READ = "read"
    WRITE = "write"
    SIGN_IN = "sign-in"


@dataclass(frozen=True)
class Channel:
    """One declared way in. An empty `roles` is open; what is shown still depends on the actor."""

    name: str
    roles: frozenset[str]
    cache: Cache
    cost: Cost
    audit: Audit
    methods: tuple[str, ...]
    own_key: bool = False

    @property
    def repeatable(self) -> bool:
        """Tell whether a request with an Idempotency-Key is applied once, if sent again too."""
        return self.audit is Audit.WRITE and not self.own_key


_channels: dict[str, Channel] = {}
READING = frozenset({"GET", "HEAD", "OPTIONS"})


class ForeignPage(NotAllowed):
    """A write with a session's cookie and without its token: it may come from another site."""

    code = "csrf"


class _TokenOfSession(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        raise ForeignPage(
            gettext(
                "The page is too old to save from. Nothing was written: reload it, then repeat."
            )
        )


def _nothing(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


_token_of_session = _TokenOfSession(_nothing)


def _require_token(request: Any) -> None:
    """Refuse a write that a foreign page could have sent along with the reader's cookie.

    The typed HTTP service takes all its views out of Django's own check. Whoever proves who asks in
    another way than by the cookie sets `request._dont_enforce_csrf_checks`, which Django knows.
    """
    if request.method not in READING and settings.SESSION_COOKIE_NAME in request.COOKIES:
        request.csrf_processing_done = False
        _token_of_session.process_view(request, _nothing, (), {})


def channel(
    name: str,
    *,
    roles: frozenset[str] = frozenset(),
    cache: Cache = Cache.PUBLIC_DATA,
    cost: Cost = Cost.DATABASE,
    audit: Audit = Audit.NONE,
    methods: tuple[str, ...] = ("GET", "HEAD"),
    own_key: bool = False,
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare a view as a channel; the declaration is readable as `view.channel`.

    Requests with a method that is not declared are answered 405. `own_key` is for a view that looks
    at Idempotency-Key itself; all other writes are applied once (gis_core/repeated_requests.py).
    """
    entry = Channel(name, roles, cache, cost, audit, methods, own_key)
    _channels[name] = entry

    def declare(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def declared(*args: P.args, **kwargs: P.kwargs) -> R:
            request: Any = args[0]
            request.channel = entry
            if request.method not in methods:
                refusal: Any = HttpResponseNotAllowed(methods)
                return cast(R, refusal)
            _require_token(request)
            if entry.repeatable and "HTTP_IDEMPOTENCY_KEY" in request.META:
                return cast(R, repeated_requests.once(request, lambda: view(*args, **kwargs)))
            return view(*args, **kwargs)

        declared.channel = entry  # type: ignore[attr-defined]
        return declared

    return declare


def channels() -> tuple[Channel, ...]:
    """Return every declared channel, by name."""
    return tuple(_channels[name] for name in sorted(_channels))


# Routes of Django itself: the administration guards each of its views, static files are public.
_FRAMEWORK = ("admin/",)


def _patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _patterns(entry, prefix + str(entry.pattern))
        else:
            yield prefix + str(entry.pattern), entry


def _declared(view: Any) -> bool:
    # django-ninja makes one view for all methods of a path and keeps the operations in its closure.
    path_view = getclosurevars(view).nonlocals.get("self") if isfunction(view) else None
    operations = getattr(path_view, "operations", None)
    if operations is not None:
        return all(hasattr(operation.view_func, "channel") for operation in operations)
    return hasattr(view, "channel")


def undeclared_routes() -> list[str]:
    """Return the address patterns of the product whose views declare no channel."""
    return [
        route
        for route, pattern in _patterns(get_resolver())
        if not route.lstrip("^").startswith(_FRAMEWORK) and not _declared(pattern.callback)
    ]


@register()
def check_channels(**_kwargs: Any) -> list[CheckMessage]:
    """Refuse to start with a route that nobody has declared."""
    return [
        Error(
            f"The route {route!r} is not in the channel register.",
            hint="Put @channel(...) from gis_core.channels on its view.",
            id="gis_core.E001",
        )
        for route in undeclared_routes()
    ]
