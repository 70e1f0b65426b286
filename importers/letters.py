"""Text columns as the reader gives them → the letters that were meant."""

from unicodedata import normalize

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from importers.text_encoding import UTF_8, TextEncoding
from importers.values import Mask, none_of, spread

_SECRET = pa.array(
    [word for mark in ("mật", "tối mật", "tuyệt mật") for word in (mark, normalize("NFD", mark))]
)


def decode_name(name: str, encoding: TextEncoding) -> str:
    """A column's name in the letters that were meant."""
    if encoding.codec == UTF_8:
        return name
    return name.encode("iso-8859-1", "replace").decode(encoding.codec, "replace")


def decode(column: pa.Array, encoding: TextEncoding) -> tuple[pa.Array, Mask]:
    """(text, rows in which a letter could not be read); columns of other types pass unchanged."""
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column, none_of(len(column))
    if encoding.codec != UTF_8:
        return _recoded(column, encoding.codec)
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return _mended(column)
    return column, none_of(len(column))


def _recoded(column: pa.Array, codec: str) -> tuple[pa.Array, Mask]:
    codes = column.dictionary_encode()
    texts = [
        text.encode("iso-8859-1", "replace").decode(codec, "replace")
        for text in codes.dictionary.to_pylist()
    ]
    return pa.array(texts, pa.string()).take(codes.indices), spread(_unread(texts), codes)


def _mended(column: pa.Array) -> tuple[pa.Array, Mask]:
    """Drop a letter that the field's width cut off; mark texts that are broken elsewhere."""
    codes = column.cast(pa.large_binary()).dictionary_encode()
    texts = []
    for raw in codes.dictionary.to_pylist():
        try:
            texts.append(raw.decode(UTF_8))
        except UnicodeDecodeError as error:
            cut = error.reason == "unexpected end of data"
            texts.append(raw[: error.start].decode(UTF_8) if cut else raw.decode(UTF_8, "replace"))
    return pa.array(texts, pa.string()).take(codes.indices), spread(_unread(texts), codes)


def _unread(texts: list[str]) -> list[bool]:
    return ["\ufffd" in text for text in texts]


def names_state_secret(column: pa.Array) -> bool:
    """Tell whether a value is one of the marks of a state secret and nothing else."""
    if not pa.types.is_string(column.type):
        return False
    plain = pc.utf8_lower(pc.utf8_trim_whitespace(column))
    return bool(np.asarray(pc.any(pc.is_in(plain, value_set=_SECRET)).as_py() or False))
