"""The tree of errors that a caller can do something about, and the one table to HTTP status.

`problem()` encodes any of them as application/problem+json (RFC 9457).
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from psycopg2.errors import QueryCanceled

from gis_core.geometry_refusal import GeometryRefused
from gis_core.tile_grid import InvalidTile

logger = logging.getLogger(__name__)


class CityError(Exception):
    """Base of the errors that are explained to the caller; `detail` says what to do."""

    code = "error"

    def __init__(self, detail: str, errors: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = list(errors)


class BadRequest(CityError):
    """The request cannot be understood: a parameter is missing, malformed or out of range."""

    code = "bad_request"


class NotFound(CityError):
    """There is nothing here, or nothing that this reader may know of: one answer for both."""

    code = "not_found"

    def __init__(self, detail: str = "", errors: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__(detail or gettext("There is nothing at this address."), errors)


class SignInNeeded(CityError):
    """The action is for people who are signed in."""

    code = "sign_in_needed"


class NotAllowed(CityError):
    """The actor is known and has no right to do this; not used where existence is a secret."""

    code = "not_allowed"


class Conflict(CityError):
    """Somebody else changed the feature since the version that the caller started from."""

    code = "conflict"


class TooLarge(CityError):
    """The body of the request has more bytes than are taken."""

    code = "body_too_large"


class WrongMediaType(CityError):
    """The body of the request is of a type that is not taken here."""

    code = "wrong_media_type"


class Stale(CityError):
    """If-Match names another state than the present one: the caller has not seen the latest."""

    code = "stale"


class ConditionNeeded(CityError):
    """The change needs an If-Match, so that nothing is overwritten unseen."""

    code = "condition_needed"


class Invalid(CityError):
    """The values were understood and break a rule; `errors` names each one."""

    code = "invalid"


class TooManyRequests(CityError):
    """The caller must wait; `retry_after_s` seconds."""

    code = "too_many_requests"

    def __init__(self, detail: str, retry_after_s: int) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class Busy(CityError):
    """The work took longer than its limit and was stopped."""

    code = "busy"


STATUS: dict[type[Exception], int] = {
    BadRequest: 400,
    InvalidTile: 400,
    GeometryRefused: 422,
    SignInNeeded: 401,
    NotAllowed: 403,
    PermissionDenied: 403,
    NotFound: 404,
    Http404: 404,
    Conflict: 409,
    Stale: 412,
    TooLarge: 413,
    WrongMediaType: 415,
    Invalid: 422,
    ConditionNeeded: 428,
    TooManyRequests: 429,
    Busy: 503,
    OperationalError: 503,
}
EXPLAINED = tuple(STATUS)
TITLES = {
    400: _("The request cannot be understood"),
    401: _("Please sign in"),
    403: _("You do not have this right"),
    404: _("Not found"),
    405: _("This method is not offered here"),
    409: _("Changed by somebody else"),
    412: _("Changed since you read it"),
    413: _("Too much at once"),
    415: _("This kind of content is not taken here"),
    422: _("Some values are not accepted"),
    428: _("Say which state you started from"),
    429: _("Too many requests"),
    500: _("The server made a mistake"),
    503: _("The server is busy"),
}


def status_of(error: Exception) -> int:
    """Return the HTTP status for an error of the tree; 500 for any other."""
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 500)


def problem(
    request: HttpRequest, status: int, detail: str, code: str, errors: Sequence[Any] = ()
) -> JsonResponse:
    """Return an RFC 9457 answer; `detail` is in the reader's language."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": str(TITLES.get(status, TITLES[500])),
        "status": status,
        "detail": detail,
        "instance": request.path,
        "code": code,
    }
    if errors:
        body["errors"] = list(errors)
    return JsonResponse(
        body,
        status=status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
        headers={"Cache-Control": "no-store"},
    )


def _database_trouble(error: OperationalError) -> tuple[str, str]:
    """Return detail and code: a question that was too large, or a database that is not there."""
    if isinstance(error.__cause__, QueryCanceled):
        detail = gettext("The question took too long. Zoom in or ask for less, then try again.")
        return detail, "busy"
    logger.error("The database does not answer: %s", error)
    return gettext("The database does not answer. Please try again in a minute."), "no_database"


def problem_from(request: HttpRequest, error: Exception) -> JsonResponse:
    """Encode `error`. Errors from outside the tree say nothing about the inside."""
    status = status_of(error)
    if isinstance(error, OperationalError):
        response = problem(request, status, *_database_trouble(error))
        response["Retry-After"] = "5"
        return response
    if isinstance(error, (Http404, PermissionDenied)):
        error = NotFound() if status == STATUS[Http404] else NotAllowed(str(TITLES[403]))
    detail = str(getattr(error, "detail", "") or error)
    code = str(getattr(error, "code", "error"))
    response = problem(request, status, detail, code, getattr(error, "errors", ()))
    if isinstance(error, TooManyRequests):
        response["Retry-After"] = str(error.retry_after_s)
    return response
