"""How the text of a shapefile is read, and what the file says of it; bytes come before its .cpg.

Which encoding each column is in is judged later, by its values: see `importers/column_text.py`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from importers.charsets import UTF_8, canonical
from importers.column_text import is_utf8 as is_utf8_text
from importers.issues import FileRefused
from importers.refusals import refusal

_HEADER_BYTES = 32
_FIELD_BYTES = 32
_END_OF_FIELDS = 0x0D
_CHUNK_BYTES = 4 << 20
_LANGUAGE_DRIVERS = {0xC8: "cp1250", 0xC9: "cp1251", 0x65: "cp866"}
_CPG_NAMES = {"65001": UTF_8, "ANSI 1258": "cp1258", "ANSI 1252": "cp1252", "ANSI 1251": "cp1251"}

Field = tuple[bytes, int, int]  # name, offset in the record, width
Records = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class TextEncoding:
    """What is known of a file's text before its values are looked at.

    `codec` is what a person chose (`chosen`), or the best guess without the values. `named` is
    what the file says, "" for nothing. `reader` is what the file reader is told: with ISO-8859-1
    every byte becomes one letter, so that nothing is lost before the bytes are understood.
    """

    codec: str
    reader: str = "UTF-8"
    named: str = ""
    chosen: bool = False


def known_codec(name: str) -> str:
    """The one name of an encoding of ours or of Python; FileRefused for another."""
    plain = name.strip()
    plain = _CPG_NAMES.get(plain.upper(), plain)
    if plain.isdigit():
        plain = f"cp{plain}"
    try:
        return canonical(plain)
    except LookupError:
        raise refusal("encoding_unknown", facts={"name": name}) from None


def decide(dbf: Path, cpg_text: str, chosen: str = "") -> TextEncoding:
    """How a .dbf is read: as UTF-8 if all its bytes are, else byte by byte."""
    named = _named(cpg_text)
    reader = "UTF-8" if is_utf8(dbf) else "ISO-8859-1"
    if chosen:
        codec = known_codec(chosen)
        return TextEncoding(codec, reader, named, chosen=True)
    if reader == "UTF-8":
        return TextEncoding(UTF_8, reader, named)
    if named and named != UTF_8:
        return TextEncoding(named, reader, named)
    with dbf.open("rb") as stream:
        driver = stream.read(_HEADER_BYTES)[29]
    return TextEncoding(_LANGUAGE_DRIVERS.get(driver, "cp1258"), reader, named)


def _named(cpg_text: str) -> str:
    try:
        return known_codec(cpg_text) if cpg_text.strip() else ""
    except FileRefused:
        return ""


def is_utf8(dbf: Path) -> bool:
    """Tell whether all names and texts are UTF-8; a letter that a field cuts off may be."""
    table = _opened(dbf)
    if not all(_decodes(name, max(len(name), 1)) for name, _, _ in table.fields):
        return False
    return all(_is_utf8(records, table.fields) for records in table.records(dbf))


def _is_utf8(records: Records, fields: Sequence[Field]) -> bool:
    """Tell whether the texts of records are UTF-8.

    Together with their numbers and blanks they nearly always are where the texts are, and Arrow
    looks at all in a tenth of the time.
    """
    ends = pa.py_buffer(np.array([0, records.size], np.int64))
    try:
        pa.LargeStringArray.from_buffers(1, ends, pa.py_buffer(records)).validate(full=True)
    except pa.ArrowInvalid:
        return all(
            _decodes(np.ascontiguousarray(records[:, offset : offset + size]).tobytes(), size)
            for _, offset, size in fields
        )
    return True


def _decodes(piece: bytes, width: int) -> bool:
    """`piece` holds texts of `width` bytes; all are tried at once, one by one where that fails."""
    try:
        piece.decode(UTF_8)
    except UnicodeDecodeError:
        starts = range(0, len(piece), width)
        texts = {piece[start : start + width].rstrip(b" \x00") for start in starts}
        return all(is_utf8_text(text) for text in texts)
    return True


@dataclass(frozen=True)
class _Table:
    """The text fields of a .dbf and where its records lie, in bytes."""

    fields: Sequence[Field]
    start: int
    width: int
    rows: int

    def records(self, dbf: Path) -> Iterator[Records]:
        """Yield the records, rows of bytes, some at a time: a table may be larger than memory."""
        some = max(1, _CHUNK_BYTES // self.width) if self.width else 1
        with dbf.open("rb") as stream:
            stream.seek(self.start)
            for first in range(0, self.rows, some):
                count = min(some, self.rows - first)
                raw = np.frombuffer(stream.read(count * self.width), np.uint8)
                yield raw[: len(raw) // self.width * self.width].reshape(-1, self.width)


def _opened(dbf: Path) -> _Table:
    with dbf.open("rb") as stream:
        header = stream.read(_HEADER_BYTES)
        if len(header) < _HEADER_BYTES:
            raise refusal("damaged", dbf.name, {"reason": f"{len(header)} B"})
        start = int.from_bytes(header[8:10], "little")
        width = int.from_bytes(header[10:12], "little")
        fields = _fields(stream.read(max(start - _HEADER_BYTES, 0)))
    rows = (dbf.stat().st_size - start) // width if width else 0
    return _Table(fields, start, width, max(rows, 0))


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
