"""Restore and undo: the old state to the byte, the same id, no gap; all or nothing; who may."""

import pytest
from history_chain import assert_whole, contents
from sample_features import SYSTEM, add, make_layer, own_values, shape_at
from undo_sample import create, delete, entry, live, update, write

from gis_core.errors import Conflict, Invalid, NotFound
from gis_core.history import change_set
from gis_core.models import ChangeSet
from layers import versions
from layers.changes import Kind, Operation
from layers.models import Layer
from layers.registry import Theme, themes
from layers.undo import restore, undo

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def stations(db: None) -> Layer:
    return make_layer("zu-stations", "environment", "Point")


@pytest.mark.parametrize("theme", themes(), ids=lambda theme: theme.key)
def test_undo_of_create_update_and_delete_is_byte_equal(theme: Theme):
    layer = make_layer(f"zu-{theme.key}".replace("_", "-"), theme.key)
    kept, gone = add(layer, "kept"), add(layer, "gone", 1)
    before = contents(layer)
    moved = shape_at(layer.geometry_type, 106.37, 10.36)
    values = own_values(theme, "other")
    steps = [
        Operation(Kind.UPDATE, entry(layer), values, moved, kept.id, 1),
        delete(gone, 1),
        create(layer, "fresh"),
    ]
    work = write(*steps)
    after = contents(layer)
    assert after != before
    undone = undo(SYSTEM, work, "wrong plot")
    assert contents(layer) == before
    assert undone.change_set.undoes_id == work
    assert undone.change_set.reason == "wrong plot"
    assert set(undone.feature_ids) == set(before) | set(after)
    assert (live(layer, kept.id).version, live(layer, gone.id).version) == (3, 2)
    assert ChangeSet.objects.get(pk=work).state == "superseded"
    assert_whole(layer)
    undo(SYSTEM, undone.change_set.pk)  # redo
    assert contents(layer) == after
    assert ChangeSet.objects.get(pk=work).state == "published"
    assert_whole(layer)
    undo(SYSTEM, work)
    assert contents(layer) == before
    assert_whole(layer)


def test_undo_step_by_step_back_to_the_start(stations: Layer):
    row = add(stations, "a")
    states, works = [contents(stations)], []
    for number in range(1, 6):
        works.append(write(update(row, number, name=f"Tên {number}")))
        states.append(contents(stations))
    for work, state in zip(works[::-1], states[-2::-1], strict=True):
        undo(SYSTEM, work)
        assert contents(stations) == state
    assert live(stations, row.id).version == 11
    assert_whole(stations)


def test_a_later_change_of_others_is_named_and_nothing_is_undone(stations: Layer):
    one, two, three = (add(stations, key, n) for n, key in enumerate("abc"))
    work = write(*(update(row, 1, name="x") for row in (one, two, three)))
    write(update(one, 2, name="y"))
    write(delete(two, 2))
    state, count = contents(stations), ChangeSet.objects.count()
    with pytest.raises(Conflict) as refused:
        undo(SYSTEM, work)
    found = {item["id"]: item["version"] for item in refused.value.errors}
    assert found == {str(one.id): 3, str(two.id): None}
    assert {item["layer"] for item in refused.value.errors} == {stations.slug}
    assert contents(stations) == state
    assert ChangeSet.objects.count() == count
    assert ChangeSet.objects.get(pk=work).state == "published"


def test_a_deleted_feature_that_came_back_otherwise_is_a_conflict(stations: Layer):
    row = add(stations, "a")
    write(update(row, 1, name="hai"))
    work = write(delete(row, 2))
    restore(SYSTEM, entry(stations), row.id, 1, base_version=2)
    with pytest.raises(Conflict):
        undo(SYSTEM, work)


def test_a_change_set_is_undone_once(stations: Layer):
    row = add(stations, "a")
    work = write(update(row, 1, name="x"))
    undo(SYSTEM, work)
    with pytest.raises(Conflict):
        undo(SYSTEM, work)


