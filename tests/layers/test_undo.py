"""Restore and undo: the old state to the byte, the same id, no gap; all or nothing; who may."""

from typing import Any

import pytest
import shapely
from history_chain import assert_whole, contents
from sample_features import SYSTEM, Sample, add, make_layer, own_values, shape_at

from gis_core.access import ANONYMOUS, Actor, Grant
from gis_core.errors import Conflict, Invalid, NotAllowed, NotFound, SignInNeeded
from gis_core.history import change_set
from gis_core.models import ChangeSet, User
from layers import changes, selectors, versions
from layers.changes import Kind, Operation
from layers.models import Layer
from layers.registry import Theme, theme_by_key, themes
from layers.undo import restore, undo

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def stations(db: None) -> Layer:
    return make_layer("zu-stations", "environment", "Point")


def entry(layer: Layer, actor: Actor = SYSTEM) -> selectors.ReadableLayer:
    return selectors.layer(actor, layer.slug)


def create(layer: Layer, key: str) -> Operation:
    shape = shape_at(layer.geometry_type, 106.36, 10.35)
    return Operation(Kind.CREATE, entry(layer), own_values(theme_by_key(layer.theme), key), shape)


def update(row: Sample, base: int, /, **values: Any) -> Operation:
    layer = selectors.layer(SYSTEM, row.slug)
    return Operation(Kind.UPDATE, layer, values, None, row.id, base)


def delete(row: Sample, base: int) -> Operation:
    return Operation(Kind.DELETE, selectors.layer(SYSTEM, row.slug), {}, None, row.id, base)


def write(*steps: Operation) -> int:
    return changes.apply(SYSTEM, steps, title="work", channel="browser").change_set.pk


def live(layer: Layer, feature_id: int) -> Any:
    return selectors.feature(entry(layer), feature_id)


def person(name: str, *grants: Grant) -> Actor:
    return Actor(User.objects.create_user(f"zu-{name}").pk, name, grants)


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


def test_who_may(stations: Layer):
    row = add(stations, "a")
    work = write(update(row, 1, name="x"))
    with pytest.raises(SignInNeeded):
        undo(ANONYMOUS, work)
    with pytest.raises(SignInNeeded):
        restore(ANONYMOUS, entry(stations), row.id, 1, base_version=2)
    for role in ("planner", "approver", "ward_officer", "security_staff"):
        actor = person(role, Grant(role))
        with pytest.raises(NotAllowed):
            undo(actor, work)
        with pytest.raises(NotAllowed):
            restore(actor, entry(stations, actor), row.id, 1, base_version=2)
    elsewhere = person("else", Grant("environment_officer", layer="other"))
    with pytest.raises(NotAllowed):
        undo(elsewhere, work)
    officer = person("officer", Grant("environment_officer"))
    undo(officer, work)
    restore(officer, entry(stations, officer), row.id, 2, base_version=3)
    assert live(stations, row.id).name == "x"


def test_a_planner_may_not_undo_and_one_who_also_publishes_may():
    sites = make_layer("zu-sites", "tourism")
    row = add(sites, "s")
    work = write(update(row, 1, name="x"))
    with pytest.raises(NotAllowed):
        undo(person("editor", Grant("planner")), work)
    with pytest.raises(NotAllowed):
        undo(person("approver", Grant("approver")), work)
    undo(person("both", Grant("planner"), Grant("approver")), work)


def test_hidden_rows_make_a_change_set_unknown():
    zones = make_layer("zu-zones", "security", "MultiPolygon")
    row = add(zones, "z")
    hidden = add(zones, "y", 1, sensitivity=2)
    shown = write(update(row, 1, name="x"))
    both = write(update(row, 2, name="y"), update(hidden, 1, name="y"))
    planner = person("p", Grant("planner"))
    with pytest.raises(NotFound):
        undo(planner, both)
    with pytest.raises(NotAllowed):
        undo(planner, shown)
    secret = make_layer("zu-secret", "security", "MultiPolygon", sensitivity=2)
    step = Operation(
        Kind.CREATE,
        selectors.layer(person("s", Grant("security_staff")), secret.slug),
        own_values(theme_by_key("security"), "q"),
        shape_at("MultiPolygon", 106.3, 10.3),
    )
    work = changes.apply(step.layer.actor, [step], title="q", channel="browser").change_set.pk
    with pytest.raises(NotFound):
        undo(planner, work)


def test_a_feature_classified_since_cannot_be_restored_by_those_below():
    zones = make_layer("zu-zones", "security", "MultiPolygon")
    row = add(zones, "z")
    write(update(row, 1, name="x"))
    work = write(update(row, 2, name="y", sensitivity=2))
    admin = person("a", Grant("administrator"))
    with pytest.raises(NotFound):
        undo(admin, work)
    below = person("b", Grant("planner"))
    with pytest.raises(NotAllowed):
        restore(below, entry(zones, below), row.id, 1, base_version=2)


def test_a_grant_for_one_ward_reaches_no_other_place():
    wards = make_layer("zu-wards", "admin_units")
    box = shapely.multipolygons([shapely.box(106.30, 10.30, 106.40, 10.40)])
    values = {"code": "99001", "level": "commune", "name": "Phường"}
    write(Operation(Kind.CREATE, entry(wards), values, box))
    sites = make_layer("zu-sites", "tourism")
    row = add(sites, "s")
    inside = write(update(row, 1, name="x"))
    far = Operation(Kind.UPDATE, entry(sites), {}, shapely.Point(106.5, 10.35), row.id, 2)
    away = write(far)
    grants = (Grant("planner", ward_code="99001"), Grant("approver"))
    limited = person("w", *grants)
    for ask in (
        lambda: undo(limited, away),
        lambda: restore(limited, entry(sites, limited), row.id, 1, base_version=3),
    ):
        with pytest.raises(NotAllowed):
            ask()
    undo(SYSTEM, away)
    undo(limited, inside)
    restore(limited, entry(sites, limited), row.id, 2, base_version=5)
