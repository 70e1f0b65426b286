"""Columns that hold nothing: a reader of KML or GPX gives each row some, asked or not."""

from collections.abc import Set
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from importers.magic import FileKind
from importers.mapping import Matched

# How Google Earth draws a place; filled with the same numbers where the file says nothing.
_OF_DRAWING = frozenset({"tessellate", "extrude", "visibility"})


def found(first: tuple[pa.RecordBatch, str], kind: FileKind) -> frozenset[str]:
    """Return the columns of the first rows that hold nothing that the file says."""
    batch, geometry = first
    names = frozenset(name for name in batch.schema.names if name != geometry)
    drawing = _OF_DRAWING & names if kind is FileKind.KML else frozenset[str]()
    return drawing | {name for name in names if _is_blank(batch.column(name))}


def apart(matched: Matched, blank: Set[str]) -> tuple[Matched, tuple[str, ...]]:
    """Return the match without settings of drawing, and the kept columns that hold nothing.

    These stay among the kept ones: a later row may fill them after all.
    """
    empty = tuple(name for name in matched.kept if name in blank)
    kept = tuple(name for name in matched.kept if name not in _OF_DRAWING & blank)
    return replace(matched, kept=kept), empty


def _is_blank(column: pa.Array) -> bool:
    if column.null_count == len(column):
        return True
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return False
    return not pc.any(pc.not_equal(pc.utf8_trim_whitespace(column), "")).as_py()
