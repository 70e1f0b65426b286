"""Builds the index (.shx) that a shapefile came without, or with its end cut off.

Source: ESRI Shapefile Technical Description (July 1998), p. 23: a copy of the header with a length
of its own, then offset and length of every record, in words of two bytes, most significant first.
"""

import struct
from pathlib import Path

_HEADER_BYTES = 100
_LENGTH_AT = 24
_RECORD = struct.Struct(">ii")  # number, or offset; length of the content
_WORD = 2


def complete(shp: Path, shx: Path) -> None:
    """Write the index of `shp` where there is none, or one that is shorter than it says."""
    if shx.exists():
        with shx.open("rb") as index:
            header = index.read(_HEADER_BYTES)
        words = int.from_bytes(header[_LENGTH_AT : _LENGTH_AT + 4], "big")
        if len(header) == _HEADER_BYTES and words * _WORD <= shx.stat().st_size:
            return
        shx.unlink()  # a link: the file that was sent stays as it is
    build(shp, shx)


def build(shp: Path, shx: Path) -> None:
    """Write the index of `shp`, up to the first record that does not lie inside the file."""
    size = shp.stat().st_size
    with shp.open("rb") as shapes, shx.open("wb") as index:
        header = bytearray(shapes.read(_HEADER_BYTES))
        index.write(header)
        at = _HEADER_BYTES
        while at + _RECORD.size <= size:
            shapes.seek(at)
            _, words = _RECORD.unpack(shapes.read(_RECORD.size))
            end = at + _RECORD.size + words * _WORD
            if words < 0 or end > size:
                break
            index.write(_RECORD.pack(at // _WORD, words))
            at = end
        header[_LENGTH_AT : _LENGTH_AT + 4] = (index.tell() // _WORD).to_bytes(4, "big")
        index.seek(0)
        index.write(header)
