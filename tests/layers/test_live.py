"""`/api/live`: what open maps are told, and what they are not."""

from collections.abc import Callable, Iterator
from time import sleep
from typing import Any

import pytest
from django.test import Client
from sample_features import LAT, LON, STEP_DEG, SYSTEM, Sample, add, committed, make_layer, shape_at

from gis_core.change_log import LATE_S, look_again
from layers import changes, live, selectors
from layers.changes import Kind, Operation

PLOTS = "zl-plots"


@pytest.fixture
def plot(database: str) -> Iterator[Sample]:
    with committed() as made:
        made.append(make_layer(PLOTS, "parcels"))
        yield add(made[0], "shown")


def ask(client: Client, cursor: str = "") -> dict[str, Any]:
    """Ask when every process has had the time to look."""
    look_again()
    client.get("/api/live")
    sleep(LATE_S + 0.05)
    response = client.get("/api/live", {"since": cursor} if cursor else {})
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    found: dict[str, Any] = response.json()
    return found


def news_of(client: Client, cursor: str) -> list[dict[str, Any]]:
    return [change for change in ask(client, cursor)["changes"] if int(change["at"]) > int(cursor)]


def update(sample: Sample, version: int = 1, shape: Any = None, **values: Any) -> None:
    entry = selectors.layer(SYSTEM, PLOTS)
    step = Operation(Kind.UPDATE, entry, values, shape, sample.id, version)
    changes.apply(SYSTEM, [step], title="t", channel="browser")


def holds(change: dict[str, Any], place: int) -> bool:
    west, south, east, north = change["bbox_4326"]
    lon, lat = LON + place * STEP_DEG, LAT + place * STEP_DEG
    return bool(west <= lon <= east and south <= lat <= north)


def test_a_change_is_told_once_with_its_place(plot: Sample):
    visitor = Client()
    first = ask(visitor)
    assert [holds(change, 0) for change in first["changes"]] == [True]
    assert PLOTS in first["layers"]
    update(plot, so_thua="7")
    second = ask(visitor, first["cursor"])
    (change,) = [one for one in second["changes"] if int(one["at"]) > int(first["cursor"])]
    assert change["layer"] == PLOTS
    assert holds(change, 0)
    assert news_of(visitor, second["cursor"]) == []


def test_what_is_about_to_be_told_is_announced(plot: Sample):
    """A map that asks alone is told at its second question, not a second later."""
    visitor = Client()
    cursor = ask(visitor)["cursor"]
    update(plot, so_thua="8")
    look_again()
    asked = visitor.get("/api/live", {"since": cursor}).json()
    assert (asked["cursor"], asked.get("soon")) == (cursor, True)
    sleep(LATE_S + 0.05)
    told = visitor.get("/api/live", {"since": cursor}).json()
    assert int(told["cursor"]) > int(cursor)
    assert "soon" not in told


def test_changes_of_hidden_rows_change_no_byte(plot: Sample, sign_in: Callable[[str], Client]):
    visitor, planner = Client(), sign_in("planner")
    layer = selectors.layer(SYSTEM, PLOTS).layer
    start = {client: ask(client)["cursor"] for client in (visitor, planner)}
    before = {client: ask(client, start[client]) for client in start}
    hidden = add(layer, "hidden", 1, sensitivity=2)
    look_again()
    assert "soon" not in visitor.get("/api/live", {"since": start[visitor]}).json()
    make = selectors.layer(SYSTEM, PLOTS)
    assert make.layer.pk == layer.pk
    assert {client: ask(client, start[client]) for client in start} == before
    inner = add(layer, "inner", 2, sensitivity=1)
    assert ask(visitor, start[visitor]) == before[visitor]
    assert [holds(change, 2) for change in news_of(planner, start[planner])] == [True]
    assert hidden.id != inner.id


def test_hiding_is_told_without_the_new_place(plot: Sample, sign_in: Callable[[str], Client]):
    visitor, planner = Client(), sign_in("planner")
    start = ask(visitor)["cursor"]
    where = shape_at("MultiPolygon", LON + 3 * STEP_DEG, LAT + 3 * STEP_DEG)
    update(plot, shape=where, sensitivity=1)
    told = news_of(visitor, start)
    assert [(holds(change, 0), holds(change, 3)) for change in told] == [(True, False)]
    seen = news_of(planner, start)
    assert sorted((holds(change, 0), holds(change, 3)) for change in seen) == [
        (False, True),
        (True, False),
    ]
    second = ask(visitor)["cursor"]
    update(plot, version=2, sensitivity=0)
    assert [holds(change, 3) for change in news_of(visitor, second)] == [True]


def test_a_layer_that_is_hidden_is_not_named_any_more(plot: Sample):
    visitor = Client()
    start = ask(visitor)
    layer = selectors.layer(SYSTEM, PLOTS).layer
    layer.publication = "retired"
    layer.save(update_fields=["publication"])
    sleep(0.5)
    gone = ask(visitor, start["cursor"])
    assert PLOTS not in gone["layers"]
    assert not [change for change in gone["changes"] if change["layer"] == PLOTS]
    layer.publication = "published"
    layer.save(update_fields=["publication"])
    sleep(0.5)
    back = ask(visitor, gone["cursor"])
    assert PLOTS in back["layers"]
    # All of it: what was written in between is not known.
    assert any(one["bbox_4326"][0] < -179 for one in back["changes"] if one["layer"] == PLOTS)


def test_many_changes_are_told_as_one_place_for_each_layer(
    plot: Sample, monkeypatch: pytest.MonkeyPatch
):
    visitor = Client()
    start = ask(visitor)["cursor"]
    update(plot, so_thua="7")
    layer = selectors.layer(SYSTEM, PLOTS).layer
    add(layer, "far", 4)
    monkeypatch.setattr(live, "_MOST", 1)
    (change,) = [one for one in news_of(visitor, start) if one["layer"] == PLOTS]
    assert holds(change, 0)
    assert holds(change, 4)


@pytest.mark.parametrize("cursor", ["yesterday", "-1", "1" * 19, "1.5", "١٢"])
def test_a_cursor_that_is_none_is_refused(database: str, cursor: str):
    response = Client().get("/api/live", {"since": cursor})
    assert response.status_code == 400
    assert "since" in response.json()["detail"]
