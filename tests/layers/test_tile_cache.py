"""Kept tiles: only those are made anew in which something was written that their reader may see."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import sleep
from typing import Any

import psycopg2
import pytest
from django.db import connection, connections
from hypothesis import given
from hypothesis import strategies as st
from sample_features import LAT, LON, STEP_DEG, SYSTEM, Sample, add, committed, make_layer, shape_at

from gis_core import access, change_log
from gis_core.access import ANONYMOUS, Actor, Grant
from gis_core.history import change_set
from gis_core.tile_grid import Tile, tile_at
from layers import changes, selectors, tile_cache, tiles
from layers.changes import Kind, Operation
from layers.models import Parcel
from layers.undo import undo

PLOTS = "zt-plots"
PLANNER = Actor(user_id=1, name="planner", grants=(Grant("planner"),))
SOUTH, NORTH = 0, 5  # places; their tiles at zoom 17 are some apart


@pytest.fixture
def plots(database: str) -> Iterator[dict[int, Sample]]:
    with committed() as made:
        made.append(make_layer(PLOTS, "parcels"))
        yield {place: add(made[0], f"p{place}", place) for place in (SOUTH, NORTH)}


@pytest.fixture
def makings(monkeypatch: pytest.MonkeyPatch) -> list[Tile]:
    """The tiles that are made, as they are made."""
    made: list[Tile] = []
    make = tiles._layer_bytes

    def noted(entry: Any, address: Tile, language: str) -> bytes:
        made.append(address)
        return make(entry, address, language)

    monkeypatch.setattr(tiles, "_layer_bytes", noted)
    return made


def tile_of(place: int) -> Tile:
    return tile_at(LON + place * STEP_DEG, LAT + place * STEP_DEG, 17)


def ask(actor: Actor, *places: int) -> list[bytes]:
    entry = selectors.recent_layers(actor, [PLOTS])
    return [tiles.tile(entry, tile_of(place)) for place in places]


def change(sample: Sample, shape: Any = None, base_version: int = 1, **values: Any) -> int:
    entry = selectors.layer(SYSTEM, PLOTS)
    step = Operation(Kind.UPDATE, entry, values, shape, sample.id, base_version)
    return int(changes.apply(SYSTEM, [step], title="t", channel="browser").change_set.pk)


def test_an_edit_makes_its_tiles_anew_and_no_other(plots: dict, makings: list[Tile]):
    before = ask(ANONYMOUS, SOUTH, NORTH)
    assert makings == [tile_of(SOUTH), tile_of(NORTH)]
    assert ask(ANONYMOUS, SOUTH, NORTH) == before
    assert len(makings) == 2
    change(plots[SOUTH], so_thua="901")
    after = ask(ANONYMOUS, SOUTH, NORTH)
    assert makings[2:] == [tile_of(SOUTH)]
    assert b"901" in after[0]
    assert after[1] == before[1]
    assert ask(ANONYMOUS, SOUTH, NORTH) == after
    assert len(makings) == 3


def test_at_midnight_a_visitor_gets_the_tiles_of_the_new_day(
    plots: dict, monkeypatch: pytest.MonkeyPatch
):
    last_day = ANONYMOUS.today
    change(plots[SOUTH], valid_to=last_day)
    before = ask(ANONYMOUS, SOUTH, NORTH)
    assert before[0]
    monkeypatch.setattr(access, "day_in_city", lambda: last_day + timedelta(days=1))
    assert ask(ANONYMOUS, SOUTH, NORTH) == [b"", before[1]]
    entry = selectors.layer(ANONYMOUS, PLOTS)
    assert [row.pk for row in selectors.features(entry)] == [plots[NORTH].id]


def test_a_feature_that_moves_changes_the_tiles_of_both_places(plots: dict, makings: list[Tile]):
    assert ask(ANONYMOUS, 2, SOUTH, NORTH)[0] == b""
    del makings[:]
    where = LON + 2 * STEP_DEG, LAT + 2 * STEP_DEG
    made = change(plots[SOUTH], shape_at("MultiPolygon", *where))
    moved = ask(ANONYMOUS, 2, SOUTH, NORTH)
    assert makings == [tile_of(2), tile_of(SOUTH)]
    assert moved[0]
    undo(SYSTEM, made, "back")
    assert ask(ANONYMOUS, 2, NORTH)[0] == b""


def test_what_a_reader_may_not_see_makes_nothing_anew_for_them(plots: dict, makings: list[Tile]):
    ask(ANONYMOUS, SOUTH)
    ask(PLANNER, SOUTH)
    layer = selectors.layer(SYSTEM, PLOTS).layer
    hidden = add(layer, "hidden", SOUTH, sensitivity=1)
    del makings[:]
    ask(ANONYMOUS, SOUTH)
    assert makings == []
    assert str(hidden.key).encode() in ask(PLANNER, SOUTH)[0]
    assert makings == [tile_of(SOUTH)]


def test_a_row_that_is_hidden_is_gone_and_one_that_is_shown_is_there(plots: dict):
    assert ask(ANONYMOUS, SOUTH)[0]
    change(plots[SOUTH], sensitivity=1)
    assert ask(ANONYMOUS, SOUTH) == [b""]
    change(plots[SOUTH], sensitivity=0, base_version=2)
    assert ask(ANONYMOUS, SOUTH)[0]


def test_a_layer_that_is_drawn_in_another_way_is_made_anew(plots: dict, makings: list[Tile]):
    ask(ANONYMOUS, SOUTH, NORTH)
    layer = selectors.layer(SYSTEM, PLOTS).layer
    layer.publication = "retired"
    layer.save(update_fields=["publication"])
    change(plots[SOUTH], so_thua="902")  # nobody could see this
    layer.publication = "published"
    layer.save(update_fields=["publication"])
    selectors.forget_recent_layers()
    del makings[:]
    assert b"902" in ask(ANONYMOUS, SOUTH, NORTH)[0]
    assert len(makings) == 2


def write_elsewhere(sample: Sample) -> psycopg2.extensions.connection:
    """Change a row as another process does, in a transaction that is left open."""
    with change_set(SYSTEM, title="t", channel="api") as entry:
        number = entry.pk
    other = psycopg2.connect(**connection.get_connection_params())
    with other.cursor() as cursor:
        cursor.execute("SELECT set_config('city.change_set', %s, true)", [str(number)])
        table = Parcel._meta.db_table
        cursor.execute(f"UPDATE city.{table} SET so_thua = '903' WHERE id = %s", [sample.id])
    return other


def test_what_another_process_wrote_is_there_within_a_second(plots: dict, makings: list[Tile]):
    ask(ANONYMOUS, SOUTH)
    other = write_elsewhere(plots[SOUTH])
    sleep(2 * change_log.LATE_S)
    ask(ANONYMOUS, SOUTH)  # looks at the log before the transaction ends
    assert len(makings) == 1
    other.commit()
    other.close()
    sleep(change_log.LATE_S)
    assert b"903" in ask(ANONYMOUS, SOUTH)[0]


def test_what_was_rolled_back_was_not_written(plots: dict, makings: list[Tile]):
    ask(ANONYMOUS, SOUTH)
    other = write_elsewhere(plots[SOUTH])
    other.rollback()
    other.close()
    sleep(2 * change_log.LATE_S)
    ask(ANONYMOUS, SOUTH)
    assert len(makings) == 1


def test_many_rows_are_logged_as_one_place(plots: dict):
    layer = selectors.layer(SYSTEM, PLOTS).layer
    log = change_log.of("default")
    log.look_again()
    mark = log.look()
    rows = [Parcel(layer=layer, feature_key=f"m{n}", geom=geometry(n)) for n in range(300)]
    with change_set(SYSTEM, title="t", channel="import"):
        Parcel.objects.bulk_create(rows)
    log.look()
    new = [entry for number, entry in log._by_layer[layer.pk].arrivals if number > mark]
    assert len(new) == 1
    assert new[0].touches(tile_of(SOUTH).bounds_3857())


def geometry(number: int) -> str:
    box = shape_at("MultiPolygon", LON + number / 1e5, LAT)
    return f"SRID=4326;{box.wkt}"


def test_of_many_who_ask_for_a_cold_tile_one_makes_it(plots: dict, makings: list[Tile]):
    start = threading.Barrier(16)

    def together(_number: int) -> bytes:
        start.wait()
        try:
            return ask(ANONYMOUS, SOUTH)[0]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(together, range(16)))
    assert len(found) == 1
    assert makings == [tile_of(SOUTH)]


def test_without_memory_every_tile_is_made_anew(
    plots: dict, makings: list[Tile], settings_without_cache: None
):
    ask(ANONYMOUS, SOUTH, SOUTH)
    assert len(makings) == 2


@pytest.fixture
def settings_without_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tile_cache.settings, "TILE_CACHE_MB", 0)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 30_000)), max_size=60))
def test_the_store_keeps_to_its_limit_and_drops_what_was_used_longest_ago(puts):
    limit = 40_000
    store: tile_cache.Store[int] = tile_cache.Store(limit)
    for number, (key, size) in enumerate(puts):
        store.put(key, number, size)
        assert store.size <= limit
        fits = size + tile_cache._OVERHEAD_BYTES <= limit // 8
        assert store.get(key) == (number if fits else None)
