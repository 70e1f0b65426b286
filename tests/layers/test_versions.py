"""History that can be read: versions, differences, a layer as of a moment; hidden is deleted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import shapely
from history_chain import assert_whole
from sample_features import SYSTEM, add, make_layer, own_values, shape_at

from gis_core.access import ANONYMOUS, Actor, Grant, day_in_city
from gis_core.errors import NotFound
from gis_core.history import change_set
from layers import changes, selectors, versions
from layers.changes import Kind, Operation
from layers.models import Layer
from layers.registry import Theme, themes

pytestmark = pytest.mark.usefixtures("db")
PLANNER = Actor(1, "planner", (Grant("planner"),))
OFFICER = Actor(1, "officer", (Grant("environment_officer"),))


@pytest.fixture
def stations(db: None) -> Layer:
    return make_layer("zv-stations", "environment", "Point")


def entry(layer: Layer, actor: Actor = SYSTEM) -> selectors.ReadableLayer:
    return selectors.layer(actor, layer.slug)


def change(layer: Layer, feature_id: int, base: int, shape: Any = None, **values: Any) -> int:
    step = Operation(Kind.UPDATE, entry(layer), values, shape, feature_id, base)
    return changes.apply(SYSTEM, [step], title=f"change {base}", channel="browser").change_set.pk


def delete(layer: Layer, feature_id: int, base: int) -> int:
    step = Operation(Kind.DELETE, entry(layer), {}, None, feature_id, base)
    return changes.apply(SYSTEM, [step], title="delete", channel="browser").change_set.pk


def numbers(layer: Layer, feature_id: int, actor: Actor = SYSTEM) -> list[int]:
    return [item.version for item in versions.versions(entry(layer, actor), feature_id)]


def test_versions_newest_first_with_who_when_and_what(stations: Layer):
    made = add(stations, "a", name="Một")
    changed = change(stations, made.id, 1, name="Hai")
    delete(stations, made.id, 2)
    newest, oldest = versions.versions(entry(stations), made.id)
    assert (newest.version, newest.change_set_id, newest.title) == (2, changed, "change 1")
    assert (newest.actor_name, newest.operation_that_ended) == ("test", "delete")
    assert (oldest.operation_that_ended, oldest.values["name"]) == ("update", "Một")
    assert oldest.changed_at < oldest.ended_at == newest.changed_at < newest.ended_at
    assert shapely.from_wkb(oldest.geometry_4326) == shapely.Point(made.lon, made.lat)
    assert_whole(stations)


@pytest.mark.parametrize("theme", themes(), ids=lambda theme: theme.key)
def test_every_theme_keeps_versions_that_can_be_read(theme: Theme):
    layer = make_layer(f"zv-{theme.key}".replace("_", "-"), theme.key)
    made = add(layer, "a")
    moved = shape_at(layer.geometry_type, made.lon + 0.01, made.lat)
    change(layer, made.id, 1, moved, **own_values(theme, "b"))
    now, before = versions.versions(entry(layer), made.id)
    found = versions.difference(entry(layer), before, now, "vi")
    assert found.geometry_changed
    assert {item.field for item in found.fields} <= set(theme.own_fields)
    assert found.fields
    assert all(item.label for item in found.fields)
    assert not versions.difference(entry(layer), now, now, "en").fields


def test_a_difference_speaks_to_people(stations: Layer):
    made = add(stations, "a", name="Một")
    change(stations, made.id, 1, name="Hai", valid_from="2026-02-03")
    now, before = versions.versions(entry(stations), made.id)
    found = {
        item.field: item for item in versions.difference(entry(stations), before, now, "vi").fields
    }
    assert (found["name"].before, found["name"].after) == ("Một", "Hai")
    assert (found["valid_from"].before_text, found["valid_from"].after_text) == ("", "03/02/2026")


@pytest.mark.parametrize("number", ["0", "x", "1" * 17, "-1", "²", ""])
def test_malformed_ids_are_not_found(stations: Layer, number: str):
    with pytest.raises(NotFound):
        versions.versions(entry(stations), number)


def test_history_is_for_people_with_an_account(stations: Layer):
    made = add(stations, "a")
    visitor = replace(entry(stations), actor=ANONYMOUS)
    for ask in (
        lambda: versions.versions(visitor, made.id),
        lambda: versions.version(visitor, made.id, 1),
        lambda: versions.rows_as_of(visitor, datetime.now(UTC)),
    ):
        with pytest.raises(NotFound):
            ask()
    assert numbers(stations, made.id, Actor(1, "without grants")) == [1]


def test_the_change_set_is_shown_to_staff_only(stations: Layer):
    made = add(stations, "a")
    (seen,) = versions.versions(entry(stations, OFFICER), made.id)
    assert (seen.title, seen.actor_name) == ("test a", "test")
    (hidden,) = versions.versions(entry(stations, Actor(1, "n")), made.id)
    assert (hidden.title, hidden.actor_name, hidden.change_set_id) == ("", "", None)
    assert set(hidden.values) < set(seen.values)


def test_a_version_above_the_clearance_ends_like_a_deletion():
    """A row that is classified and a row that is deleted read the same, at every moment."""
    zones = make_layer("zv-zones", "security", "MultiPolygon")
    classified, deleted = add(zones, "a"), add(zones, "b", 1)
    change(zones, classified.id, 1, sensitivity=2)
    delete(zones, deleted.id, 1)
    reader = entry(zones, PLANNER)
    ((one,), (two,)) = (versions.versions(reader, item.id) for item in (classified, deleted))
    assert one.operation_that_ended == two.operation_that_ended == "delete"
    with pytest.raises(NotFound):
        versions.version(reader, classified.id, 2)
    for moment in (one.changed_at, one.ended_at, two.ended_at):
        shown = {row.pk for row in versions.rows_as_of(reader, moment)}
        assert shown == ({classified.id} if moment < one.ended_at else set()) | (
            {deleted.id} if two.changed_at <= moment < two.ended_at else set()
        )
    always = add(zones, "c", 2, sensitivity=2)
    for missing in (always.id, 424242):
        with pytest.raises(NotFound):
            versions.versions(reader, missing)


def test_a_layer_as_of_each_moment(stations: Layer):
    start = datetime.now(UTC)
    first = add(stations, "a", name="Một")
    second = add(stations, "b", 1, name="Hai")
    change(stations, first.id, 1, name="Ba")
    delete(stations, second.id, 1)
    history = versions.versions(entry(stations), first.id)
    gone = versions.version(entry(stations), second.id, 1)

    def names(moment: datetime) -> list[str]:
        return sorted(row.name for row in versions.rows_as_of(entry(stations), moment))

    tick = timedelta(microseconds=1)
    assert names(start) == []
    assert names(history[1].changed_at - tick) == []
    assert names(history[1].changed_at) == ["Một"]
    assert names(gone.changed_at) == ["Hai", "Một"]
    assert names(history[0].changed_at - tick) == ["Hai", "Một"]
    assert names(history[0].changed_at) == ["Ba", "Hai"]
    assert names(gone.ended_at - tick) == ["Ba", "Hai"]
    assert names(gone.ended_at) == ["Ba"]
    assert names(datetime.now(UTC)) == ["Ba"]


def test_many_rows_of_one_statement_have_one_version_at_any_moment(stations: Layer):
    rows = [add(stations, f"k{number}", number) for number in range(20)]
    model = entry(stations).theme.model
    with change_set(SYSTEM, title="all", channel="command"):
        model.objects.filter(layer_id=stations.pk).update(name="Mới")
    assert_whole(stations)
    moments = [
        item.changed_at for row in rows for item in versions.versions(entry(stations), row.id)
    ]
    for moment in moments:
        found = [row.pk for row in versions.rows_as_of(entry(stations), moment)]
        assert len(found) == len(set(found))
    assert len(list(versions.rows_as_of(entry(stations), max(moments)))) == 20


def test_what_had_ended_by_then_is_left_out_of_a_current_layer(stations: Layer):
    today = day_in_city()
    made = add(stations, "a", valid_from=today, valid_to=today)
    moment = versions.version(entry(stations), made.id, 1).changed_at
    assert [row.pk for row in versions.rows_as_of(entry(stations), moment)] == [made.id]
    later = moment + timedelta(days=3)
    assert list(versions.rows_as_of(entry(stations), later)) == []
    Layer.objects.filter(pk=stations.pk).update(current_only=False)
    assert len(list(versions.rows_as_of(entry(stations), later))) == 1
