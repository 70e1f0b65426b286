"""Texts and numbers of a table → coordinates: degrees in the usual notations, or metres.

Vietnamese offices write 1.145.000,25 for metres and 10°21'12,5"B for degrees; programs write 10.35.
"""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Numbers = npt.NDArray[np.float64]
# Degrees, minutes and seconds with signs, letters or blanks between them; a hemisphere on one side.
_DEGREES = re.compile(
    r"""(?P<before>[NSEWBĐDT])?\s*(?P<sign>[-−])?
    (?P<d>\d{1,3})(?:\s*[°ºd:\s]\s*|-)
    (?P<m>\d{1,2}(?:[.,]\d+)?)(?:\s*['’′m:\s-]\s*)?
    (?:(?P<s>\d{1,2}(?:[.,]\d+)?)\s*(?:"|”|″|''|’’|s)?)?
    \s*(?P<after>[NSEWBĐDT])?\Z""",
    re.VERBOSE | re.IGNORECASE,
)
_ONE_NUMBER = re.compile(
    r"([NSEWBĐDT])?\s*"
    r"([-−]?(?:\d{1,3}(?:\s\d{3})+(?:[.,]\d+)?|[\d.,]*\d))"
    r"\s*°?\s*([NSEWBĐDT])?\Z",
    re.IGNORECASE,
)
_NEGATIVE = frozenset("SWT")  # south; west, in Vietnamese Tây
_MISREAD = str.maketrans({"Â": None, "\u00a0": " "})  # UTF-8 signs read byte by byte
_SIXTY = 60


def column_of(values: pa.Array) -> Numbers:
    """Return a column's coordinates, NaN where a value is none."""
    if pa.types.is_integer(values.type) or pa.types.is_floating(values.type):
        return np.asarray(values.cast(pa.float64()).to_numpy(zero_copy_only=False), float)
    if not (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)):
        return np.full(len(values), np.nan)
    trimmed = pc.utf8_trim_whitespace(values)
    try:
        plain = pc.if_else(pc.equal(trimmed, ""), None, trimmed).cast(pa.float64())
        return np.asarray(plain.to_numpy(zero_copy_only=False), float)
    except pa.ArrowInvalid:
        return np.array(parsed(trimmed.to_pylist()), float)


def parsed(texts: Sequence[str | None]) -> list[float]:
    """Return the coordinates of texts, NaN where one is none.

    Whether a point parts thousands or decimals is a matter of the whole column.
    """
    thousands = next((s for s in ".," if any(_parts_thousands(s, text) for text in texts)), "")
    return [_one(text, thousands) for text in texts]


def _parts_thousands(sign: str, text: str | None) -> bool:
    """Tell whether a sign comes twice in a number, or before the other sign."""
    if text is None or not _ONE_NUMBER.match(text.strip()):
        return False
    other = "," if sign == "." else "."
    return text.count(sign) > 1 or 0 <= text.find(sign) < text.find(other)


def _one(text: str | None, thousands: str) -> float:
    if not text:
        return float("nan")
    text = text.translate(_MISREAD).strip()
    number = _ONE_NUMBER.match(text)
    if number:
        return _signed(_number(number[2], thousands), number[1], number[3], "")
    parts = _DEGREES.match(text)
    if not parts:
        return float("nan")
    minutes, seconds = _number(parts["m"], ""), _number(parts["s"] or "0", "")
    # Programs that round the seconds write 10°20'60.00" for 10°21'.
    if minutes > _SIXTY or seconds > _SIXTY:
        return float("nan")
    degrees = int(parts["d"]) + minutes / _SIXTY + seconds / _SIXTY**2
    return _signed(degrees, parts["before"], parts["after"], parts["sign"] or "")


def _number(text: str, thousands: str) -> float:
    text = re.sub(r"\s", "", text).replace("−", "-")
    if thousands:
        text = text.replace(thousands, "")
    elif "," in text and "." in text:
        text = text.replace("," if text.rfind(",") < text.rfind(".") else ".", "")
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return float("nan")


def _signed(value: float, before: str | None, after: str | None, sign: str) -> float:
    side = (before or after or "").upper()
    return -value if side in _NEGATIVE or sign else value


def split_pairs(values: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Return the two halves of texts such as "10.35, 106.36"; nulls where there are no two."""
    halves: tuple[list[str | None], list[str | None]] = ([], [])
    for text in values.cast(pa.string()).to_pylist():
        first, second = _halves(text or "")
        halves[0].append(first)
        halves[1].append(second)
    return pa.array(halves[0], pa.string()), pa.array(halves[1], pa.string())


def _halves(text: str) -> tuple[str | None, str | None]:
    for pattern in (r"\s*[;|\t]\s*", r"\s*,\s+", r",", r"(?<=[NSEWBĐ])\s+", r"\s+"):
        parts = [part for part in re.split(pattern, text.strip()) if part]
        if len(parts) == 2:  # noqa: PLR2004 -- two halves
            return parts[0], parts[1]
    return None, None


def points(x: Numbers, y: Numbers) -> pa.Array:
    """Return points as WKB, null where a coordinate is missing. Source: OGC 06-103r4, 8.2."""
    heads = np.zeros(
        len(x), np.dtype([("order", "u1"), ("type", "<u4"), ("x", "<f8"), ("y", "<f8")])
    )
    heads["order"], heads["type"], heads["x"], heads["y"] = 1, 1, x, y
    size = heads.dtype.itemsize
    shapes = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(size), len(x), [None, pa.py_buffer(heads.view(np.uint8))]
    ).cast(pa.binary())
    missing = ~(np.isfinite(x) & np.isfinite(y))
    return pc.if_else(pa.array(missing), pa.scalar(None, pa.binary()), shapes)
