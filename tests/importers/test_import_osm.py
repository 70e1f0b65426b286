"""`manage.py import_osm` asks a service for the city and imports the answer."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from io import StringIO
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from importers.overpass_request import fetch
from importers.refusals import Unreadable
from layers.models import Infrastructure, TouristSite

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
