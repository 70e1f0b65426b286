"""Links of the OGC API and the answers that carry them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from layers.api.caching import bytes_response

JSON = "application/json"
GEOJSON = "application/geo+json"
SCHEMA_JSON = "application/schema+json"
MVT = "application/vnd.mapbox-vector-tile"
OPENAPI_3_0 = "application/vnd.oai.openapi+json;version=3.0"
OPENAPI_3_1 = "application/vnd.oai.openapi+json;version=3.1"
OGC_REL = "http://www.opengis.net/def/rel/ogc/1.0/"

Link = dict[str, Any]


def address(request: HttpRequest, path: str = "") -> str:
    """Return the absolute address of a path below /ogc, as the client reaches this server."""
    return request.build_absolute_uri(f"/ogc{path}")


def link(href: str, rel: str, media_type: str, title: str = "") -> Link:
    """Return one link object."""
    found = {"href": href, "rel": rel, "type": media_type}
    return {**found, "title": title} if title else found


def self_link(request: HttpRequest, media_type: str = JSON) -> Link:
    """Return the link of an answer to itself."""
    return link(request.build_absolute_uri(), "self", media_type)


def same_query(request: HttpRequest, changes: Mapping[str, int | None]) -> str:
    """Return this request's address with parameters set, or left out where the value is None."""
    query = {name: request.GET[name] for name in request.GET} | dict(changes)
    kept = {name: value for name, value in query.items() if value is not None}
    return request.build_absolute_uri(request.path) + (f"?{urlencode(kept)}" if kept else "")


def link_header(links: Iterable[Link]) -> str:
    """Return links as a Link header (RFC 8288)."""
    return ", ".join(
        f'<{item["href"]}>; rel="{item["rel"]}"; type="{item["type"]}"' for item in links
    )


def json_answer(
    request: HttpRequest, body: Mapping[str, Any], media_type: str = JSON
) -> HttpResponse:
    """Return `body` as JSON with its links repeated in the Link header, or 304."""
    response = bytes_response(request, json.dumps(body, ensure_ascii=False).encode(), media_type)
    if links := body.get("links"):
        response["Link"] = link_header(item for item in _linked(links) if "templated" not in item)
    return response


def _linked(links: Sequence[Link]) -> list[Link]:
    return [item for item in links if item["href"].isascii()]


def language_of(request: HttpRequest) -> str:
    """Return the language of titles that the request is answered in."""
    return str(getattr(request, "LANGUAGE_CODE", "vi"))
