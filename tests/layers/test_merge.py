"""The three-way merge: nothing that one side did is lost, and what both did is said."""

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.merge import GEOMETRY, Dispute, State, merge, same_shape

FIELDS = st.sampled_from(["a", "b", "c", "d"])
VALUES = st.one_of(st.none(), st.integers(0, 3), st.text("xy", max_size=2))
FULL = st.fixed_dictionaries({name: VALUES for name in "abcd"})
EDIT = st.dictionaries(FIELDS, VALUES)
POINTS = st.builds(shapely.Point, st.integers(0, 2), st.integers(0, 2))
SQUARE = shapely.box(106.3, 10.3, 106.301, 10.301)


@given(base=FULL, theirs=EDIT, mine=EDIT)
def test_every_field_comes_from_the_side_that_changed_it(base, theirs, mine):
    now = {**base, **theirs}
    merged = merge(State(base), State(now), State(mine))
    disputed = {dispute.field for dispute in merged.conflicts}
    for name in base:
        wanted = mine.get(name, base[name])
        if name in disputed:
            assert len({repr(base[name]), repr(now[name]), repr(wanted)}) == 3
            assert merged.values[name] == now[name]
        elif wanted != base[name]:
            assert merged.values[name] == wanted
        else:
            assert merged.values[name] == now[name]
    assert merged.changed == {name for name in base if merged.values[name] != now[name]}


@given(base=FULL, one=EDIT, two=EDIT)
def test_the_order_matters_to_disputes_only(base, one, two):
    first = merge(State(base), State({**base, **one}), State(two))
    second = merge(State(base), State({**base, **two}), State(one))
    assert {d.field for d in first.conflicts} == {d.field for d in second.conflicts}
    if not first.conflicts:
        assert first.values == second.values


@given(base=FULL, edit=EDIT, shape=POINTS)
def test_an_edit_merged_with_itself_or_with_nothing(base, edit, shape):
    done = State({**base, **edit}, shape)
    again = merge(State(base, shapely.Point(9, 9)), done, State(edit, shape))
    assert (again.values, again.conflicts, again.changed) == (done.values, (), frozenset())
    alone = merge(State(base, shape), State(base, shape), State(edit))
    assert alone.values == done.values
    assert alone.geometry == shape


@given(base=POINTS, theirs=POINTS, mine=POINTS)
def test_geometries_merge_like_one_field(base, theirs, mine):
    merged = merge(State({}, base), State({}, theirs), State({}, mine))
    if mine in (base, theirs):
        assert (merged.geometry, merged.conflicts) == (theirs, ())
    elif theirs == base:
        assert (merged.geometry, merged.changed) == (mine, {GEOMETRY})
    else:
        assert merged.conflicts == (Dispute(GEOMETRY, base, theirs, mine),)
        assert merged.geometry == theirs


def test_the_same_geometry_sent_again_is_the_same_editor_going_on():
    moved = shapely.box(106.31, 10.3, 106.311, 10.301)
    second = merge(
        State({"name": "a"}, SQUARE), State({"name": "a"}, moved), State({"name": "b"}, moved)
    )
    assert (second.values, second.geometry, second.conflicts) == ({"name": "b"}, moved, ())
    assert second.changed == {"name"}


@pytest.mark.parametrize("shape", [SQUARE, shapely.multipolygons([SQUARE])])
def test_a_turned_ring_is_the_same_shape_and_a_moved_corner_is_not(shape):
    uneven = shapely.transform(shape, lambda xy: xy + 1.23456789e-5)
    assert same_shape(uneven, shapely.reverse(uneven))
    assert same_shape(uneven, shapely.normalize(uneven))
    assert not same_shape(uneven, shapely.transform(uneven, lambda xy: xy + 1e-9))


def test_a_rounded_shape_is_no_change_and_a_small_move_is_one():
    uneven = shapely.transform(SQUARE, lambda xy: xy + 1.23456789e-5)
    theirs = shapely.transform(uneven, lambda xy: xy + 1e-4)
    rounded = shapely.reverse(shapely.transform(uneven, lambda xy: xy.round(7)))
    back = merge(State({}, uneven), State({}, theirs), State({}, rounded))
    assert (back.geometry, back.conflicts) == (theirs, ())
    nudged = shapely.transform(uneven, lambda xy: xy + 1.2345e-9)  # a tenth of a millimetre
    both = merge(State({}, uneven), State({}, theirs), State({}, nudged))
    assert [dispute.field for dispute in both.conflicts] == [GEOMETRY]
    alone = merge(State({}, uneven), State({}, uneven), State({}, nudged))
    assert (alone.geometry, alone.changed) == (nudged, {GEOMETRY})


def test_other_types_and_other_counts_are_other_shapes():
    line = shapely.LineString([(0, 0), (1, 1)])
    assert not same_shape(line, shapely.reverse(line))
    assert not same_shape(line, shapely.LineString([(0, 0), (0.5, 0.5), (1, 1)]))
    assert not same_shape(line, shapely.Point(0, 0))
    assert not same_shape(line, None)
    assert same_shape(None, None)
