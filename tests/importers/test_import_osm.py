"""`manage.py import_osm` asks a service for the city and imports the answer."""

import json
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from sample_features import make_layer

from importers import overpass_request
from importers.overpass_request import fetch
from importers.refusals import Unreadable
from layers.models import Infrastructure, Layer, TouristSite

STREET = {
    "type": "way",
    "id": 10,
    "tags": {"highway": "primary", "name": "Hùng Vương"},
    "geometry": [{"lat": 10.36, "lon": 106.36}, {"lat": 10.36, "lon": 106.37}],
}
SITE = {
    "type": "node",
    "id": 1,
    "lat": 10.36,
    "lon": 106.37,
    "tags": {"tourism": "museum", "name": "Bảo tàng"},
}
ANSWER = {"version": 0.6, "generator": "Overpass API", "elements": [SITE, STREET]}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The questions that a real service on this machine was asked."""
    questions: list[str] = []

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            questions.append(parse_qs(body)["data"][0])
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(ANSWER, ensure_ascii=False).encode())

        def log_message(self, *_: object) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(settings, "OVERPASS_URL", f"http://127.0.0.1:{server.server_port}/api")
    yield questions
    server.shutdown()
    server.server_close()


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("import_osm", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.usefixtures("db")
def test_the_city_is_asked_for_and_imported(asked: list[str], tmp_path: Path) -> None:
    kept = tmp_path / "answer.json"
    command("--keep", str(kept))
    assert not Infrastructure.objects.filter(layer__slug="osm-streets").exists()
    command("--file", str(kept), "--apply")
    [question] = asked
    assert 'nwr["highway"](10.3' in question
    [street] = Infrastructure.objects.filter(layer__slug="osm-streets")
    assert (street.code, street.name, street.layer.licence) == ("w10", "Hùng Vương", "ODbL 1.0")
    assert TouristSite.objects.filter(layer__slug="osm-attractions").count() == 1


@pytest.mark.usefixtures("db")
def test_all_layers_are_written_or_none(tmp_path: Path) -> None:
    answer = tmp_path / "answer.json"
    answer.write_text(json.dumps(ANSWER, ensure_ascii=False), encoding="utf-8")
    make_layer("osm-attractions", "parcels")  # the last of the four cannot go there
    with pytest.raises(CommandError, match="osm-attractions"):
        command("--file", str(answer), "--apply")
    assert not Infrastructure.objects.filter(layer__slug="osm-streets").exists()
    assert not Layer.objects.filter(slug="osm-streets").exists()


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    ("url", "code"),
    [("http://127.0.0.1:9/", "overpass_silent"), ("file:///etc/passwd", "overpass_address")],
)
def test_a_service_that_does_not_answer_is_one_line(
    url: str, code: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(settings, "OVERPASS_URL", url)
    with pytest.raises(Unreadable) as refused:
        fetch(tmp_path / "answer.json")
    assert refused.value.reason == code
    with pytest.raises(CommandError) as caught:
        command()
    assert "OVERPASS_URL" in str(caught.value)


WHOLE = json.dumps(ANSWER).encode()
# status, further headers, body → code, and what the sentence says
TROUBLES: list[tuple[int, dict[str, str], bytes, str, str]] = [
    (429, {"Retry-After": "35"}, b"rate_limited", "overpass_busy", "35 giây"),
    (504, {}, b"<html>too busy</html>", "overpass_busy", "60 giây"),
    (429, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, b"", "overpass_busy", "60 giây"),
    (403, {}, b"no", "overpass_refused", "403"),
    (200, {}, b"<html>Error: runtime error</html>", "overpass_page", "OVERPASS_URL"),
    (200, {}, b"", "overpass_page", "OVERPASS_URL"),
    (200, {"Content-Length": str(len(WHOLE))}, WHOLE[:60], "overpass_broken_off", "phần cuối"),
]


@contextmanager
def service(status: int, headers: dict[str, str], pieces: Iterable[bytes]) -> Iterator[str]:
    """A real service on this machine that always answers so; gives its address."""

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):  # who asked has had enough
                for piece in pieces:
                    self.wfile.write(piece)
                    self.wfile.flush()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/api"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("status", "headers", "body", "code", "words"), TROUBLES)
def test_a_service_in_trouble_is_told_with_what_to_do(
    status: int, headers: dict[str, str], body: bytes, code: str, words: str,
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    kept = tmp_path / "answer.json"
    kept.write_text("of before")
    with service(status, headers, [body]) as url:
        monkeypatch.setattr(settings, "OVERPASS_URL", url)
        with pytest.raises(Unreadable) as refused:
            fetch(kept)
    assert refused.value.reason == code
    assert words in refused.value.detail
    assert [path.name for path in tmp_path.iterdir()] == ["answer.json"]
    assert kept.read_text() == "of before"


@pytest.mark.parametrize(
    ("limit", "most", "code"),
    [("_MOST_BYTES", 5_000, "overpass_too_large"), ("_MOST_S", 0.05, "overpass_silent")],
)
def test_an_answer_without_end_is_not_waited_for(
    limit: str, most: float, code: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def drops() -> Iterator[bytes]:
        yield b"{"
        for _drop in range(2_000):
            time.sleep(0.001)
            yield b" " * 10

    monkeypatch.setattr(overpass_request, limit, most)
    with service(200, {}, drops()) as url:
        monkeypatch.setattr(settings, "OVERPASS_URL", url)
        with pytest.raises(Unreadable) as refused:
            fetch(tmp_path / "answer.json")
    assert refused.value.reason == code
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    ("remark", "words"),
    [
        ("runtime error: Query run out of memory using about 512 MB of RAM.", "bộ nhớ"),
        ('runtime error: Query timed out in "query" at line 1 after 301 seconds.', "quá lâu"),
    ],
)
def test_an_answer_that_the_service_broke_off_is_not_taken_for_the_whole(
    remark: str, words: str, tmp_path: Path
) -> None:
    kept = tmp_path / "answer.json"
    kept.write_text(json.dumps({**ANSWER, "remark": remark}))
    with pytest.raises(CommandError, match=words):
        command("--file", str(kept), "--apply")
    assert not Infrastructure.objects.filter(layer__slug="osm-streets").exists()
