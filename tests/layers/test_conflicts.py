"""Conflicts: what others changed under an open change set, side by side, for those who may know."""

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
    others_delete,
    person,
    plot,
    submitted,
)
from sample_features import SYSTEM

from layers import drafts, review
from layers.change_set_reading import find
from layers.conflicts import Cause, Outcome, conflicts
from layers.inbox import Box, box, counts
from layers.merge import same_shape
from layers.publication import publish_due

pytestmark = pytest.mark.usefixtures("db")


def listed(actor) -> list[tuple[int, int]]:
    return [(item.change_set.pk, item.outdated) for item in box(actor, Box.CONFLICTS)]


def test_what_is_up_to_date_is_no_conflict(layer, planner):
    old = live(layer, "1", 0)
    entry = draft(planner, edit(planner, layer, old, address="mine"))
    assert conflicts(planner, entry) == []
    assert listed(planner) == []


def test_each_field_says_whose_value_counts(layer, planner):
    old = live(layer, "1", 0, address="base", place_name="base")
    mine = edit(planner, layer, old, shape=plot(4))
    entry = draft(planner, replace(mine, values={"address": "mine", "so_to": "2"}))
    by_others(layer, old, address="theirs", place_name="theirs")
    [found] = conflicts(planner, find(planner, entry.pk))
    assert (found.cause, found.version, found.open_choices) == (Cause.CHANGED, 2, 1)
    sides = {side.field: (side.base, side.theirs, side.mine, side.outcome) for side in found.fields}
    assert sides["address"] == ("base", "theirs", "mine", Outcome.CHOOSE)
    assert sides["place_name"] == ("base", "theirs", "base", Outcome.THEIRS)
    assert sides["so_to"] == ("1", "1", "2", Outcome.MINE)
    assert found.shape.outcome is Outcome.MINE
    assert same_shape(found.shape.theirs, plot(0))
    assert found.last is not None
    assert found.last.title == "others"


def test_two_shapes_and_equal_values(layer, planner):
    old = live(layer, "1", 0)
    entry = draft(planner, edit(planner, layer, old, shape=plot(4), address="same"))
    by_others(layer, old, shape=plot(6), address="same")
    [found] = conflicts(planner, find(planner, entry.pk))
    assert [(side.field, side.outcome) for side in found.fields] == [("address", Outcome.SAME)]
    assert found.shape.outcome is Outcome.CHOOSE
    sides = (found.shape.base, found.shape.theirs, found.shape.mine)
    assert all(same_shape(one, plot(n)) for one, n in zip(sides, (0, 6, 4), strict=True))


def test_a_feature_that_somebody_deleted(layer, planner):
    old = live(layer, "1", 0, address="base")
    entry = draft(planner, edit(planner, layer, old, address="mine"))
    others_delete(layer, old)
    [found] = conflicts(planner, find(planner, entry.pk))
    assert (found.cause, found.feature_id, found.version) == (Cause.GONE, None, None)
    assert same_shape(found.shape.base, plot(0))
    assert [(side.field, side.mine) for side in found.fields] == [("address", "mine")]


def test_what_somebody_changed_in_a_feature_to_be_deleted(layer, planner):
    old = live(layer, "1", 0)
    entry = draft(planner, gone(planner, layer, old))
    by_others(layer, old, address="theirs")
    [found] = conflicts(planner, find(planner, entry.pk))
    assert found.open_choices == 1
    assert [(side.field, side.outcome) for side in found.fields] == [("address", Outcome.THEIRS)]


def test_two_people_make_a_feature_with_the_same_key(layer, planner):
    entry = draft(planner, new(planner, layer, "7", 3, address="mine"))
    twin = live(layer, "7", 3, address="theirs")
    [found] = conflicts(planner, find(planner, entry.pk))
    assert (found.cause, found.feature_id, found.version) == (Cause.KEY_TAKEN, twin, 1)
    assert [(s.field, s.theirs, s.mine) for s in found.fields] == [("address", "theirs", "mine")]
    assert found.shape.outcome is Outcome.SAME


def test_a_key_that_the_set_itself_sets_free_is_no_conflict(layer, planner):
    old = live(layer, "7", 0)
    entry = draft(planner, new(planner, layer, "7", 0), gone(planner, layer, old))
    assert conflicts(planner, find(planner, entry.pk)) == []


def test_the_box_is_for_the_author_and_for_those_who_decide(layer, planner, approver):
    old = live(layer, "1", 0)
    kept = draft(planner, edit(planner, layer, old, address="a"))
    sent = submitted(planner, edit(planner, layer, old, address="b"), new(planner, layer, "2", 2))
    by_others(layer, old, address="theirs")
    assert listed(planner) == [(sent.pk, 1), (kept.pk, 1)]
    assert listed(approver) == [(sent.pk, 1)]  # a draft is its author's alone
    assert listed(person("ze-other")) == []
    assert [item.change_set.pk for item in box(planner, Box.SENT)] == [sent.pk]
    full = {"drafts": 1, "review": 0, "sent": 1, "returned": 0, "conflicts": 2}
    assert counts(planner) == full
    full = {"drafts": 0, "review": 1, "sent": 0, "returned": 0, "conflicts": 1}
    assert counts(approver) == full


def test_an_approved_set_that_misses_its_day_is_seen_by_both(layer, planner, approver):
    day = approver.today + timedelta(days=1)
    old = live(layer, "1", 0)
    entry = submitted(planner, edit(planner, layer, old, address="mine"), publish_on=day)
    review.approve(approver, entry.pk, entry.revision)
    by_others(layer, old, address="theirs")
    [(_entry, refusal)] = publish_due(replace(SYSTEM, day=day))
    assert refusal
    for actor in (planner, approver):
        [found] = box(replace(actor, day=day), Box.CONFLICTS)
        assert (found.change_set.pk, found.outdated, found.overdue) == (entry.pk, 1, True)


def test_the_draft_rebased_by_hand_is_published(layer, planner, approver):
    old = live(layer, "1", 0, address="base")
    entry = draft(planner, edit(planner, layer, old, address="mine"))
    by_others(layer, old, address="theirs", place_name="theirs")
    [found] = conflicts(planner, find(planner, entry.pk))
    chosen = replace(found.step, base_version=found.version)
    entry = drafts.put_operation(planner, entry.pk, entry.revision, chosen)
    assert conflicts(planner, entry) == []
    entry = drafts.submit(planner, entry.pk, entry.revision)
    entry = review.publish(approver, entry.pk, entry.revision)
    assert entry.state == "published"


def test_a_row_that_is_hidden_by_now_is_like_a_deleted_one(layer, planner):
    old = live(layer, "1", 0)
    entry = draft(planner, edit(planner, layer, old, address="mine"))
    by_others(layer, old, sensitivity=2, address="secret")
    [found] = conflicts(planner, find(planner, entry.pk))
    assert found.cause is Cause.GONE
    assert found.shape.theirs is None
    assert found.last is not None
    assert (found.last.actor_name, found.last.title) == ("", "")  # as if it had been deleted
