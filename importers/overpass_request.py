"""Asks an Overpass service for what OpenStreetMap knows of the configured city.

For an administrator's command only: the web server never fetches an address.
"""

import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from django.conf import settings

from gis_core.city import city
from importers.refusals import refusal

_WAIT_S = 300
_MOST_BYTES = 512 << 20
_PIECE_BYTES = 1 << 20
_KEYS = (
    *("highway", "waterway", "natural", "water", "landuse", "leisure", "building", "place"),
    *("amenity", "office", "tourism", "historic", "power", "emergency", "man_made"),
)


def query(bbox_4326: tuple[float, float, float, float]) -> str:
    """Return the question for everything with a tag that our themes know, with its places."""
    west, south, east, north = bbox_4326
    box = f"({south},{west},{north},{east})"
    wanted = "".join(f'nwr["{key}"]{box};' for key in _KEYS)
    return f"[out:json][timeout:{_WAIT_S}][maxsize:{_MOST_BYTES}];({wanted});out body geom;"


def fetch(into: Path) -> None:
    """Write the answer about the city to a file; raises FileRefused where there is none."""
    url = settings.OVERPASS_URL
    if urllib.parse.urlsplit(url).scheme not in {"http", "https"}:
        raise refusal("overpass_address")
    body = urllib.parse.urlencode({"data": query(city().bbox_4326)}).encode()
    request = urllib.request.Request(url, body, {"User-Agent": "city-gis import_osm"})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=_WAIT_S) as answer, into.open("wb") as out:  # noqa: S310 -- an administrator's setting, checked above
            while piece := answer.read(_PIECE_BYTES):
                if out.tell() + len(piece) > _MOST_BYTES:
                    raise refusal("overpass_too_large", facts={"most_mb": _MOST_BYTES >> 20})
                out.write(piece)
    except OSError as error:
        told = {"url": url, "reason": " ".join(str(error).split())[:200]}
        raise refusal("overpass_silent", facts=told) from error
