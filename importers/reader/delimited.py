"""Has GDAL read a delimited text as it was meant: the sign between columns, and its bytes."""

import codecs
import re
import shutil
from pathlib import Path

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SEPARATORS = {";": "SEMICOLON", "\t": "TAB", ",": "COMMA", "|": "PIPE"}
_HEAD_BYTES = 64 << 10
_LINES = 20
_QUOTED = re.compile(r'"[^"]*"')


def made_ready(path: Path, byte_by_byte: bool) -> str:
    """Replace a link to a text by one in UTF-8 where that is needed; return GDAL's SEPARATOR.

    `byte_by_byte`: every byte becomes one letter, and the encoding is found out later.
    """
    with path.open("rb") as original:
        wide = original.read(2) in _UTF_16
    if wide or byte_by_byte:
        encoding = "utf-16" if wide else "iso-8859-1"
        with path.open(encoding=encoding, errors="replace", newline="") as original:
            path.unlink()
            with path.open("w", encoding="utf-8", newline="") as copy:
                shutil.copyfileobj(original, copy, 1 << 20)
    with path.open("rb") as text:
        separator = _separator(text.read(_HEAD_BYTES).decode("utf-8-sig", "replace"))
    _widen(path, separator)
    return _SEPARATORS[separator]


def _widen(path: Path, separator: str) -> None:
    """Give a first line with fewer cells than the others their number: GDAL counts columns by it.

    It is a title then, and the headings stand below.
    """
    with path.open("rb") as text:
        lines = text.read(_HEAD_BYTES).decode("utf-8-sig", "replace").splitlines()[:_LINES]
        counts = [_QUOTED.sub("", line).count(separator) for line in lines if line.strip()]
        missing = max(counts, default=0) - counts[0] if counts else 0
        if missing <= 0 or counts[0] > max(counts) // 2:
            return
        text.seek(0)
        first = text.readline()
        path.unlink()
        with path.open("wb") as copy:
            copy.write(first.rstrip(b"\r\n") + separator.encode() * missing + b"\n")
            shutil.copyfileobj(text, copy, 1 << 20)


def _separator(text: str) -> str:
    """Return the sign that the lines, or most of them, have equally often."""
    lines = [_QUOTED.sub("", line) for line in text.splitlines()[:_LINES] if line.strip()]
    if len(lines) > 1 and len(text) >= _HEAD_BYTES - 4:
        lines.pop()
    counts = {sign: [line.count(sign) for line in lines] for sign in _SEPARATORS}
    steady = [s for s, found in counts.items() if found and min(found) == max(found) > 0]
    if steady:
        return max(steady, key=lambda sign: counts[sign][0])
    return max(_SEPARATORS, key=lambda sign: _often(counts[sign]))


def _often(found: list[int]) -> tuple[int, int]:
    """Return in how many lines a sign comes equally often, at least once, and how often that is."""
    return max(((found.count(one), one) for one in found if one), default=(0, 0))
