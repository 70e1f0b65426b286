"""Conditional answers: the ETag is a hash of the bytes, so it tells nothing but the bytes do."""

import hashlib

from django.http import HttpRequest, HttpResponse


def bytes_response(request: HttpRequest, body: bytes, content_type: str) -> HttpResponse:
    """Return 200 with `body`, or 304 when the client has the same bytes."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    sent = {
        part.strip().removeprefix("W/")
        for part in request.META.get("HTTP_IF_NONE_MATCH", "").split(",")
    }
    response = (
        HttpResponse(status=304) if etag in sent else HttpResponse(body, content_type=content_type)
    )
    response["ETag"] = etag
    return response
