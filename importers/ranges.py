"""Limits of a plan as decisions write them: "40-60", "≤ 60", "từ 3 đến 5 tầng", "2,5 lần"."""

import re
from typing import NamedTuple


class Range(NamedTuple):
    """Lower and upper bound, both included; None where there is none."""

    low: float | None
    high: float | None


NO_RANGE = Range(None, None)
_NUMBER = r"(\d{1,9}(?:[.,]\d{1,6})?)"
_UNIT = r"\s*(?:%|m2|m²|m|tầng|lần|t)?\s*"
_SPAN = re.compile(rf"(?:từ\s*)?{_NUMBER}{_UNIT}(?:-|–|—|÷|~|\.\.|đến|tới){_UNIT}{_NUMBER}{_UNIT}")
_AT_MOST = re.compile(rf"(?:≤|<=|=<|<|tối đa|không quá|đến){_UNIT}{_NUMBER}{_UNIT}")
_AT_LEAST = re.compile(rf"(?:≥|>=|=>|>|tối thiểu|từ){_UNIT}{_NUMBER}{_UNIT}")
_ONE = re.compile(rf"{_NUMBER}{_UNIT}")


def parse_range(text: str) -> Range | None:
    """The bounds that `text` names, in its own unit; NO_RANGE for blank, None if not understood.

    One number is both bounds. A comma is a decimal comma. Bounds the wrong way round are turned.
    """
    plain = " ".join(text.lower().split())
    if plain in {"", "-", "–", "không", "kxđ"}:
        return NO_RANGE
    if found := _SPAN.fullmatch(plain):
        low, high = _number(found[1]), _number(found[2])
        return Range(min(low, high), max(low, high))
    if found := _AT_MOST.fullmatch(plain):
        return Range(None, _number(found[1]))
    if found := _AT_LEAST.fullmatch(plain):
        return Range(_number(found[1]), None)
    if found := _ONE.fullmatch(plain):
        return Range(_number(found[1]), _number(found[1]))
    return None


def _number(text: str) -> float:
    return float(text.replace(",", "."))
