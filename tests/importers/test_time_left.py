"""The time that an import still takes: all stages, and no promise that does not hold."""

from hypothesis import given
from hypothesis import strategies as st

from importers.wizard.time_left import AFTER_READING, COMPARING, WRITING, TimeLeft


def test_nothing_is_told_before_rows_came() -> None:
    left = TimeLeft(COMPARING)
    assert left.seconds(100.0, 0, 1000) is None
    left.rows(100.0, 10, 1000)
    assert left.seconds(100.5, 10, 1000) is None  # too early to be sure
    assert left.seconds(103.0, 10, None) is None  # nobody knows how many rows there are


def test_what_follows_reading_is_counted_too() -> None:
    left = TimeLeft(WRITING)
    left.rows(0.0, 0, 1000)
    left.rows(10.0, 500, 1000)
    assert left.seconds(10.0, 500, 1000) == round(10 + 20 * AFTER_READING[WRITING])
    left.rows(20.0, 1000, 1000)
    assert left.seconds(20.0, 1000, 1000) == round(20 * AFTER_READING[WRITING])


def test_a_stage_that_takes_longer_promises_nothing() -> None:
    left = TimeLeft(COMPARING)
    left.rows(0.0, 0, 10)
    left.rows(4.0, 10, 10)
    assert left.seconds(4.0 + 4 * AFTER_READING[COMPARING] + 1, 10, 10) is None


@given(st.lists(st.integers(1, 400), min_size=1, max_size=30), st.integers(1, 100))
def test_it_is_never_negative(batches: list[int], pause: int) -> None:
    left, done, now, total = TimeLeft(COMPARING), 0, 0.0, sum(batches)
    for rows in batches:
        done, now = done + rows, now + pause / 10
        left.rows(now, done, total)
        found = left.seconds(now + 0.3, done, total)
        assert found is None or found >= 0
