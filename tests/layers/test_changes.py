"""The write door: who may, all or nothing, conflicts, keys, geometry, derived texts."""

import pytest
import shapely
from sample_features import SYSTEM, add, make_layer, own_values, shape_at

from gis_core.access import ANONYMOUS, Actor, Grant
from gis_core.errors import Conflict, Invalid, NotAllowed, NotFound, SignInNeeded
from gis_core.models import ChangeSet, User
from gis_core.text_folding import fold
from layers import changes, selectors
from layers.changes import Kind, Operation
from layers.models import Layer
from layers.registry import theme_by_key

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def stations(db: None) -> Layer:
    return make_layer("zc-stations", "environment", "Point")


def entry(layer: Layer):
    return selectors.layer(SYSTEM, layer.slug)


def new(layer: Layer, key: str, /, **values) -> Operation:
    theme = theme_by_key(layer.theme)
    shape = values.pop("shape", shape_at(layer.geometry_type, 106.36, 10.35))
    return Operation(Kind.CREATE, entry(layer), {**own_values(theme, key), **values}, shape)


def write(*steps: Operation, actor: Actor = SYSTEM) -> changes.Applied:
    return changes.apply(actor, steps, title="test", channel="browser", reason="why")


def count(layer: Layer) -> int:
    return selectors.features(entry(layer)).count()


def test_only_those_who_may_edit_write(stations: Layer):
    steps = [new(stations, "a")]
    with pytest.raises(SignInNeeded):
        write(*steps, actor=ANONYMOUS)
    for role in ("planner", "approver", "security_staff", "ward_officer"):
        with pytest.raises(NotAllowed):
            write(*steps, actor=Actor(1, role, (Grant(role),)))
    assert count(stations) == 0
    officer = User.objects.create_user("zc-officer")
    write(*steps, actor=Actor(officer.pk, "officer", (Grant("environment_officer"),)))
    assert count(stations) == 1


def test_one_wrong_step_undoes_all(stations: Layer):
    made = add(stations, "kept")
    before = ChangeSet.objects.count()
    bad = Operation(Kind.UPDATE, entry(stations), {"name": "x"}, None, made.id, base_version=7)
    with pytest.raises(Conflict):
        write(new(stations, "b"), new(stations, "c"), bad)
    assert count(stations) == 1
    assert ChangeSet.objects.count() == before


def test_a_right_in_one_layer_gives_none_in_another(stations: Layer):
    other = make_layer("zc-other", "environment", "Point")
    officer = Actor(None or 1, "o", (Grant("environment_officer", layer=stations.slug),))
    with pytest.raises(NotAllowed):
        write(new(stations, "a"), new(other, "b"), actor=officer)
    assert count(stations) == count(other) == 0


def test_the_change_set_says_who_why_and_how(stations: Layer):
    applied = write(new(stations, "a"))
    saved = ChangeSet.objects.get(pk=applied.change_set.pk)
    assert (saved.actor_name, saved.reason, saved.channel) == ("test", "why", "browser")
    row = selectors.feature(entry(stations), applied.feature_ids[0])
    assert row.change_set_id == saved.pk


def test_missing_and_stale_features(stations: Layer):
    made = add(stations, "a")
    gone = Operation(Kind.DELETE, entry(stations), feature_id=424242, base_version=1)
    with pytest.raises(NotFound):
        write(gone)
    for kind in (Kind.UPDATE, Kind.DELETE):
        for version in (0, 2, None):
            stale = Operation(kind, entry(stations), {}, None, made.id, version)
            with pytest.raises(Conflict):
                write(stale)


def test_a_key_is_used_once_in_a_layer(stations: Layer):
    add(stations, "a")
    with pytest.raises(Invalid):
        write(new(stations, "a"))
    other = make_layer("zc-again", "environment", "Point")
    write(new(other, "a"))
    ended = new(stations, "a", valid_from="2020-01-01", valid_to="2021-01-01")
    write(ended)


@pytest.mark.parametrize(
    "shape",
    [
        shapely.Point(200, 10),
        shapely.Point(106, 89),
        shapely.Point(),
        shapely.Point(float("nan"), 10),
    ],
)
def test_geometry_off_the_map_is_refused(stations: Layer, shape):
    with pytest.raises(Invalid):
        write(new(stations, "a", shape=shape))
    assert count(stations) == 0


def test_a_new_feature_needs_a_geometry(stations: Layer):
    with pytest.raises(Invalid) as refused:
        write(new(stations, "a", shape=None))
    assert refused.value.errors == [{"field": "geom"}]


def test_validity_must_not_end_before_it_begins(stations: Layer):
    with pytest.raises(Invalid):
        write(new(stations, "a", valid_from="2026-02-02", valid_to="2026-01-01"))


