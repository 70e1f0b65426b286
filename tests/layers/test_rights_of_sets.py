"""Who drafts, approves and publishes a change set: by theme, layer and ward, each both ways."""

import pytest
import shapely
from draft_sample import SIDE_DEG, draft, edit, live, new, person, submitted
from sample_features import LAT, LON, SYSTEM, make_layer

from gis_core.access import Actor, Grant
from gis_core.change_states import State
from gis_core.errors import Invalid, NotAllowed, NotFound
from layers import changes, drafts, proposals, review, selectors
from layers.change_set_reading import find, rights
from layers.changes import Kind, Operation
from layers.inbox import Box, box

pytestmark = pytest.mark.usefixtures("db")
WARD = "99001"


@pytest.fixture
def ward(db):
    """A ward that holds the first two columns of the sample's grid."""
    wards = make_layer("zr-wards", "admin_units")
    west, south = LON - SIDE_DEG, LAT - SIDE_DEG
    shape = shapely.box(west, south, LON + 2.5 * SIDE_DEG, LAT + 5 * SIDE_DEG)
    values = {"code": WARD, "level": "commune", "name": "Phường thử"}
    entry = selectors.layer(SYSTEM, wards.slug)
    step = Operation(Kind.CREATE, entry, values, shapely.multipolygons([shape]))
    changes.apply(SYSTEM, [step], title="ward", channel="command")


def planner() -> Actor:
    return person("zr-planner")


def test_a_theme_limits_who_drafts(layer):
    allowed = person("zr-parcels", Grant("planner", theme="parcels"))
    assert draft(allowed, new(allowed, layer, "1", 0)).pk
    denied = person("zr-tourism", Grant("planner", theme="tourism"))
    with pytest.raises(NotAllowed):
        draft(denied, new(denied, layer, "1", 0))


@pytest.mark.parametrize(
    ("grant", "decides"),
    [
        (Grant("approver"), True),
        (Grant("approver", theme="parcels"), True),
        (Grant("approver", layer="zd-parcels"), True),
        (Grant("approver", theme="tourism"), False),
        (Grant("approver", layer="zd-others"), False),
        (Grant("planner"), False),
        (Grant("ward_officer"), False),
        (Grant("security_staff"), False),
    ],
)
def test_a_grant_says_whose_sets_one_decides_about(layer, grant, decides):
    author = planner()
    entry = submitted(author, new(author, layer, "1", 0))
    actor = person("zr-reader", grant)
    assert bool(box(actor, Box.REVIEW)) == decides
    if decides:
        assert review.approve(actor, entry.pk, entry.revision).state == State.APPROVED
    else:
        with pytest.raises(NotFound):  # hidden is like missing
            review.approve(actor, entry.pk, entry.revision)


def test_a_ward_limits_what_is_handed_in(layer, ward):
    local = person("zr-local", Grant("planner", ward_code=WARD))
    assert submitted(local, new(local, layer, "1", 0)).state == State.SUBMITTED
    with pytest.raises(Invalid) as refused:
        submitted(local, new(local, layer, "2", 9))
    assert refused.value.errors[0]["code"] == "outside_ward"
    [kept] = box(local, Box.DRAFTS)
    assert kept.change_set.operations.count() == 1  # nothing is lost


@pytest.mark.parametrize("step", [review.approve, review.publish])
def test_a_ward_limits_what_is_approved_and_published(layer, ward, step):
    author = planner()
    inside = submitted(author, new(author, layer, "1", 1))
    outside = submitted(author, new(author, layer, "2", 9))
    local = person("zr-decides", Grant("approver", ward_code=WARD))
    step(local, inside.pk, inside.revision)
    with pytest.raises(Invalid) as refused:
        step(local, outside.pk, outside.revision)
    assert refused.value.errors[0]["code"] == "outside_ward"


def test_a_feature_is_not_moved_out_of_the_ward(layer, ward):
    old = live(layer, "1", 0)
    local = person("zr-moves", Grant("planner", ward_code=WARD))
    shape = shapely.multipolygons([shapely.box(LON + 1, LAT, LON + 1.0001, LAT + 0.0001)])
    with pytest.raises(Invalid):
        submitted(local, edit(local, layer, old, shape=shape))


def test_without_approval_only_where_one_may_publish_everything(layer):
    both = person("zr-both", Grant("planner"), Grant("approver", theme="parcels"))
    sites = make_layer("zr-sites", "tourism", geometry_type="Point")
    alone = draft(both, new(both, layer, "1", 0))
    assert rights(both, find(both, alone.pk)).publish
    assert review.publish(both, alone.pk, None).state == State.PUBLISHED
    values = {"slug": "zr-site", "name": "Điểm"}
    entry = selectors.layer(both, sites.slug)
    site = Operation(Kind.CREATE, entry, values, shapely.Point(LON, LAT), key="site")
    mixed = draft(both, new(both, layer, "2", 2), site)
    assert not rights(both, find(both, mixed.pk)).publish
    with pytest.raises(NotAllowed):
        review.publish(both, mixed.pk, None)
    assert drafts.submit(both, mixed.pk, None).state == State.SUBMITTED


def test_an_edit_that_was_refused_in_qgis_lies_among_the_conflicts_with_its_reason(layer):
    author = planner()
    old = live(layer, "1", 0, address="base")
    theirs = edit(SYSTEM, layer, old, address="theirs")
    changes.apply(SYSTEM, [theirs], title="x", channel="command")
    kept = proposals.keep_refused(edit(author, layer, old, address="mine"), "ogc")
    [found] = box(author, Box.CONFLICTS)
    assert (found.change_set.pk, found.outdated) == (kept.pk, 1)
    assert (found.change_set.channel, found.change_set.state) == ("ogc", State.DRAFT)
    assert found.change_set.reason
    assert box(person("zr-colleague"), Box.CONFLICTS) == []
