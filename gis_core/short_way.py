"""Anonymous GETs of the hottest addresses, without the parts of the framework they do not need.

A map asks for dozens of small tiles at once, and every second for what is new; sessions, forms,
signals and the search for the view cost as much as the answer. View, actor, language and headers
are the same; whatever is not the plain case (the cookie of a session, a token, another method, an
odd address) goes the long way.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIRequest
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.utils.module_loading import import_string

from gis_core.errors import EXPLAINED, problem_from
from gis_core.headers import ActorAndLanguage, SecurityHeaders

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
_TILE = re.compile(r"/tiles/([!-.0-~]+)/([0-9]{1,9})/([0-9]{1,9})/([0-9]{1,9})\.mvt")
_LIVE = re.compile(r"/api/live")
_VIEWS = {_TILE: "layers.api.tiles.mvt", _LIVE: "layers.api.live.recent"}


class ShortWay:
    """A WSGI application in front of Django's, with the same answers."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._views: dict[re.Pattern[str], Callable[..., HttpResponse]] = {
            address: import_string(name) for address, name in _VIEWS.items()
        }
        viewed: Any = convert_exception_to_response(self._viewed)
        shrunk: Any = GZipMiddleware(ActorAndLanguage(viewed))
        self._answer = SecurityHeaders(shrunk)

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer a plain request for a tile or for what is new; hand on every other."""
        plain = (
            environ["REQUEST_METHOD"] == "GET"
            and settings.SESSION_COOKIE_NAME not in environ.get("HTTP_COOKIE", "")
            and "HTTP_AUTHORIZATION" not in environ
            and _matched(environ.get("PATH_INFO", "")) is not None
        )
        if not plain:
            return self._application(environ, start_response)
        close_old_connections()
        response = self._answer(WSGIRequest(environ))
        response.headers["Content-Length"] = str(len(response.content))
        start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
        return [response.content]

    def _viewed(self, request: HttpRequest) -> HttpResponse:
        address = _matched(request.path)
        assert address is not None  # noqa: S101 -- __call__ has looked
        slugs, numbers = address.groups()[:1], address.groups()[1:]
        try:
            return self._views[address.re](request, *slugs, *(int(number) for number in numbers))
        except EXPLAINED as error:
            return problem_from(request, error)


def _matched(path: str) -> re.Match[str] | None:
    return _TILE.fullmatch(path) or _LIVE.fullmatch(path)
