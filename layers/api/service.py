"""The one typed HTTP service: routers register here, errors are encoded here.

Views parse, call a door and encode. `request.actor` is who asks (gis_core/headers.py).
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from gis_core.access import Actor
from gis_core.channels import Cache, Cost, channel
from gis_core.errors import STATUS, problem, problem_from

service = NinjaAPI(
    title="City GIS",
    version="1.0.0",
    description="Tiles, OGC API - Features, identify, search. Errors are RFC 9457 problems.",
    docs_url=None,
    openapi_url=None,
)

# How a program proves who asks; see gis_core/device_tokens.py.
SECURITY_SCHEMES = {
    "device_token": {
        "type": "http",
        "scheme": "basic",
        "description": "Name of the account and a personal token; or the token alone as Bearer.",
    }
}


def actor(request: HttpRequest) -> Actor:
    """Return who asks."""
    found: Actor = request.actor  # type: ignore[attr-defined]
    return found


def _known_error(request: HttpRequest, error: Any) -> HttpResponse:
    return problem_from(request, error)


for _kind in STATUS:
    service.add_exception_handler(_kind, _known_error)


@service.exception_handler(ValidationError)
def _parameters(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Name each parameter that cannot be understood."""
    entries = [
        {"parameter": ".".join(str(part) for part in entry["loc"][1:]), "detail": entry["msg"]}
        for entry in error.errors
    ]
    detail = gettext("Check these parameters: %s") % ", ".join(
        sorted({entry["parameter"] for entry in entries})
    )
    return problem(request, 400, detail, "bad_parameter", entries)


@service.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(request, error.status_code, str(error), "error")


@channel("api.openapi", cost=Cost.CHEAP, cache=Cache.PUBLIC_DATA)
def openapi(request: HttpRequest) -> HttpResponse:
    """Return the OpenAPI 3.1 document of everything that is served to programs."""
    document: dict[str, Any] = service.get_openapi_schema(path_prefix="/")
    document.setdefault("components", {})["securitySchemes"] = SECURITY_SCHEMES
    document["servers"] = [{"url": request.build_absolute_uri("/").rstrip("/")}]
    return service.create_response(request, document, status=200)
