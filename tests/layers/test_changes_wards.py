"""A grant for one ward allows edits inside that ward only."""

import pytest
import shapely

from gis_core.access import Action, Actor, Grant, may, system_actor
from gis_core.errors import NotAllowed
from layers import changes, selectors
from layers.changes import Kind, Operation
from layers.models import Layer

pytestmark = pytest.mark.usefixtures("db")
SYSTEM = system_actor("test")
WARD = shapely.multipolygons([shapely.box(106.30, 10.30, 106.40, 10.40)])


@pytest.fixture
def site_layer(db):
    Layer.objects.create(
        slug="zz-wards", theme="admin_units", geometry_type="MultiPolygon", title_vi="Phường"
    )
    Layer.objects.create(
        slug="zz-sites", theme="tourism", geometry_type="Point", title_vi="Điểm", sensitivity=0
    )
    wards = selectors.layer(SYSTEM, "zz-wards")
    values = {"code": "99001", "level": "commune", "name": "Phường thử"}
    step = Operation(Kind.CREATE, wards, values, WARD)
    changes.apply(SYSTEM, [step], title="ward", channel="command")


def make_site(actor: Actor, lon: float) -> None:
    entry = selectors.layer(actor, "zz-sites")
    values = {"slug": f"site-{lon}".replace(".", "-"), "name": "Điểm thử"}
    step = Operation(Kind.CREATE, entry, values, shapely.Point(lon, 10.35))
    changes.apply(actor, [step], title="site", channel="browser")


def test_edit_inside_the_ward_is_allowed_and_outside_refused(site_layer):
    from gis_core.models import User

    user = User.objects.create(username="ward-planner")
    actor = Actor(user.pk, "ward planner", (Grant("planner", ward_code="99001"),))
    make_site(actor, 106.35)
    with pytest.raises(NotAllowed):
        make_site(actor, 106.45)


def test_a_second_grant_without_a_ward_lifts_the_limit(site_layer):
    from gis_core.models import User

    user = User.objects.create(username="city-planner")
    grants = (Grant("planner", ward_code="99001"), Grant("planner", theme="tourism"))
    make_site(Actor(user.pk, "city planner", grants), 106.45)


def test_a_grant_for_one_ward_allows_no_import():
    limited = Actor(1, "p", (Grant("planner", ward_code="99001"),))
    assert not may(limited, Action.IMPORT, "parcels")
    assert may(Actor(1, "p", (Grant("planner"),)), Action.IMPORT, "parcels")


def test_nobody_hides_a_feature_from_themselves(site_layer):
    from gis_core.errors import Invalid
    from gis_core.models import User

    user = User.objects.create(username="hiding-planner")
    actor = Actor(user.pk, "planner", (Grant("planner"),))
    entry = selectors.layer(actor, "zz-sites")
    values = {"slug": "hidden", "name": "Điểm ẩn", "sensitivity": 2}
    with pytest.raises(Invalid) as caught:
        changes.apply(
            actor,
            [Operation(Kind.CREATE, entry, values, shapely.Point(106.35, 10.35))],
            title="hide",
            channel="browser",
        )
    assert caught.value.errors[0]["field"] == "sensitivity"
