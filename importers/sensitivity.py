"""The class of a row as files write it. State secrets are refused: they do not belong online."""

import re
import unicodedata

import numpy as np
import pyarrow as pa

from gis_core.access import Sensitivity
from gis_core.text_folding import fold
from importers import values

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


class StateSecret(ValueError):
    """A class that is not stored here; files are searched for it before (`class_secret_in`)."""


def sensitivity_of(text: str) -> Sensitivity | None:
    """The class that a word names, None for an unknown one; raises StateSecret."""
    words = _plain(text)
    if _SECRET.search(words):
        raise StateSecret(words)
    return _WORDS.get(fold(words))


def class_secret_in(column: pa.Array) -> int | None:
    """Return the first row whose class is that of a state secret, or None."""
    codes = values.text(column, None).values.dictionary_encode()
    marked = [bool(_SECRET.search(_plain(word or ""))) for word in codes.dictionary.to_pylist()]
    rows = np.flatnonzero(values.spread(marked, codes))
    return int(rows[0]) if len(rows) else None


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", " ", unicodedata.normalize("NFC", text).lower()).strip()
