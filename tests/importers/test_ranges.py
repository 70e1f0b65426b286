"""Limits of a plan as decisions write them."""

import pytest

from importers.ranges import NO_RANGE, Range, parse_range


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("40-60", 40, 60),
        ("40 – 60%", 40, 60),
        ("3 - 5", 3, 5),
        ("60", 60, 60),
        ("≤ 60", None, 60),
        ("<=60%", None, 60),
        ("tối đa 60", None, 60),
        ("không quá 5 tầng", None, 5),
        ("≥ 2", 2, None),
        ("từ 3 đến 5 tầng", 3, 5),
        ("2,5", 2.5, 2.5),
        ("1,2 - 2,5 lần", 1.2, 2.5),
        ("5-3", 3, 5),
        ("  ", None, None),
    ],
)
def test_a_limit_is_understood(text: str, low: float | None, high: float | None) -> None:
    assert parse_range(text) == Range(low, high)


@pytest.mark.parametrize("text", ["theo quy hoạch", "40-60-80", "x", "1e999", "9" * 40])
def test_what_is_not_a_limit_is_not_guessed(text: str) -> None:
    assert parse_range(text) is None


def test_blank_is_no_limit() -> None:
    assert parse_range("") is NO_RANGE
