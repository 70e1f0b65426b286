"""Which encoding the text of a shapefile is in, judged by its bytes before its .cpg is believed."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from importers.issues import FileRefused, Issue, Severity

UTF_8 = "utf-8"
_HEADER_BYTES = 32
_FIELD_BYTES = 32
_END_OF_FIELDS = 0x0D
_CHUNK_ROWS = 50_000
_MAX_CUT = 3  # bytes of a letter that the width of a field may cut off
_LANGUAGE_DRIVERS = {0xC8: "cp1250", 0xC9: "cp1251", 0x65: "cp866"}
_CPG_NAMES = {"65001": UTF_8, "ANSI 1258": "cp1258", "ANSI 1252": "cp1252", "ANSI 1251": "cp1251"}

Field = tuple[bytes, int, int]  # name, offset in the record, width
Records = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class TextEncoding:
    """`codec` decodes the bytes; `reader` is what the file reader is told.

    With the reader ISO-8859-1 every byte becomes one letter, so that nothing is lost before
    `codec` is applied; with UTF-8 the text is used as it comes.
    """

    codec: str
    issues: tuple[Issue, ...] = ()

    @property
    def reader(self) -> str:
        """Return the encoding that the reader is told."""
        return "UTF-8" if self.codec == UTF_8 else "ISO-8859-1"


def known_codec(name: str) -> str:
    """The canonical name of an encoding that Python knows; FileRefused for another."""
    plain = name.strip()
    plain = _CPG_NAMES.get(plain.upper(), plain)
    if plain.isdigit():
        plain = f"cp{plain}"
    try:
        return codecs.lookup(plain).name
    except LookupError:
        raise FileRefused(f"Encoding {name!r} is not known; try utf-8 or cp1258") from None


def decide(dbf: Path, cpg_text: str, chosen: str = "") -> TextEncoding:
    """The encoding of a .dbf: the one `chosen`, else UTF-8 if its bytes are, else the .cpg's."""
    if chosen:
        return TextEncoding(known_codec(chosen))
    named = _named(cpg_text)
    if is_utf8(dbf):
        if named and named != UTF_8 and not _is_ascii(dbf):
            detail = f"{cpg_text.strip()} → UTF-8"
            issue = Issue("encoding_overruled", Severity.WARNING, detail=detail)
            return TextEncoding(UTF_8, (issue,))
        return TextEncoding(UTF_8)
    if named and named != UTF_8:
        return TextEncoding(named)
    code = "encoding_overruled" if named else "encoding_guessed"
    with dbf.open("rb") as stream:
        driver = stream.read(_HEADER_BYTES)[29]
    guess = _LANGUAGE_DRIVERS.get(driver, "cp1258")
    detail = f"{guess}; --encoding names another"
    return TextEncoding(guess, (Issue(code, Severity.WARNING, detail=detail),))


def _named(cpg_text: str) -> str:
    try:
        return known_codec(cpg_text) if cpg_text.strip() else ""
    except FileRefused:
        return ""


def _is_ascii(dbf: Path) -> bool:
    names, table = _opened(dbf)
    texts = _texts(names, table)
    return all(name.isascii() for name, _, _ in names) and all(text.isascii() for text, _ in texts)


def is_utf8(dbf: Path) -> bool:
    """Tell whether all names and texts are UTF-8; a letter that a field cuts off may be."""
    names, table = _opened(dbf)
    if not all(_decodes(name, max(len(name), 1)) for name, _, _ in names):
        return False
    return _whole_is_utf8(table) or all(_decodes(*piece) for piece in _texts(names, table))


def _whole_is_utf8(table: Records) -> bool:
    """Tell whether the records are UTF-8 with their numbers and blanks.

    They nearly always are where the texts are, and Arrow looks at all in a tenth of the time.
    """
    ends = pa.py_buffer(np.array([0, table.size], np.int64))
    try:
        pa.LargeStringArray.from_buffers(1, ends, pa.py_buffer(table)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _decodes(piece: bytes, width: int) -> bool:
    """`piece` holds texts of `width` bytes; all are tried at once, one by one where that fails."""
    try:
        piece.decode(UTF_8)
    except UnicodeDecodeError:
        starts = range(0, len(piece), width)
        texts = {piece[start : start + width].rstrip(b" \x00") for start in starts}
        return all(_decodes_line(text) for text in texts)
    return True


def _decodes_line(line: bytes) -> bool:
    try:
        line.decode(UTF_8)
    except UnicodeDecodeError as error:
        cut = error.reason == "unexpected end of data"
        return cut and len(line) - error.start <= _MAX_CUT and error.start > 0
    return True


def _opened(dbf: Path) -> tuple[list[Field], Records]:
    """Return the text fields, and the records: rows of bytes, mapped and not read yet."""
    with dbf.open("rb") as stream:
        header = stream.read(_HEADER_BYTES)
        if len(header) < _HEADER_BYTES:
            raise FileRefused(f"{dbf.name}: cut off")
        start = int.from_bytes(header[8:10], "little")
        width = int.from_bytes(header[10:12], "little")
        fields = _fields(stream.read(max(start - _HEADER_BYTES, 0)))
    rows = (dbf.stat().st_size - start) // width if width else 0
    if rows <= 0:
        return fields, np.zeros((0, width), np.uint8)
    return fields, np.memmap(dbf, np.uint8, "r", start, (rows, width))


def _texts(fields: list[Field], table: Records) -> Iterator[tuple[bytes, int]]:
    """Yield (values one after the other, bytes of each) of the text fields."""
    for first in range(0, len(table), _CHUNK_ROWS):
        for _, offset, size in fields:
            yield table[first : first + _CHUNK_ROWS, offset : offset + size].tobytes(), size


def _fields(descriptors: bytes) -> list[Field]:
    """Return (name, offset in the record, width) of the fields that hold text."""
    found, offset = [], 1  # the first byte of a record says whether it is deleted
    for at in range(0, len(descriptors) - _FIELD_BYTES + 1, _FIELD_BYTES):
        field = descriptors[at : at + _FIELD_BYTES]
        if field[0] == _END_OF_FIELDS:
            break
        if field[11:12] == b"C":
            size = int.from_bytes(field[16:18], "little")  # GDAL keeps long widths in two bytes
            found.append((field[:11].split(b"\x00")[0], offset, size))
            offset += size
        else:
            offset += field[16]
    return found
