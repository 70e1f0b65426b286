"""Values of a file's columns as values of the product's fields, a column at a time.

Only the different values of a column are looked at in Python; Arrow spreads the answers over the
rows. A value that does not fit becomes null and is marked.
"""

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from django.db import models

Mask = npt.NDArray[np.bool_]
_INT4 = 2**31
_TRUE = frozenset({"1", "true", "t", "yes", "y", "x", "có", "co", "c", "đúng"})
_FALSE = frozenset({"0", "false", "f", "no", "n", "không", "khong", "k", "sai"})
_DATES = (
    (re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?"), (1, 2, 3)),
    (re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?: .*)?"), (3, 2, 1)),
    (re.compile(r"(\d{4})(\d{2})(\d{2})"), (1, 2, 3)),
)


_SQL_TYPES: tuple[tuple[type[models.Field[Any, Any]], str], ...] = (
    (models.BooleanField, "boolean"),
    (models.DateField, "date"),
    (models.DecimalField, "float8"),
    (models.FloatField, "float8"),
    (models.IntegerField, "integer"),
)


def sql_type_of(field: models.Field[Any, Any]) -> str:
    """Return the SQL type in which a field is staged: a key of PARSERS, or text."""
    return next((kind for model, kind in _SQL_TYPES if isinstance(field, model)), "text")


class BadValue(ValueError):
    """The value does not fit the field."""


@dataclass(frozen=True)
class Column:
    """Typed values of some rows. `bad`: had a value that does not fit; `cut`: text shortened."""

    values: pa.Array
    bad: Mask
    cut: Mask


def plain_text(value: Any) -> str:
    """A value as text: NFC, without blanks at the ends, control zeros and a needless ".0"."""
    if isinstance(value, str):
        text = unicodedata.normalize("NFC", value).replace("\x00", "").strip()
    elif isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, float):
        text = "" if math.isnan(value) else f"{value:.15g}"
        text = str(int(value)) if value.is_integer() and abs(value) < 2**53 else text
    elif isinstance(value, datetime) and (value.hour, value.minute, value.second) == (0, 0, 0):
        text = value.date().isoformat()
    elif isinstance(value, date):
        text = value.isoformat()
    elif isinstance(value, bytes):
        text = value.hex()
    else:
        text = "" if value is None else str(value)
    return text


def number(value: Any) -> float | None:
    """A finite number; a comma may be the decimal mark. Raises BadValue."""
    if isinstance(value, int | float):
        return _finite(float(value))
    text = plain_text(value).replace(" ", "").replace("\u00a0", "")
    if not text:
        return None
    if "," in text and "." in text:
        thousands = "." if text.rfind(",") > text.rfind(".") else ","
        text = text.replace(thousands, "")
    try:
        return _finite(float(text.replace(",", ".")))
    except ValueError:
        raise BadValue(text) from None


def _finite(value: float) -> float | None:
    if math.isinf(value):
        raise BadValue("infinite")
    return None if math.isnan(value) else value


def integer(value: Any) -> int | None:
    """A whole number that fits 32 bits. Raises BadValue."""
    found = number(value)
    if found is None:
        return None
    if not found.is_integer() or abs(found) >= _INT4:
        raise BadValue(str(value))
    return int(found)


def day(value: Any) -> date | None:
    """A day: ISO, day/month/year as in Vietnam, or eight digits. Raises BadValue."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = plain_text(value)
    if not text or set(text) <= {"0", "/", "-"}:
        return None
    for pattern, order in _DATES:
        if found := pattern.fullmatch(text):
            try:
                return date(*(int(found[part]) for part in order))
            except ValueError:
                break
    raise BadValue(text)


def yes_or_no(value: Any) -> bool | None:
    """Yes or no in Vietnamese or English. Raises BadValue."""
    word = plain_text(value).lower()
    if not word:
        return None
    if word not in _TRUE | _FALSE:
        raise BadValue(word)
    return word in _TRUE


PARSERS: dict[str, tuple[Callable[[Any], Any], pa.DataType]] = {
    "float8": (number, pa.float64()),
    "integer": (integer, pa.int32()),
    "date": (day, pa.date32()),
    "boolean": (yes_or_no, pa.bool_()),
}


def none_of(length: int) -> Mask:
    """A mask that marks nothing."""
    return np.zeros(length, dtype=bool)


def typed(source: pa.Array, sql_type: str, largest: float = math.inf) -> Column:
    """Values of `source` as `sql_type` (a key of PARSERS); numbers beyond `largest` are bad."""
    parse, arrow_type = PARSERS[sql_type]
    fast = sql_type == "float8" and pa.types.is_integer(source.type)
    if source.type == arrow_type or fast:
        values = source.cast(arrow_type)
        if sql_type != "float8":
            return Column(values, none_of(len(values)), none_of(len(values)))
    else:
        return _parsed(source, parse, arrow_type, largest)
    raw = values.to_numpy(zero_copy_only=False)
    bad = np.isinf(raw) | (np.abs(raw) >= largest)
    absent = bad | np.isnan(raw)
    return Column(pa.array(raw, pa.float64(), mask=absent), bad, none_of(len(values)))


def _parsed(
    source: pa.Array, parse: Callable[[Any], Any], arrow_type: pa.DataType, largest: float
) -> Column:
    found: list[Any] = []
    wrong: list[bool] = []
    codes = source.dictionary_encode()
    for value in codes.dictionary.to_pylist():
        try:
            parsed = parse(value)
            if arrow_type == pa.float64() and parsed is not None and abs(parsed) >= largest:
                raise BadValue(str(value))
        except BadValue:
            found.append(None)
            wrong.append(True)
        else:
            found.append(parsed)
            wrong.append(False)
    values = pa.array(found, arrow_type).take(codes.indices)
    return Column(values, spread(wrong, codes), none_of(len(source)))


def spread(flags: list[bool], codes: pa.DictionaryArray) -> Mask:
    """Flags of the different values → flags of the rows; null rows are not flagged."""
    if not any(flags):
        return none_of(len(codes))
    marks = pa.array(flags, pa.bool_()).take(codes.indices)
    return np.asarray(pc.fill_null(marks, False).to_numpy(zero_copy_only=False), dtype=bool)


def text(source: pa.Array, longest: int | None) -> Column:
    """Values as text, "" for none; longer ones are cut to `longest` letters and marked."""
    if pa.types.is_integer(source.type):
        values = pc.fill_null(source.cast(pa.string()), "")
        return Column(values, none_of(len(values)), none_of(len(values)))
    codes = source.dictionary_encode()
    words = [plain_text(value) for value in codes.dictionary.to_pylist()]
    long = [longest is not None and len(word) > longest for word in words]
    shown = [word[:longest] if too else word for word, too in zip(words, long, strict=True)]
    values = pc.fill_null(pa.array(shown, pa.string()).take(codes.indices), "")
    return Column(values, none_of(len(source)), spread(long, codes))
