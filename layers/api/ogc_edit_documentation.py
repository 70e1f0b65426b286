"""How the operations of Part 4 describe themselves in the API documents."""

from collections.abc import Sequence
from typing import Any

from gis_core.crs import CRS84_URI, SERVICE_CRS
from layers.api.feature_body import GEOJSON_TYPES, PATCH_TYPES
from layers.api.ogc_documentation import PROBLEM
from layers.api.ogc_links import GEOJSON
from layers.api.ogc_parameters import COMMON

_FEATURE = {
    "type": "object",
    "required": ["type", "geometry", "properties"],
    "properties": {
        "type": {"type": "string", "enum": ["Feature"]},
        "geometry": {"type": "object"},
        "properties": {
            "type": "object",
            "description": "Fields of the schema; what is left out stays as it is. `_version` is"
            " the version that was read: changes of others since then are merged.",
        },
    },
}
_PATCH = {
    "type": "object",
    "properties": {"geometry": {"type": "object"}, "properties": {"type": "object"}},
}
_CONTENT_CRS = {
    "name": "Content-Crs",
    "in": "header",
    "required": False,
    "description": "Coordinate system of the body, as <URI>.",
    "schema": {"type": "string", "enum": [f"<{uri}>" for uri in SERVICE_CRS]}
    | {"default": f"<{CRS84_URI}>"},
}
_CODES = {
    "202": "The edit waits for review; `change_set` names it.",
    "400": "The body is not a feature that can be read.",
    "401": "A token is needed, or it is no longer valid.",
    "403": "The account does not have this right here.",
    "404": "There is nothing here, or nothing that this reader may know of.",
    "409": "Somebody changed the same field or geometry; the edit is kept as a draft.",
    "412": "If-Match names another version than the present one.",
    "413": "The body is too large.",
    "415": "The body is of another media type.",
    "422": "Values or the geometry break a rule; `errors` names each field.",
    "428": "Neither `_version` nor If-Match says which version was read.",
    "503": "The server is busy.",
}


def _if_match(required: bool) -> dict[str, Any]:
    return {
        "name": "If-Match",
        "in": "header",
        "required": required,
        "description": "The ETag that was read; 412 where the feature has changed since.",
        "schema": {"type": "string"},
    }


def _described(
    answers: dict[str, Any],
    problems: Sequence[str],
    *,
    headers: Sequence[dict[str, Any]],
    types: Sequence[str] = (),
    body: dict[str, Any] | None = None,
) -> dict[str, Any]:
    problem = {"content": {"application/problem+json": {"schema": PROBLEM}}}
    found: dict[str, Any] = {
        "parameters": [*COMMON.values(), *headers],
        "responses": {
            **answers,
            "202": {"description": _CODES["202"]},
            **{code: {"description": _CODES[code], **problem} for code in problems},
        },
        "security": [{"device_token": []}],
    }
    if body is not None:
        content = {media_type: {"schema": body} for media_type in types}
        found["requestBody"] = {"required": True, "content": content}
    return found


_SHOWN = {"content": {GEOJSON: {"schema": {"type": "object"}}}}
_LOCATION = {"Location": {"schema": {"type": "string"}, "description": "Address of the feature."}}
_BODY = ("400", "401", "403", "404", "413", "415", "422", "503")

CREATE = _described(
    {"201": {"description": "Created.", "headers": _LOCATION, **_SHOWN}},
    _BODY,
    headers=[_CONTENT_CRS],
    types=GEOJSON_TYPES,
    body=_FEATURE,
)
REPLACE = _described(
    {"200": {"description": "The feature as it stands now.", **_SHOWN}},
    (*_BODY, "409", "412", "428"),
    headers=[_CONTENT_CRS, _if_match(False)],
    types=GEOJSON_TYPES,
    body=_FEATURE,
)
DELETE = _described(
    {"204": {"description": "Deleted."}},
    ("400", "401", "403", "404", "412", "503"),
    headers=[_if_match(False)],
)
PATCH = _described(
    {"200": {"description": "The feature as it stands now.", **_SHOWN}},
    (*_BODY, "412", "428"),
    headers=[_CONTENT_CRS, _if_match(True)],
    types=PATCH_TYPES,
    body=_PATCH,
)
