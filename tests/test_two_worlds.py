"""Promise C1: without hidden data and with it, the answers to those not cleared are the same bytes.

World one holds public rows only. World two adds restricted and internal layers, drafts, and hidden
rows inside the public layers, of every theme, in the same places. Status, body and headers of
thousands of requests are compared; only the nonce and the token of a form are fixed beforehand.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from time import sleep
from typing import Any
from urllib.parse import quote

import pytest
from django.middleware import csrf
from django.test import Client
from route_cases import CASES, address, routes
from sample_features import LAT, LON, STEP_DEG, Sample, add_with_id, committed, make_layer

from gis_core import change_log, headers
from gis_core.access import PUBLIC_DATABASE, STAFF_DATABASE
from gis_core.change_log import LATE_S
from gis_core.models import User
from gis_core.tile_grid import tile_at
from layers import opening_hours
from layers.api import ogc_items
from layers.models import Layer
from layers.registry import themes

ZOOMS = range(8, 19)
MIDDAY = datetime(2026, 3, 4, 5, 0, tzinfo=UTC)  # 12:00 in the city


class Midday(datetime):
    """A clock that stands still."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return MIDDAY.astimezone(tz)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def samples(word: str, place: int) -> list[Sample]:
    """Return one row for each theme under ids that are known before the rows exist."""
    found = []
    for number, theme in enumerate(themes()):
        key = f"{theme.key}-{word}"
        slug = f"zw-{theme.key.replace('_', '-')}-{word}"
        lon, lat = LON + place * STEP_DEG, LAT + place * STEP_DEG
        feature_id = 7_000_000_000_000_000 + place * 1_000_003 + number * 101
        found.append(Sample(slug, theme.key, feature_id, key, lon, lat))
    return found


OPEN = samples("open", 0)
# Word of a hidden layer → its place, and what hides it.
HIDDEN_LAYERS: dict[str, tuple[int, dict[str, Any]]] = {
    "restricted": (1, {"sensitivity": 2}),
    "internal": (2, {"sensitivity": 1}),
    "draft": (3, {"publication": "draft"}),
    "retired": (3, {"publication": "retired"}),
}
# Word of a hidden row of the public layers → its place (0: on top of the public row), sensitivity.
HIDDEN_ROWS = {"beside": (1, 2), "inside": (0, 1), "under": (0, 2)}


def hidden_rows() -> Iterator[tuple[str, Sample]]:
    """Yield (word, row) of everything that world two has more."""
    for number, (word, (place, _facts)) in enumerate(HIDDEN_LAYERS.items(), start=1):
        for row in samples(word, place):
            yield word, replace(row, id=row.id + number * 50_000_017)
    for number, (word, (place, level)) in enumerate(HIDDEN_ROWS.items(), start=9):
        for row, shown in zip(samples(word, place), OPEN, strict=True):
            identity = row.id + number * 50_000_017
            yield word, replace(row, slug=shown.slug, sensitivity=level, id=identity)


HIDDEN = [row for _word, row in hidden_rows()]
PLANNED = {"admin_units", "parcels", "planned_land_use", "infrastructure", "topography", "tourism"}


def hidden_from_planner(word: str, row: Sample) -> bool:
    """Tell what a planner may not know of: restricted data, internal data on security, drafts."""
    if word in {"draft", "retired"}:
        return row.theme not in PLANNED
    return word in {"restricted", "beside", "under"} or row.theme == "security"


def plant_open(made: list[Layer]) -> None:
    for number, row in enumerate(OPEN):
        layer = make_layer(row.slug, row.theme, position=number)
        made.append(layer)
        add_with_id(layer, row.key, row.id, 0, 0)


def plant_hidden(made: list[Layer], wanted: Callable[[str, Sample], bool]) -> None:
    public = {layer.slug: layer for layer in made}
    for word, row in hidden_rows():
        if not wanted(word, row):
            continue
        layer = public.get(row.slug)
        if layer is None:
            layer = make_layer(row.slug, row.theme, position=-1, **HIDDEN_LAYERS[word][1])
            made.append(layer)
        place = round((row.lon - LON) / STEP_DEG)
        add_with_id(layer, row.key, row.id, place, row.sensitivity)


def requests() -> Iterator[str]:
    """Yield the addresses: every route for every row, hidden ones too, and what a guesser tries."""
    reading = [route for route in routes() if "GET" in route.channel.methods]
    for row in (*OPEN, *HIDDEN):
        for route in reading:
            takes = CASES[route.channel.name].takes
            if takes != "raster" and (takes != "nothing" or row is OPEN[0]):
                yield from (address(route, row, language=word) for word in ("vi", "en"))
    yield from _tiles()
    yield from _questions()


def _tiles() -> Iterator[str]:
    together = ",".join(row.slug for row in OPEN)
    for zoom in ZOOMS:
        places = {(LON + n * STEP_DEG, LAT + n * STEP_DEG) for n in range(4)}
        for tile in sorted({_key(tile_at(lon, lat, zoom)) for lon, lat in places}):
            for slugs in (together, *(row.slug for row in (*OPEN, *HIDDEN[: len(OPEN)]))):
                z, x, y = tile
                yield f"/tiles/{slugs}/{z}/{x}/{y}.mvt"
            yield f"/ogc/collections/{OPEN[0].slug}/tiles/WebMercatorQuad/{z}/{y}/{x}"


