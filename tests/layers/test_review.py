"""Review and publication: who decides, checks on today's data, merging, conflicts, days ahead."""

from dataclasses import replace
from datetime import timedelta

import pytest
from draft_sample import (
    by_others,
    draft,
    edit,
    gone,
    live,
    new,
    person,
    plot,
    row_of,
    submitted,
)
from sample_features import SYSTEM

from gis_core.access import Grant
from gis_core.change_states import State, WrongState
from gis_core.errors import Conflict, Invalid, NotAllowed, NotFound, Stale
from layers import changes, drafts, review, selectors
from layers.change_set_reading import find, rights
from layers.drafts import Description
from layers.inbox import Box, box
from layers.publication import publish_due
from layers.review import EditConflict, Opinion

pytestmark = pytest.mark.usefixtures("db")


def test_from_the_draft_to_the_map(layer, planner, approver):
    old, lost = live(layer, "1", 0), live(layer, "2", 1)
    entry = submitted(
        planner,
        edit(planner, layer, old, address="1 Lê Lợi"),
        gone(planner, layer, lost),
        new(planner, layer, "3", 3),
    )
    assert row_of(layer, old).address == ""
    entry = review.approve(approver, entry.pk, entry.revision, "được")
    assert (entry.state, entry.decided_by_name, entry.decision_note) == (
        State.APPROVED,
        "zd-approver",
        "được",
    )
    entry = review.publish(approver, entry.pk, entry.revision)
    assert entry.state == State.PUBLISHED
    assert entry.published_at
    changed = row_of(layer, old)
    assert (changed.address, changed.version, changed.change_set_id) == ("1 Lê Lợi", 2, entry.pk)
    with pytest.raises(NotFound):
        row_of(layer, lost)
    made = entry.operations.get(key="n3").feature_id
    assert row_of(layer, made).so_thua == "3"


def test_nobody_decides_about_their_own(layer):
    both = person("zd-both", Grant("planner"), Grant("approver"))
    entry = submitted(both, new(both, layer, "1", 0))
    for step in (review.approve, review.send_back):
        with pytest.raises(NotAllowed):
            step(both, entry.pk, entry.revision, "")
    # Who may edit and publish everything in it needs no review.
    assert review.publish(both, entry.pk, entry.revision).state == State.PUBLISHED


def test_a_planner_does_not_publish(layer, planner, approver):
    entry = submitted(planner, new(planner, layer, "1", 0))
    assert not rights(planner, entry).publish
    with pytest.raises(NotAllowed):
        review.publish(planner, entry.pk, entry.revision)
    entry = review.approve(approver, entry.pk, entry.revision)
    with pytest.raises(NotAllowed):
        review.publish(planner, entry.pk, entry.revision)


def test_returned_corrected_and_handed_in_again(layer, planner, approver):
    entry = submitted(planner, new(planner, layer, "1", 0), new(planner, layer, "2", 1))
    opinions = {"n1": Opinion("accepted"), "n2": Opinion("returned", "số sai")}
    with pytest.raises(Conflict):
        review.approve(approver, entry.pk, entry.revision, "", opinions)
    entry = review.send_back(approver, entry.pk, entry.revision, "xem lại", opinions)
    assert entry.state == State.RETURNED
    assert [entry.pk] == [item.change_set.pk for item in box(planner, Box.RETURNED)]
    kept = entry.operations.get(key="n2")
    assert (kept.verdict, kept.verdict_note) == ("returned", "số sai")
    step = replace(new(planner, layer, "22", 1), key="n2")
    entry = drafts.put_operation(planner, entry.pk, entry.revision, step)
    entry = drafts.submit(planner, entry.pk, entry.revision)
    entry = review.approve(approver, entry.pk, entry.revision)
    assert {step.verdict for step in entry.operations.all()} == {"accepted"}