def test_a_change_set_that_wrote_nothing_is_not_found(stations: Layer):
    with change_set(SYSTEM, title="empty", channel="command") as made:
        pass
    draft = ChangeSet.objects.create(title="d", channel="browser", state="draft", actor_name="x")
    for number in (made.pk, draft.pk, 0, 10**15):
        with pytest.raises(NotFound):
            undo(SYSTEM, number)


def test_keys_that_were_swapped_are_swapped_back(stations: Layer):
    """A rule that holds row by row must not depend on the order in which rows are written."""
    rows = [add(stations, f"k{n}", n) for n in range(4)]
    before = contents(stations)
    model = entry(stations).theme.model
    with change_set(SYSTEM, title="rotate", channel="command") as work:
        for row, key in zip(rows, ["t0", "t1", "t2", "t3"], strict=True):
            model.objects.filter(pk=row.id).update(feature_key=key, code=key)
        for row, key in zip(rows, ["k1", "k2", "k3", "k0"], strict=True):
            model.objects.filter(pk=row.id).update(feature_key=key, code=key)
    undone = undo(SYSTEM, work.pk)
    assert contents(stations) == before
    assert_whole(stations)
    # Taken out and put back within one change set reads as a change.
    how = {item.operation_that_ended for item in versions.versions(entry(stations), rows[0].id)}
    assert how == {None, "update"}
    undo(SYSTEM, undone.change_set.pk)
    assert sorted(live(stations, row.id).code for row in rows) == ["k0", "k1", "k2", "k3"]
    assert live(stations, rows[0].id).code == "k1"
    assert_whole(stations)


def test_a_key_that_others_took_is_a_conflict(stations: Layer):
    row = add(stations, "a")
    work = write(delete(row, 1))
    add(stations, "a")
    with pytest.raises(Conflict):
        undo(SYSTEM, work)
    with pytest.raises(Conflict):
        restore(SYSTEM, entry(stations), row.id, 1, base_version=1)


def test_one_change_set_over_several_themes():
    sites = make_layer("zu-sites", "tourism")
    water = make_layer("zu-water", "topography", "MultiPolygon")
    site, pond = add(sites, "s"), add(water, "w")
    before = contents(sites), contents(water)
    work = write(update(site, 1, name="x"), delete(pond, 1), create(water, "new"))
    undo(SYSTEM, work)
    assert (contents(sites), contents(water)) == before


def test_restore_of_a_changed_and_of_a_deleted_feature(stations: Layer):
    row = add(stations, "a", name="Một")
    first = contents(stations)
    write(update(row, 1, name="Hai", operator="ai đó"))
    applied = restore(SYSTEM, entry(stations), row.id, 1, base_version=2, reason="nhầm")
    assert contents(stations) == first
    assert (live(stations, row.id).version, applied.feature_ids) == (3, (row.id,))
    assert applied.change_set.reason == "nhầm"
    write(delete(row, 3))
    restore(SYSTEM, entry(stations), str(row.id), 2, base_version=3)
    assert (live(stations, row.id).name, live(stations, row.id).version) == ("Hai", 4)
    assert live(stations, row.id).search_text.startswith("hai")
    assert_whole(stations)


def test_a_restore_is_undone_like_any_change(stations: Layer):
    row = add(stations, "a", name="Một")
    write(update(row, 1, name="Hai"))
    state = contents(stations)
    applied = restore(SYSTEM, entry(stations), row.id, 1, base_version=2)
    undo(SYSTEM, applied.change_set.pk)
    assert contents(stations) == state


def test_restore_needs_the_last_version_and_one_that_is_there(stations: Layer):
    row = add(stations, "a")
    write(update(row, 1, name="Hai"))
    for base in (0, 1, 3):
        with pytest.raises(Conflict) as refused:
            restore(SYSTEM, entry(stations), row.id, 1, base_version=base)
        assert refused.value.errors == [{"version": 2, "base_version": base}]
    for number, version in ((row.id, 3), (row.id, 0), (424242, 1)):
        with pytest.raises(NotFound):
            restore(SYSTEM, entry(stations), number, version, base_version=2)
    with pytest.raises(Invalid):
        restore(SYSTEM, entry(stations), row.id, 2, base_version=2)
    assert live(stations, row.id).version == 2
