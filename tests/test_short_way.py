"""The short way of tiles gives the very answers of the long one, headers included."""

import gzip
from time import sleep

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory

from gis_core.change_log import LATE_S
from gis_core.short_way import ShortWay
from gis_core.tile_grid import tile_at

FULL = tile_at(106.365, 10.355, 15)
ADDRESS = f"{FULL.z}/{FULL.x}/{FULL.y}.mvt"
# Written anew for every answer, and meant for pages only.
NONCE = "Content-Security-Policy"


class Watched:
    """Django's application, telling whether it was asked."""

    def __init__(self):
        self.asked = 0
        self.handler = WSGIHandler()

    def __call__(self, environ, start_response):
        self.asked += 1
        return self.handler(environ, start_response)


def answer(application, path, **environ):
    told = {}

    def start_response(status, headers, exc_info=None):
        told.update(status=status, headers={n: v for n, v in headers if n != NONCE})

    environ = RequestFactory().generic(environ.pop("method", "GET"), path, **environ).environ
    # Making the request has decoded it; a server hands the bytes on as Latin letters.
    environ["PATH_INFO"] = environ["PATH_INFO"].encode().decode("latin-1")
    chunks = application(environ, start_response)
    body = b"".join(chunks)
    if hasattr(chunks, "close"):
        chunks.close()
    if told["headers"].get("Content-Encoding") == "gzip":
        # The middleware adds a random number of bytes, so that lengths tell nothing.
        assert told["headers"].pop("Content-Length") == str(len(body))
        body = gzip.decompress(body)
    return told["status"], told["headers"], body


PLAIN = [
    ("roads", {}),
    ("roads,parcels,waterways", {}),
    ("roads", {"HTTP_ACCEPT_ENCODING": "gzip"}),
    ("roads", {"HTTP_ACCEPT_LANGUAGE": "en"}),
    ("attractions", {"HTTP_COOKIE": "language=en"}),
    ("security-zones", {}),
    ("nothing-of-this-name", {}),
    (",".join(["roads"] * 30), {}),
]


@pytest.mark.parametrize(("slugs", "environ"), PLAIN)
def test_both_ways_answer_alike(world, slugs, environ):
    path = f"/tiles/{slugs}/{ADDRESS}"
    django = Watched()
    short = answer(ShortWay(django), path, **environ)
    assert django.asked == 0
    assert short == answer(WSGIHandler(), path, **environ)


@pytest.mark.parametrize(
    "query", ["", "since=0", "since=17641670000000", "since=x", "lang=en&since="]
)
def test_what_is_new_is_answered_alike(world, query):
    path = f"/api/live?{query}"
    while b'"soon"' in answer(WSGIHandler(), path, QUERY_STRING=query)[2]:
        sleep(LATE_S)  # what was written a moment ago may become news between two questions
    django = Watched()
    short = answer(ShortWay(django), path, QUERY_STRING=query)
    assert django.asked == 0
    assert short == answer(WSGIHandler(), path, QUERY_STRING=query)


@pytest.mark.parametrize("address", ["99/0/0.mvt", "3/8/0.mvt", "0/0/0.mvt", "18/1/1.mvt"])
def test_wrong_and_empty_tiles_are_answered_alike(world, address):
    path = f"/tiles/roads/{address}"
    assert answer(ShortWay(WSGIHandler()), path) == answer(WSGIHandler(), path)


def test_a_known_tile_is_not_sent_again(world):
    path = f"/tiles/roads/{ADDRESS}"
    etag = answer(ShortWay(WSGIHandler()), path)[1]["ETag"]
    again = answer(ShortWay(WSGIHandler()), path, HTTP_IF_NONE_MATCH=etag)
    assert again == answer(WSGIHandler(), path, HTTP_IF_NONE_MATCH=etag)
    assert again[0].startswith("304")


LONG = [
    (f"/tiles/roads/{ADDRESS}", {"HTTP_COOKIE": f"{settings.SESSION_COOKIE_NAME}=x"}),
    (f"/tiles/roads/{ADDRESS}", {"HTTP_AUTHORIZATION": "Bearer x"}),
    (f"/tiles/roads/{ADDRESS}", {"method": "HEAD"}),
    (f"/tiles/roads/{ADDRESS}", {"method": "POST"}),
    ("/api/live", {"HTTP_COOKIE": f"{settings.SESSION_COOKIE_NAME}=x"}),
    ("/api/live", {"HTTP_AUTHORIZATION": "Bearer x"}),
    ("/tiles/roads.json", {}),
    ("/tiles/%C4%91%C6%B0%E1%BB%9Dng/3/1/1.mvt", {}),
    ("/tiles/roads/3/1/1e3.mvt", {}),
    ("/tiles/roads/3/1/12345678901.mvt", {}),
    ("/health/live", {}),
]


@pytest.mark.parametrize(("path", "environ"), LONG)
def test_everything_else_goes_the_long_way(world, path, environ):
    django = Watched()
    answer(ShortWay(django), path, **environ)
    assert django.asked == 1


def test_a_fault_of_the_product_is_answered_500_without_its_words(world, monkeypatch):
    application = ShortWay(WSGIHandler())

    def broken(*_arguments):
        raise RuntimeError("secret words")

    monkeypatch.setattr(application, "_views", dict.fromkeys(application._views, broken))
    status, headers, body = answer(application, f"/tiles/roads/{ADDRESS}")
    assert status.startswith("500")
    assert b"secret words" not in body
    assert headers["X-Content-Type-Options"] == "nosniff"
