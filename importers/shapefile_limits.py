"""What a shapefile has lost of the data that it was made from, as far as it shows.

A text holds 254 bytes and a column's name ten; what is longer is cut when the file is written.
Source: ESRI Shapefile Technical Description (July 1998) and the dBASE III table that it names.
"""

import re
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from importers.issues import Issue, Severity
from importers.letters import is_ascii
from importers.values import Mask, none_of

_WIDEST = 254  # bytes
_LONGEST_NAME = 10  # bytes, which are letters in the encodings of old files
_LETTER = 3  # bytes that a letter of UTF-8 may miss before the width
_NUMBERED = re.compile(r"(.{7,8})_?\d{1,2}\Z", re.DOTALL)


def cut_rows(column: pa.Array, *, utf8: bool) -> Mask:
    """Tell of which rows the text may have been cut: it fills 254 bytes, or ends within a letter.

    `column` comes from a reader: UTF-8, or one letter for each byte.
    """
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return none_of(len(column))
    if not utf8:
        return np.asarray(pc.fill_null(pc.greater_equal(pc.utf8_length(column), _WIDEST), False))
    raw = column.cast(pa.large_binary())
    found = np.array(pc.fill_null(pc.greater(pc.binary_length(raw), _WIDEST - _LETTER), False))
    if is_ascii(column):
        return found
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        found |= [text is not None and _ends_within_a_letter(text) for text in raw.to_pylist()]
    return found


def _ends_within_a_letter(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"
    return False


def name_issues(columns: Sequence[str], kept: Sequence[str]) -> Iterator[Issue]:
    """Yield the findings about names: cut ones of columns without a field, and made-up ones.

    Two names whose first ten letters are the same are told apart by a number in their place.
    """
    full = [name for name in columns if _LONGEST_NAME in (len(name), len(name.encode()))]
    made_up = [
        name
        for name in full
        if (shape := _NUMBERED.match(name))
        and any(other != name and other.startswith(shape[1]) for other in full)
    ]
    if made_up:
        yield Issue("names_collided", Severity.WARNING, detail=", ".join(made_up))
    cut = [name for name in full if name in kept and name not in made_up]
    if cut:
        yield Issue("names_cut", Severity.NOTE, detail=", ".join(cut))
