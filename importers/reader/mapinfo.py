"""Has GDAL hand over the text of a MapInfo file byte by byte.

A TAB or MIF names the character set of the Windows that wrote it, which says nothing of the
Vietnamese encoding of its text. Under the name ISO 8859-1 every byte becomes one letter, so that
nothing is lost before the bytes are understood. A file that says UTF-8 is believed.
"""

import re
import shutil
from pathlib import Path

HEADER_BYTES = 4096
_CHARSET = re.compile(rb'(!charset[ \t]+|Charset[ \t]+")(\w[\w-]*)', re.IGNORECASE)


def says_utf8(header: bytes) -> bool:
    """Tell whether the first bytes of a TAB or MIF name UTF-8."""
    named = _CHARSET.search(header)
    return named is not None and named[2].upper().replace(b"-", b"") == b"UTF8"


def byte_by_byte(path: Path) -> None:
    """Replace a link to a TAB or MIF by a copy that names ISO 8859-1."""
    with path.open("rb") as original:
        header = original.read(HEADER_BYTES)
        if says_utf8(header):
            return
        path.unlink()
        with path.open("wb") as copy:
            copy.write(_CHARSET.sub(rb"\g<1>ISO8859_1", header, count=1))
            shutil.copyfileobj(original, copy, 1 << 20)
