r"""How a DXF writes its letters: UTF-8 from AutoCAD 2007 on, before that a code page or \U+1EA1.

Source: Autodesk, DXF Reference, "DXF File Structure" and group code $ACADVER.
"""

import re
from pathlib import Path

_VERSION = re.compile(rb"\$ACADVER\s+1\s+AC(\d{4})")
_WITH_UTF_8 = 1021  # AutoCAD 2007
_HEAD_BYTES = 4096
_PIECE_BYTES = 8 << 20
_ESCAPE = re.compile(r"\\U\+([0-9A-Fa-f]{4})")


def is_utf8(path: Path) -> bool:
    """Tell whether a drawing is of a version whose text is UTF-8."""
    with path.open("rb") as stream:
        version = _VERSION.search(stream.read(_HEAD_BYTES))
    return version is not None and int(version[1]) >= _WITH_UTF_8


def has_escapes(path: Path) -> bool:
    r"""Tell whether a drawing writes letters as \U+1EA1."""
    with path.open("rb") as stream:
        tail = b""
        while piece := stream.read(_PIECE_BYTES):
            if b"\\U+" in tail + piece:
                return True
            tail = piece[-2:]
    return False


def unescaped(text: str | None) -> str | None:
    r"""Return a text with the letters that \U+1EA1 and the like stand for."""
    return text and _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
