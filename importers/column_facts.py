"""What the first values of a column say about it: how many, how different, of which kind."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from importers.values import PARSERS, BadValue, plain_text

FACT_ROWS = 2_000
_SHOWN = 5


@dataclass(frozen=True)
class ColumnFacts:
    """Shares are 0 to 1: `filled` of the rows, the others of the different filled values.

    `fits` holds them by SQL type (a key of PARSERS), `codes` by code list. `accented`: a value has
    letters beyond ASCII.
    """

    filled: float
    distinct: float
    fits: Mapping[str, float]
    codes: Mapping[str, float]
    accented: bool
    samples: tuple[str, ...]


def facts_of(column: pa.Array, code_lists: Mapping[str, frozenset[str]]) -> ColumnFacts:
    """Return the facts of the first rows of a decoded column."""
    rows = column.to_pylist()
    texts = [text for text in map(plain_text, rows) if text]
    different = list(dict.fromkeys(texts))
    return ColumnFacts(
        filled=len(texts) / len(rows) if rows else 0.0,
        distinct=len(different) / len(texts) if texts else 0.0,
        fits={
            sql_type: _share(_parses(text, sql_type) for text in different) for sql_type in PARSERS
        },
        codes={
            name: _share(text in codes for text in different) for name, codes in code_lists.items()
        },
        accented=any(not text.isascii() for text in different),
        samples=tuple(different[:_SHOWN]),
    )


def _share(flags: Iterable[bool]) -> float:
    found = list(flags)
    return sum(found) / len(found) if found else 0.0


def _parses(text: str, sql_type: str) -> bool:
    try:
        PARSERS[sql_type][0](text)
    except BadValue:
        return False
    return True
