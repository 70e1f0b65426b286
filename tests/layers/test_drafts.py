"""Drafts: who sees and changes them, revisions, steps, the same request twice."""

import pytest
import shapely
from draft_sample import draft, edit, live, new, person, plot, row_of, submitted
from sample_features import SYSTEM, add, make_layer, own_values

from gis_core.access import ANONYMOUS, Actor, Grant
from gis_core.change_states import State, WrongState
from gis_core.errors import Invalid, NotAllowed, NotFound, SignInNeeded, Stale
from gis_core.models import ChangeSet
from layers import drafts, review, selectors
from layers.change_set_reading import find, rights
from layers.changes import Kind, Operation
from layers.drafts import Description
from layers.inbox import Box, box
from layers.registry import theme_by_key

pytestmark = pytest.mark.usefixtures("db")


def test_only_people_who_may_edit_something_open_drafts(layer):
    with pytest.raises(SignInNeeded):
        drafts.create(ANONYMOUS, Description(title="x"))
    for role in ("approver", "ward_officer"):
        with pytest.raises(NotAllowed):
            drafts.create(person(f"zd-{role}", Grant(role)), Description(title="x"))


def test_the_same_request_makes_one_draft(layer, planner):
    first = drafts.create(planner, Description(title="a"), request_key="k-1")
    again = drafts.create(planner, Description(title="a"), request_key="k-1")
    other = drafts.create(person("zd-second"), Description(title="a"), request_key="k-1")
    assert first.pk == again.pk != other.pk
    assert ChangeSet.objects.filter(request_key="k-1").count() == 2


def test_a_draft_touches_nothing_on_the_map(layer, planner):
    old = live(layer, "1", 0)
    draft(planner, edit(planner, layer, old, address="x"), new(planner, layer, "2", 1))
    assert row_of(layer, old).version == 1
    assert selectors.features(selectors.layer(SYSTEM, layer.slug)).count() == 1


def test_every_change_names_the_revision_it_started_from(layer, planner):
    entry = draft(planner)
    step = new(planner, layer, "1", 0)
    later = drafts.put_operation(planner, entry.pk, entry.revision, step)
    assert later.revision == entry.revision + 1
    stale = entry.revision
    for change in (
        lambda: drafts.put_operation(planner, entry.pk, stale, step),
        lambda: drafts.remove_operation(planner, entry.pk, stale, step.key),
        lambda: drafts.describe(planner, entry.pk, stale, Description(title="y")),
        lambda: drafts.submit(planner, entry.pk, stale),
        lambda: drafts.discard(planner, entry.pk, stale),
    ):
        with pytest.raises(Stale):
            change()
    assert find(planner, entry.pk).revision == later.revision


def test_saving_a_step_again_replaces_it(layer, planner):
    old = live(layer, "1", 0)
    entry = draft(planner, edit(planner, layer, old, address="a"), new(planner, layer, "2", 1))
    entry = drafts.put_operation(
        planner, entry.pk, None, edit(planner, layer, old, 1, plot(3), address="b")
    )
    first, second = entry.operations.all()
    assert (first.values, first.position < second.position) == ({"address": "b"}, True)
    assert first.geom.extent == pytest.approx(plot(3).bounds)
    entry = drafts.remove_operation(planner, entry.pk, None, first.key)
    assert [step.key for step in entry.operations.all()] == ["n2"]
    with pytest.raises(NotFound):
        drafts.remove_operation(planner, entry.pk, None, first.key)


def test_one_feature_has_one_step(layer, planner):
    old = live(layer, "1", 0)
    entry = draft(planner, edit(planner, layer, old, address="a"))
    entry_of = selectors.layer(planner, layer.slug)
    again = Operation(Kind.DELETE, entry_of, feature_id=old, base_version=1, key="other")
    with pytest.raises(Invalid):
        drafts.put_operation(planner, entry.pk, None, again)


@pytest.mark.parametrize("field", ["no_such", "id; DROP"])
def test_fields_that_are_not_there_are_refused(layer, planner, field):
    with pytest.raises(Invalid):
        draft(planner, new(planner, layer, "1", 0, **{field: 1}))


def test_a_right_is_asked_for_each_layer(layer, planner):
    stations = make_layer("zd-stations", "environment", "Point")
    entry = selectors.layer(planner, stations.slug)
    values = own_values(theme_by_key("environment"), "a")
    step = Operation(Kind.CREATE, entry, values, shapely.Point(106.36, 10.35), key="s")
    with pytest.raises(NotAllowed):
        draft(planner, step)


def test_features_that_are_not_there_or_hidden_alike(planner):
    zones = make_layer("zd-hidden", "topography", "Point")
    made = add(zones, "a", sensitivity=2)
    for feature_id in (made.id, 424242):
        with pytest.raises(NotFound):
            draft(planner, edit(planner, zones, feature_id, name="x"))


