"""How the OGC API describes itself: parameters and answers of its operations, as OpenAPI 3.0.

The document at /ogc/api is cut out of the one of the whole service: its paths are relative to /ogc,
as OGC API - Features demands, and its pieces keep to what OpenAPI 3.0 knows.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from layers.api.ogc_links import GEOJSON, JSON
from layers.api.ogc_parameters import COMMON, PAGING
from layers.api.service import SECURITY_SCHEMES, service

ROOT = "/ogc"
_PROBLEM_FIELDS = ("type", "title", "detail", "instance", "code")
PROBLEM = {
    "type": "object",
    "required": ["title", "status"],
    "properties": {
        **{name: {"type": "string"} for name in _PROBLEM_FIELDS},
        "status": {"type": "integer"},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}
_DESCRIPTIONS = {
    "304": "The client has this answer already.",
    "400": "A parameter is unknown or malformed; `errors` names it.",
    "404": "There is nothing here, or nothing that this reader may know of.",
    "503": "The question took too long.",
}


def documented(
    parameters: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    media_type: str = JSON,
    problems: Sequence[str] = ("400",),
) -> dict[str, Any]:
    """Return `openapi_extra` of an operation: query parameters, the answer, the problems."""
    answer = {"description": "OK", "content": {media_type: {"schema": {"type": "object"}}}}
    if media_type not in {JSON, GEOJSON} and not media_type.endswith("+json"):
        answer["content"] = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    problem = {"content": {"application/problem+json": {"schema": PROBLEM}}}
    return {
        "parameters": [dict(item) for item in {**COMMON, **(parameters or {})}.values()],
        "responses": {
            "200": answer,
            **{code: {"description": _DESCRIPTIONS[code], **problem} for code in problems},
        },
    }


def document(server: str) -> dict[str, Any]:
    """Return the OpenAPI 3.0 document of the OGC API at the absolute address `server`."""
    return {
        "openapi": "3.0.3",
        "info": {
            "title": service.title,
            "version": service.version,
            "description": service.description,
        },
        "servers": [{"url": server}],
        "paths": _paths(),
        # QGIS reads the page size from here.
        "components": {
            "parameters": {**COMMON, "limit": PAGING["limit"]},
            "securitySchemes": SECURITY_SCHEMES,
        },
    }


@lru_cache(maxsize=1)
def _paths() -> dict[str, Any]:
    every = service.get_openapi_schema(path_prefix="/")["paths"]
    return {
        path.removeprefix(ROOT) or "/": _limited(operations)
        for path, operations in every.items()
        if path == ROOT or path.startswith(f"{ROOT}/")
    }


def _limited(operations: Mapping[str, Any]) -> dict[str, Any]:
    """Return a path's operations with the shared `limit` as a reference."""
    reference = {"$ref": "#/components/parameters/limit"}
    return {
        method: {
            **details,
            "parameters": [
                reference if item.get("name") == "limit" else item for item in details["parameters"]
            ],
        }
        for method, details in operations.items()
    }
