"""How the text of a file is to be read: as letters, or byte by byte until its encoding is found."""

import codecs
from pathlib import Path

from importers import text_encoding
from importers.charsets import UTF_8
from importers.datasets import Dataset
from importers.magic import FileKind
from importers.reader import dxf, mapinfo
from importers.refusals import refusal
from importers.text_encoding import TextEncoding

_PIECE_BYTES = 8 << 20
_BYTE_BY_BYTE = "ISO-8859-1"
_UNTOLD = "cp1258"  # the best guess before a value is looked at


def text_of(dataset: Dataset, chosen: str = "") -> TextEncoding:
    """Return how a file's text is read; FileRefused for an encoding that its format cannot have."""
    if dataset.kind is FileKind.SHAPEFILE:
        if ".dbf" not in dataset.parts:
            return TextEncoding(UTF_8)
        return text_encoding.decide(dataset.parts[".dbf"], dataset.side_text(".cpg"), chosen)
    if comes_as_bytes(dataset):
        codec = text_encoding.known_codec(chosen) if chosen else _UNTOLD
        return TextEncoding(codec, _BYTE_BY_BYTE, chosen=bool(chosen))
    codec = text_encoding.known_codec(chosen) if chosen else UTF_8
    if not codec.startswith(UTF_8):
        raise refusal("always_utf8", dataset.main.name)
    return TextEncoding(codec, chosen=bool(chosen))


def comes_as_bytes(dataset: Dataset) -> bool:
    """Tell whether a file that is no shapefile leaves open which encoding its text is in."""
    match dataset.kind:
        case FileKind.MAPINFO_TAB | FileKind.MAPINFO_MIF:
            with dataset.main.open("rb") as stream:
                return not mapinfo.says_utf8(stream.read(mapinfo.HEADER_BYTES))
        case FileKind.CSV:
            return not _is_utf8(dataset.main)
        case FileKind.DXF:
            return not dxf.is_utf8(dataset.main) and not dxf.has_escapes(dataset.main)
        case FileKind.DGN:
            return True
    return False


def _is_utf8(path: Path) -> bool:
    """Tell whether a text is UTF-8, or UTF-16 by its mark, which the reader turns into UTF-8."""
    decoder = codecs.getincrementaldecoder(UTF_8)()
    with path.open("rb") as stream:
        if stream.read(2) in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
            return True
        stream.seek(0)
        try:
            while piece := stream.read(_PIECE_BYTES):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True
