"""Conditional answers: the ETag is a hash of the bytes, so it tells nothing but the bytes do."""

import hashlib

from django.http import HttpRequest, HttpResponse


def etag_of(body: bytes, version: int | None = None) -> str:
    """Return the ETag of `body`; with a version it also says from which one an edit starts."""
    digest = hashlib.sha256(body).hexdigest()[:32]
    return f'"{digest}"' if version is None else f'"{version}.{digest}"'


def bytes_response(
    request: HttpRequest, body: bytes, content_type: str, version: int | None = None
) -> HttpResponse:
    """Return 200 with `body`, or 304 when the client has the same bytes."""
    etag = etag_of(body, version)
    sent = {
        part.strip().removeprefix("W/")
        for part in request.META.get("HTTP_IF_NONE_MATCH", "").split(",")
    }
    response = (
        HttpResponse(status=304) if etag in sent else HttpResponse(body, content_type=content_type)
    )
    response["ETag"] = etag
    return response