def test_drafts_are_seen_by_their_author_only(layer, planner):
    entry = draft(planner, new(planner, layer, "1", 0))
    for role in ("planner", "approver", "administrator", "security_staff"):
        other = person(f"zd-other-{role}", Grant(role))
        with pytest.raises(NotFound):
            find(other, entry.pk)
        with pytest.raises(NotFound):
            drafts.put_operation(other, entry.pk, None, new(planner, layer, "2", 1))
        assert box(other, Box.REVIEW) == []
    assert [item.change_set.pk for item in box(planner, Box.DRAFTS)] == [entry.pk]


def test_what_waits_is_seen_by_those_who_decide_about_all_of_it(layer, planner):
    parks = make_layer("zd-parks", "topography", "Point")
    step = Operation(
        Kind.CREATE,
        selectors.layer(planner, parks.slug),
        {"kind": "park", "code": "p1"},
        shapely.Point(106.36, 10.35),
        key="p",
    )
    entry = submitted(planner, new(planner, layer, "1", 0), step)
    allowed = {
        "approver": Grant("approver"),
        "half": Grant("approver", theme="parcels"),
        "ward": Grant("ward_officer"),
        "colleague": Grant("planner"),
        "security": Grant("security_staff"),
    }
    seen = set()
    for name, grant in allowed.items():
        if box(person(f"zs-{name}", grant), Box.REVIEW):
            seen.add(name)
    assert seen == {"approver"}
    approver = person("zs-again", Grant("approver"))
    may = rights(approver, find(approver, entry.pk))
    assert (may.edit, may.submit, may.approve, may.publish) == (False, False, True, True)
    mine = rights(planner, find(planner, entry.pk))
    assert (mine.edit, mine.submit, mine.approve, mine.publish) == (False, False, False, False)


def test_those_not_cleared_for_a_row_see_no_draft_of_it():
    zones = make_layer("zd-zones", "security", "MultiPolygon", sensitivity=0)
    officer = person("zd-officer", Grant("security_staff"))
    # Approves security, and is cleared for public rows of it only.
    outsider = person("zd-outsider", Grant("administrator"))
    made = Operation(
        Kind.CREATE,
        selectors.layer(officer, zones.slug),
        {**own_values(theme_by_key("security"), "z"), "sensitivity": 2},
        plot(0),
        key="z",
    )
    entry = drafts.submit(officer, draft(officer, made).pk, None)
    with pytest.raises(NotFound):
        find(outsider, entry.pk)
    entry = review.publish(officer, entry.pk, entry.revision)
    feature_id = entry.operations.get().feature_id
    change = Operation(
        Kind.UPDATE,
        selectors.layer(officer, zones.slug),
        {"name": "x"},
        None,
        feature_id,
        1,
        key="u",
    )
    later = drafts.submit(officer, draft(officer, change).pk, None)
    narrow = person("zd-narrow", Grant("security_staff", theme="parcels"), Grant("approver"))
    for other in (outsider, narrow):
        assert box(other, Box.REVIEW) == []
        with pytest.raises(NotFound):
            find(other, later.pk)
    assert find(person("zd-second", Grant("security_staff")), later.pk).pk == later.pk


def test_what_is_handed_in_is_not_changed_until_it_is_taken_back(layer, planner):
    entry = submitted(planner, new(planner, layer, "1", 0))
    with pytest.raises(WrongState):
        drafts.put_operation(planner, entry.pk, None, new(planner, layer, "2", 1))
    entry = drafts.withdraw(planner, entry.pk, entry.revision)
    assert entry.state == State.DRAFT
    drafts.put_operation(planner, entry.pk, None, new(planner, layer, "2", 1))
    assert drafts.discard(planner, entry.pk, None).state == State.DISCARDED
    with pytest.raises(WrongState):
        drafts.submit(planner, entry.pk, None)


def test_an_empty_or_nameless_draft_is_not_handed_in(layer, planner):
    with pytest.raises(Invalid):
        submitted(planner)
    nameless = drafts.create(planner, Description(title=" "))
    drafts.put_operation(planner, nameless.pk, None, new(planner, layer, "1", 0))
    with pytest.raises(Invalid):
        drafts.submit(planner, nameless.pk, None)


def test_rights_that_ended_meanwhile_end_the_draft(layer, planner):
    entry = draft(planner, new(planner, layer, "1", 0))
    late = Actor(planner.user_id, planner.name, (Grant("ward_officer"),))
    with pytest.raises(NotAllowed):
        drafts.submit(late, entry.pk, None)
    assert find(late, entry.pk).state == State.DRAFT


def test_remarks_are_pinned_to_a_step_or_a_place(layer, planner):
    entry = submitted(planner, new(planner, layer, "1", 0))
    approver = person("zd-approver", Grant("approver"))
    drafts.comment(approver, entry.pk, "xem", key="n1", place=(106.3, 10.3))
    [row] = entry.comments.all()
    assert (row.text, row.operation.key, row.place.coords) == ("xem", "n1", (106.3, 10.3))
    with pytest.raises(NotFound):
        drafts.comment(approver, entry.pk, "x", key="no")
    with pytest.raises(NotFound):
        drafts.comment(person("zd-none", Grant("ward_officer")), entry.pk, "x")