def test_a_part_goes_back_and_the_rest_is_approved(layer, planner, approver):
    entry = submitted(planner, new(planner, layer, "1", 0), new(planner, layer, "2", 1))
    drafts.comment(approver, entry.pk, "số sai", key="n2")
    opinions = {"n2": Opinion("returned", "số sai")}
    rest, back = review.send_back_part(approver, entry.pk, entry.revision, "xem lại", opinions)
    assert (rest.state, [step.key for step in rest.operations.all()]) == (State.SUBMITTED, ["n1"])
    assert rest.revision == entry.revision + 1
    assert (back.state, [step.key for step in back.operations.all()]) == (State.RETURNED, ["n2"])
    assert (back.user_id, back.decision_note) == (planner.user_id, "xem lại")
    assert [remark.text for remark in back.comments.all()] == ["số sai"]
    assert review.publish(approver, rest.pk, rest.revision).state == State.PUBLISHED
    assert drafts.submit(planner, back.pk, back.revision).state == State.SUBMITTED


def test_a_part_is_neither_nothing_nor_all(layer, planner, approver):
    entry = submitted(planner, new(planner, layer, "1", 0), new(planner, layer, "2", 1))
    for opinions in ({}, {"n1": Opinion("returned"), "n2": Opinion("returned")}):
        with pytest.raises(Invalid):
            review.send_back_part(approver, entry.pk, entry.revision, "x", opinions)
    assert len(find(planner, entry.pk).operations.all()) == 2
    with pytest.raises(NotAllowed):
        review.send_back_part(planner, entry.pk, entry.revision, "x", {"n1": Opinion("returned")})
    entry = review.approve(approver, entry.pk, entry.revision)
    with pytest.raises(WrongState):
        review.send_back_part(approver, entry.pk, None, "x", {"n1": Opinion("returned")})


def test_what_others_changed_elsewhere_merges(layer, planner, approver):
    old = live(layer, "1", 0)
    entry = submitted(planner, edit(planner, layer, old, address="mine"))
    by_others(layer, old, place_name="theirs", shape=plot(5))
    entry = review.publish(approver, entry.pk, entry.revision)
    row = row_of(layer, old)
    assert (row.address, row.place_name, row.version) == ("mine", "theirs", 3)
    assert row.geom.extent == pytest.approx(plot(5).bounds)


def test_the_same_field_is_a_conflict_and_nothing_is_lost(layer, planner, approver):
    old = live(layer, "1", 0, address="base")
    entry = submitted(planner, edit(planner, layer, old, shape=plot(4), address="mine"))
    by_others(layer, old, address="theirs")
    for step in (review.approve, review.publish):
        with pytest.raises(EditConflict) as refused:
            step(approver, entry.pk, entry.revision)
        [found] = refused.value.errors
        assert found["fields"] == [
            {"field": "address", "base": "base", "theirs": "theirs", "mine": "mine"}
        ]
    assert row_of(layer, old).version == 2
    entry = find(planner, entry.pk)
    assert (entry.state, entry.operations.get().values) == (State.SUBMITTED, {"address": "mine"})


def test_deleting_what_somebody_changed_is_a_conflict(layer, planner, approver):
    old, lost = live(layer, "1", 0), live(layer, "2", 1)
    entry = submitted(planner, gone(planner, layer, old), edit(planner, layer, lost, address="a"))
    by_others(layer, old, address="theirs")
    changes.apply(SYSTEM, [gone(SYSTEM, layer, lost)], title="x", channel="command")
    with pytest.raises(EditConflict) as refused:
        review.publish(approver, entry.pk, entry.revision)
    assert [(item["key"], item["gone"]) for item in refused.value.errors] == [
        (f"d{old}", False),
        (f"u{lost}", True),
    ]


def test_what_others_did_already_makes_no_version(layer, planner, approver):
    old = live(layer, "1", 0)
    entry = submitted(planner, edit(planner, layer, old, address="same"))
    by_others(layer, old, address="same")
    assert review.publish(approver, entry.pk, entry.revision).state == State.PUBLISHED
    assert row_of(layer, old).version == 2


