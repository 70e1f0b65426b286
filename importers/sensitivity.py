"""The class of a row as files write it. State secrets are refused: they do not belong online."""

import re
import unicodedata

from gis_core.access import Sensitivity
from gis_core.text_folding import fold
from importers.issues import FileRefused

_WORDS = {
    "cong khai": Sensitivity.PUBLIC,
    "public": Sensitivity.PUBLIC,
    "0": Sensitivity.PUBLIC,
    "noi bo": Sensitivity.INTERNAL,
    "internal": Sensitivity.INTERNAL,
    "1": Sensitivity.INTERNAL,
    "han che": Sensitivity.RESTRICTED,
    "restricted": Sensitivity.RESTRICTED,
    "2": Sensitivity.RESTRICTED,
}
_SECRET = re.compile(r"\b(?:mật|mat|secret)\b")


def sensitivity_of(text: str) -> Sensitivity | None:
    """The class that a word names, None for an unknown one; FileRefused for a state secret."""
    words = re.sub(r"[\W_]+", " ", unicodedata.normalize("NFC", text).lower()).strip()
    if _SECRET.search(words):
        raise secret_refused()
    return _WORDS.get(fold(words))


def secret_refused() -> FileRefused:
    """Return the refusal of a file that is marked as a state secret."""
    return FileRefused(
        "A row is marked as a state secret (Mật). State secrets are not stored in this system;"
        " nothing was imported. Keep such data on paper and import a reference to the file."
    )
