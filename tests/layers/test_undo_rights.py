"""Who may undo and restore what; for others there is nothing."""

import pytest
import shapely
from sample_features import SYSTEM, add, make_layer, own_values, shape_at
from undo_sample import entry, live, person, update, write

from gis_core.access import ANONYMOUS, Grant
from gis_core.errors import NotAllowed, NotFound, SignInNeeded
from layers import changes, selectors
from layers.changes import Kind, Operation
from layers.models import Layer
from layers.registry import theme_by_key
from layers.undo import restore, undo

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def stations(db: None) -> Layer:
    return make_layer("zu-stations", "environment", "Point")


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