def test_checks_run_again_on_the_data_of_the_day(layer, planner, approver):
    entry = submitted(planner, new(planner, layer, "1", 0))
    live(layer, "1", 8)
    for step in (review.approve, review.publish):
        with pytest.raises(Invalid) as refused:
            step(approver, entry.pk, entry.revision)
        assert [item["code"] for item in refused.value.errors] == ["duplicate_key"]
    assert find(planner, entry.pk).state == State.SUBMITTED


def test_a_day_that_lies_ahead(layer, planner, approver):
    later = approver.today + timedelta(days=3)
    entry = submitted(planner, new(planner, layer, "1", 0), publish_on=later)
    entry = review.publish(approver, entry.pk, entry.revision)
    assert (entry.state, entry.published_at) == (State.APPROVED, None)
    assert publish_due(SYSTEM) == []
    [(due, refusal)] = publish_due(replace(SYSTEM, day=later))
    assert (due.pk, refusal) == (entry.pk, "")
    assert find(planner, entry.pk).state == State.PUBLISHED


def test_one_that_cannot_be_published_does_not_stop_the_others(layer, planner, approver):
    day = approver.today + timedelta(days=1)
    old = live(layer, "9", 9)
    first = submitted(planner, edit(planner, layer, old, address="mine"), publish_on=day)
    second = submitted(planner, new(planner, layer, "1", 0), publish_on=day)
    for entry in (first, second):
        review.publish(approver, entry.pk, entry.revision)
    by_others(layer, old, address="theirs")
    found = publish_due(replace(SYSTEM, day=day))
    assert [bool(refusal) for _entry, refusal in found] == [True, False]
    assert find(planner, first.pk).state == State.APPROVED
    assert find(planner, second.pk).state == State.PUBLISHED


def test_a_set_that_changed_after_it_was_read_is_not_approved(layer, planner, approver):
    entry = submitted(planner, new(planner, layer, "1", 0))
    seen = entry.revision
    entry = drafts.withdraw(planner, entry.pk, entry.revision)
    entry = drafts.put_operation(planner, entry.pk, entry.revision, new(planner, layer, "2", 2))
    drafts.submit(planner, entry.pk, entry.revision)
    with pytest.raises(Stale):
        review.approve(approver, entry.pk, seen)


def test_published_sets_stay_as_they_are(layer, planner, approver):
    entry = submitted(planner, new(planner, layer, "1", 0))
    entry = review.publish(approver, entry.pk, entry.revision)
    with pytest.raises(WrongState):
        drafts.describe(planner, entry.pk, entry.revision, Description(title="x"))
    with pytest.raises(WrongState):
        review.publish(approver, entry.pk, entry.revision)
    assert len(list(selectors.features(selectors.layer(SYSTEM, layer.slug)))) == 1


def test_wards_hold_at_approval_and_publication(layer, planner):
    local = person("zd-local", Grant("approver", ward_code="99001"))
    entry = submitted(planner, new(planner, layer, "1", 0))
    for step in (review.approve, review.publish):
        with pytest.raises(Invalid) as refused:
            step(local, entry.pk, entry.revision)
        assert refused.value.errors[0]["code"] == "outside_ward"


def test_a_new_feature_takes_the_key_of_one_that_goes(layer, planner, approver):
    old = live(layer, "1", 0)
    entry = submitted(planner, new(planner, layer, "1", 0), gone(planner, layer, old))
    assert review.publish(approver, entry.pk, entry.revision).state == State.PUBLISHED


def test_a_draft_is_published_by_nobody_else(layer, planner, approver):
    entry = draft(planner, new(planner, layer, "1", 0))
    with pytest.raises(NotFound):
        review.publish(approver, entry.pk, entry.revision)
