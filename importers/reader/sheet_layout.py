"""Where in a sheet the headings and the rows are, as offices write them.

Titles stand above the headings; these take one row or two, with a group over several columns; rows
of units or of column numbers stand below them, and a total and signatures below the data.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from importers.reader.coordinates import parsed

Row = Sequence[str]  # the cells of a row, "" where blank
_MOST_TITLES = 40
_LEVELS = 3
_HALF = 0.5
_NUMBERED = 3  # cells at least of a row that numbers the columns
_UNIT = re.compile(
    r"\(?\s*(?:m|m2|m²|m3|m³|km|km2|km²|ha|cm|mm|kg|độ|°|%|đồng|triệu đồng|tỷ đồng|người|hộ|cái"
    r"|deg|degrees?|years?|năm)\s*\)?",
    re.IGNORECASE,
)
_COLUMN_NUMBER = re.compile(r"[(\[]?\s*(\d{1,3}|[a-zđ])\s*[)\]]?", re.IGNORECASE)
_TOTAL = re.compile(
    r"(?:tổng cộng|tổng số|tổng|cộng|grand total|total)(?:\s*[:(\d].*|\s*)", re.IGNORECASE
)


@dataclass(frozen=True)
class Layout:
    """`heading` and `first` are the places of the last row of headings and of the first of data.

    Rows are counted from 0. `ordinary`: the first row names the columns and data follow.
    """

    heading: int
    first: int
    names: tuple[str, ...]
    ordinary: bool


def layout_of(rows: Sequence[Row]) -> Layout | None:
    """Return the layout of a sheet of which these are the first rows; None where it is not clear.

    It is where no row has two numbers, or no row of words stands above the first that has.
    """
    first = next((at for at, row in enumerate(rows) if _is_data(row)), None)
    if not first or first > _MOST_TITLES:
        return None
    width = max(len(_filled(row)) for row in rows[first:])
    below = first
    while below > 1 and _is_beside(rows[below - 1]):
        below -= 1
    levels = _levels(rows[:below], width)
    if not levels:
        return None
    names = _names(levels, max(len(row) for row in rows))
    ordinary = below == first == len(levels) == 1
    return Layout(below - 1, first, names, ordinary)


def is_total(row: Row) -> bool:
    """Tell whether the first words of a row say that it sums up others."""
    words = next((_read(cell) for cell in row if cell.strip()), "")
    return _TOTAL.fullmatch(" ".join(words.split())) is not None


def _read(cell: str) -> str:
    """Return a cell's text, also where UTF-8 was read byte by byte."""
    try:
        return cell.encode("iso-8859-1").decode()
    except UnicodeError:
        return cell


def _filled(row: Row) -> list[int]:
    return [place for place, cell in enumerate(row) if cell.strip()]


def _numbers(row: Row) -> int:
    return int(np.isfinite(parsed([cell.strip() for cell in row])).sum())


def _is_data(row: Row) -> bool:
    return _numbers(row) > 1 and not _numbers_columns(row)


def _numbers_columns(row: Row) -> bool:
    """Tell whether a row says 1, 2, 3 … or (1), (2), (3) …, after letters in some tables."""
    marks = [_COLUMN_NUMBER.fullmatch(row[place].strip()) for place in _filled(row)]
    if len(marks) < _NUMBERED or not all(marks):
        return False
    said = [mark[1] for mark in marks if mark and mark[1].isdecimal()]
    return [int(one) for one in said] == list(range(1, len(said) + 1))


def _is_beside(row: Row) -> bool:
    """Tell whether a row below the headings holds units, column numbers, or nothing."""
    cells = [_read(row[place]).strip() for place in _filled(row)]
    return _numbers_columns(row) or all(_UNIT.fullmatch(cell) for cell in cells)


def _levels(above: Sequence[Row], width: int) -> list[Row]:
    """Return the rows of headings, the uppermost first."""
    found: list[Row] = []
    named: set[int] = set()
    for row in reversed(above[-_LEVELS:]):
        places = set(_filled(row))
        enough = len(places) > 1 and len(places) >= _HALF * width
        below = found and len(places) > 1 and places - named and named - places
        if _numbers(row) or not (enough or below or (not found and len(places) > 1)):
            break
        if found and not places - named:
            break
        found.insert(0, row)
        named |= places
    return found if len(named) >= _HALF * width else []


def _names(levels: Sequence[Row], count: int) -> tuple[str, ...]:
    names: list[str] = []
    for place in range(count):
        parts = [_heading(levels, level, place) for level in range(len(levels))]
        kept = [part for n, part in enumerate(parts) if part and not (n and _is_unit(part))]
        name = " ".join(dict.fromkeys(kept)) or f"Field{place + 1}"
        number = names.count(name)
        names.append(f"{name}_{place + 1}" if number else name)
    return tuple(names)


def _is_unit(text: str) -> bool:
    return _UNIT.fullmatch(_read(text)) is not None


def _heading(levels: Sequence[Row], level: int, place: int) -> str:
    """Return what a level says over a column; of a group, whose cells are joined, the first."""
    row = levels[level]
    own = " ".join(row[place].split()) if place < len(row) else ""
    below = levels[level + 1] if level + 1 < len(levels) else ()
    if own or place >= len(below) or not below[place].strip():
        return own
    left = [one for one in range(place) if one < len(row) and row[one].strip()]
    # A group begins over a column that has a name of its own below.
    return " ".join(row[left[-1]].split()) if left and below[left[-1]].strip() else ""