def _key(tile) -> tuple[int, int, int]:
    return tile.z, tile.x, tile.y


def _questions() -> Iterator[str]:
    together = ",".join(row.slug for row in OPEN)
    for row in (*OPEN, *HIDDEN):
        for text in (row.key, f"Mẫu {row.key}", f"mau {row.theme[:5]}", f"Bimat {row.key}", row.id):
            yield f"/api/search?q={quote(str(text))}"
        for zoom in (10, 15, 18):
            spot = f"lon={row.lon}&lat={row.lat}&zoom={zoom}"
            yield f"/api/identify?{spot}&layers={together}"
            yield f"/api/identify?{spot}&layers={row.slug}"
        shown = next(item.slug for item in OPEN if item.theme == row.theme)
        part = quote(json.dumps({"name": {"has": row.key}}))
        for question in (f"q={row.key}", f"where={part}", "sort=-changed_at", "limit=1"):
            yield f"/api/layers/{shown}/rows?{question}"
        corner = f"{row.lon - 0.001},{row.lat - 0.001},{row.lon + 0.001},{row.lat + 0.001}"
        yield f"/api/layers/{shown}/rows?bbox={corner}"
        for question in (f"bbox={corner}", "limit=1", "offset=1", "limit=0", "resulttype=hits"):
            yield f"/ogc/collections/{shown}/items?{question}"
        named = quote(f"name = 'Mẫu {row.key}'")
        yield f"/ogc/collections/{shown}/items?filter={named}"
        yield f"/ogc/collections/{shown}/items/{row.id}"
        yield f"/api/features/{shown}/{row.id}"
        yield f"/vi/places/cho-{row.key}"
    yield from ("/vi/", "/en/", "/vi/map", "/en/map", "/vi/nowhere", "/ogc", "/nowhere")
    yield from ("/api/search?q=thửa 7 tờ 7", "/api/search?q=7/7", f"/api/search?q={LAT}, {LON}")


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fix what differs between any two answers: the nonce, the form's token, the hour."""
    monkeypatch.setattr(headers.secrets, "token_urlsafe", lambda _size: "nonce")
    monkeypatch.setattr(csrf, "get_random_string", lambda size, **_more: "a" * size)
    monkeypatch.setattr(opening_hours.timezone, "now", lambda: MIDDAY)
    monkeypatch.setattr(ogc_items, "datetime", Midday)


def record(client: Client, addresses: list[str], **extra: str) -> list[Answer]:
    found = []
    for where in addresses:
        response = client.get(where, **extra)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        found.append(Answer(response.status_code, tuple(sorted(response.items())), body))
    return found


def settle() -> None:
    """Let this process read what was written; open maps are told of what every one has seen."""
    change_log.look_again()
    for alias in (STAFF_DATABASE, PUBLIC_DATABASE):
        change_log.of(alias).look()
    sleep(2 * LATE_S)


def compare(
    client: Client, asked: list[str], wanted: Callable[[str, Sample], bool], **extra: str
) -> list[Answer]:
    """Assert equal answers in both worlds; return those of world one."""
    with committed() as made:
        plant_open(made)
        settle()
        without = record(client, asked, **extra)
        plant_hidden(made, wanted)
        settle()
        beside = record(client, asked, **extra)
    pairs = zip(asked, without, beside, strict=True)
    assert [where for where, one, two in pairs if one != two] == []
    assert not [w for w, answer in zip(asked, without, strict=True) if answer.status >= 500]
    return without


@pytest.mark.usefixtures("still", "database")
def test_hidden_data_changes_no_byte_for_anonymous_readers():
    asked = list(dict.fromkeys(requests()))
    assert len(asked) > 2500
    answers = compare(Client(), asked, lambda _word, _row: True)
    # The comparison is of answers, not of refusals only.
    assert sum(answer.status == 200 for answer in answers) > 1000


@pytest.mark.usefixtures("still")
def test_hidden_data_changes_no_byte_for_planners(accounts: dict[str, int]):
    planner = Client()
    planner.force_login(User.objects.get(pk=accounts["planner"]))
    asked = list(dict.fromkeys(requests()))[::3]
    answers = compare(planner, asked, hidden_from_planner)
    assert sum(answer.status == 200 for answer in answers) > 300


@pytest.mark.usefixtures("still", "database")
def test_hidden_data_changes_no_head_part_and_known_etag():
    """HEAD, Range, a foreign ETag and compression are ways to ask as well."""
    asked = list(dict.fromkeys(requests()))[::40]
    everything = lambda _word, _row: True  # noqa: E731
    compare(Client(), asked, everything, HTTP_RANGE="bytes=0-10")
    compare(Client(), asked, everything, HTTP_IF_NONE_MATCH='"0"', HTTP_ACCEPT_LANGUAGE="en")


@pytest.mark.usefixtures("still", "database")
def test_the_comparison_can_fail():
    """A public row more is a difference, so the two worlds above were really looked at."""
    shown = OPEN[0]
    asked = [f"/api/layers/{shown.slug}/rows", f"/tiles/{shown.slug}.json", "/api/catalog"]
    with committed() as made:
        plant_open(made)
        before = record(Client(), asked)
        add_with_id(made[0], "more", 7_999, 5, 0)
        assert all(a != b for a, b in zip(before, record(Client(), asked), strict=True))
