"""Asks an Overpass service for what OpenStreetMap knows of the configured city.

For an administrator's command only: the web server never fetches an address.
"""

import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import IO

from django.conf import settings

from gis_core.city import city
from importers.refusals import Unreadable, refusal

_WAIT_S = 300  # for the first byte of an answer; the service takes as long for a question
_MOST_S = 900  # for a whole answer, however slowly it comes
_LATER_S = 60  # where a busy service does not say when to ask again
_MOST_LATER_S = 24 * 3600
_BUSY = frozenset({429, 503, 504})
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
    """Write the answer about the city to a file; raises FileRefused where there is none.

    A file of that name stays as it is until the whole answer has come.
    """
    url = settings.OVERPASS_URL
    if urllib.parse.urlsplit(url).scheme not in {"http", "https"}:
        raise refusal("overpass_address")
    body = urllib.parse.urlencode({"data": query(city().bbox_4326)}).encode()
    request = urllib.request.Request(url, body, {"User-Agent": "city-gis import_osm"})  # noqa: S310
    try:
        with _whole(into) as out, urllib.request.urlopen(request, timeout=_WAIT_S) as answer:  # noqa: S310 -- an administrator's setting, checked above
            _copy(answer, out, url)
    except urllib.error.HTTPError as error:
        raise _of_status(error, url) from error
    except (OSError, HTTPException) as error:
        told = {"url": url, "reason": " ".join(str(error).split())[:200]}
        raise refusal("overpass_silent", facts=told) from error


@contextmanager
def _whole(target: Path) -> Iterator[IO[bytes]]:
    """Give a file that gets its name when all is written, and is gone where that fails."""
    partial = target.with_name(f".{target.name}.part")
    try:
        with partial.open("wb") as out:
            yield out
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _copy(answer: HTTPResponse, out: IO[bytes], url: str) -> None:
    last_s = time.monotonic() + _MOST_S
    while piece := answer.read1(_PIECE_BYTES):
        if not out.tell() and not piece.lstrip().startswith(b"{"):
            raise refusal("overpass_page", facts={"url": url})
        if out.tell() + len(piece) > _MOST_BYTES:
            raise refusal("overpass_too_large", facts={"most_mb": _MOST_BYTES >> 20})
        if time.monotonic() > last_s:
            raise refusal("overpass_silent", facts={"url": url, "reason": "timed out"})
        out.write(piece)
    if not out.tell():
        raise refusal("overpass_page", facts={"url": url})
    if answer.length:  # bytes that were promised
        raise refusal("overpass_broken_off", facts={"reason": "end is missing"})


def _of_status(error: urllib.error.HTTPError, url: str) -> Unreadable:
    if error.code not in _BUSY:
        return refusal("overpass_refused", facts={"url": url, "status": error.code})
    later = error.headers.get("Retry-After", "")
    wait_s = min(int(later), _MOST_LATER_S) if later.isdecimal() else _LATER_S
    return refusal("overpass_busy", facts={"url": url, "status": error.code, "wait_s": wait_s})