@pytest.mark.parametrize(
    "field", ["id", "version", "change_set", "search_text", "layer", "no_such"]
)
def test_fields_that_the_database_keeps_are_not_written(stations: Layer, field: str):
    with pytest.raises(Invalid) as refused:
        write(new(stations, "a", **{field: 1}))
    assert [problem["field"] for problem in refused.value.errors] == [field]


def test_a_field_that_one_may_not_read_is_not_written():
    layer = make_layer("zc-sights", "tourism")
    made = add(layer, "cho")
    visible = selectors.layer(SYSTEM, layer.slug)
    narrow = selectors.ReadableLayer(
        SYSTEM, visible.layer, visible.theme, visible.fields - {"operator_phone"}
    )
    step = Operation(Kind.UPDATE, narrow, {"operator_phone": "1"}, None, made.id, 1)
    with pytest.raises(Invalid):
        write(step)


def test_search_text_and_key_follow_the_values(stations: Layer):
    made = add(stations, "a", name="Trạm Đầu")
    step = Operation(
        Kind.UPDATE, entry(stations), {"name": "Trạm Cuối", "code": "MỚI"}, None, made.id, 1
    )
    write(step)
    row = selectors.feature(entry(stations), made.id)
    assert row.search_text == "tram cuoi moi"
    assert row.feature_key == "MỚI"
    assert row.version == 2


def test_moving_a_feature_moves_it_on_the_map(stations: Layer):
    made = add(stations, "a")
    step = Operation(Kind.UPDATE, entry(stations), {}, shapely.Point(106.4, 10.4), made.id, 1)
    write(step)
    row = selectors.feature(entry(stations), made.id)
    assert (round(row.geom.x, 6), round(row.geom.y, 6)) == (106.4, 10.4)
    assert round(row.geom_3857.x) == round(106.4 / 180 * 20037508.342789244)


def test_a_guarded_field_is_changed_by_those_alone_who_may_publish():
    layer = make_layer("zc-parcels", "parcels")
    made = add(layer, "1", legal_area_m2=100)
    planner = Actor(User.objects.create_user("zc-planner").pk, "planner", (Grant("planner"),))
    admin = Actor(User.objects.create_user("zc-admin").pk, "admin", (Grant("administrator"),))

    def update(actor: Actor, version: int, **values) -> changes.Applied:
        known = selectors.layer(actor, layer.slug)
        step = Operation(Kind.UPDATE, known, values, None, made.id, base_version=version)
        return write(step, actor=actor)

    for value in (90, None):
        with pytest.raises(Invalid) as refused:
            update(planner, 1, legal_area_m2=value)
        assert [error["field"] for error in refused.value.errors] == ["legal_area_m2"]
    update(planner, 1, legal_area_m2=100, address="x")  # said again as it is
    update(admin, 2, legal_area_m2=90)
    assert selectors.features(entry(layer)).get().legal_area_m2 == 90


def test_a_new_feature_has_no_guarded_value_from_those_who_may_not_give_it():
    layer = make_layer("zc-parcels", "parcels")
    planner = Actor(User.objects.create_user("zc-planner").pk, "planner", (Grant("planner"),))
    known = selectors.layer(planner, layer.slug)
    shape = shape_at(layer.geometry_type, 106.36, 10.35)
    values = {"so_to": "1", "so_thua": "2"}
    with pytest.raises(Invalid):
        step = Operation(Kind.CREATE, known, {**values, "legal_area_m2": 5}, shape)
        write(step, actor=planner)
    step = Operation(Kind.CREATE, known, {**values, "legal_area_m2": None}, shape)
    write(step, actor=planner)
    assert count(layer) == 1


def test_many_edits_at_once_keep_their_order_where_keys_move():
    """A key that one row leaves may be taken by another of the same change set; versions count."""
    layer = make_layer("zc-keys", "parcels")
    rows = [add(layer, f"k{n}", n, so_to="1", so_thua=str(n)) for n in range(4)]
    entry = selectors.layer(SYSTEM, layer.slug)

    def update(row, **values):
        return Operation(Kind.UPDATE, entry, values, None, row.id, 1)

    steps = [
        update(rows[3], so_thua="9"),
        update(rows[2], so_thua="3"),
        update(rows[1], address="số 1"),
        Operation(Kind.DELETE, entry, feature_id=rows[0].id, base_version=1),
    ]
    changes.apply(SYSTEM, steps, title="x", channel="command")
    found = selectors.features(entry).order_by("so_thua")
    assert [(row.so_thua, row.version) for row in found] == [("1", 2), ("3", 2), ("9", 2)]
    assert [row.feature_key.rpartition("/")[2] for row in found] == ["1", "3", "9"]
    assert found[0].search_text == fold(f"số 1 {found[0].issued_id}")
    again = [update(rows[1], address="a"), update(rows[2], address="b")]
    with pytest.raises(Conflict):  # both are at version 2 by now, and neither is written
        changes.apply(SYSTEM, again, title="x", channel="command")
    assert set(found.values_list("version", flat=True)) == {2}
