"""Text in the encodings of old Vietnamese files: TCVN3 (ABC), VNI, VPS, VISCII, Windows-1258.

Python knows the last of them only. `vietnamese_charsets.csv` holds the bytes of each letter.
"""

import codecs
import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from unicodedata import normalize

UTF_8 = "utf-8"
_TABLE = Path(__file__).parent / "vietnamese_charsets.csv"
_BASES = {"cp1258": "cp1258"}  # what bytes mean that stand for no Vietnamese letter; else cp1252
VIETNAMESE = ("tcvn3", "vni", "vps", "viscii", "cp1258")
_OTHER_NAMES = {
    "abc": "tcvn3",
    "tcvn-3": "tcvn3",
    "tcvn": "tcvn3",
    "tcvn5712": "tcvn3",
    "vni-win": "vni",
    "vniwin": "vni",
    "windows-1258": "cp1258",
}
_LOST = "\ufffd"
# Letters without a capital of one byte: a capital font shows the small code as a capital.
_TONED = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class Charset:
    """One encoding: bytes as letters of ISO-8859-1 ↔ letters that are meant."""

    name: str
    letters: Mapping[str, str]
    codes: Mapping[str, bytes]
    pieces: re.Pattern[str]

    def decode(self, raw: bytes) -> str:
        """Return the text in NFC; U+FFFD for bytes that mean nothing."""
        letters = self.letters
        text = self.pieces.sub(lambda found: letters[found[0]], raw.decode("iso-8859-1"))
        return normalize("NFC", text)

    def encode(self, text: str) -> bytes:
        """Return the bytes of `text`; UnicodeEncodeError where they would not give it back."""
        plain = normalize("NFC", text)
        codes = self.codes
        raw = b"".join(codes.get(letter, b"?") for letter in plain)
        if self.decode(raw) != plain:
            raise UnicodeEncodeError(self.name, text, 0, len(text), "letters that it cannot hold")
        return raw


@cache
def charset(name: str) -> Charset:
    """Return one of `VIETNAMESE`; KeyError for another name."""
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    table = {bytes.fromhex(row[name]): row["letter"] for row in rows}
    base = _BASES.get(name, "cp1252")
    single = {bytes([code]): bytes([code]).decode(base, "replace") for code in range(256)}
    # Writers also pair a capital with the mark of a small letter.
    mixed = {
        raw[:1].upper() + raw[1:]: letter.upper()
        for raw, letter in table.items()
        if len(raw) > 1 and raw[:1].isalpha()
    }
    known = {**single, **mixed, **table}
    codes = {letter: raw for raw, letter in single.items() if raw not in table and letter != _LOST}
    codes |= {letter: raw for raw, letter in table.items()}
    pairs = sorted((raw for raw in known if len(raw) > 1), reverse=True)
    ascii_letters = {raw for raw in table if len(raw) == 1 and raw < b"\x80"}
    high = [bytes([code]) for code in range(128, 256)]
    pieces = b"|".join(re.escape(raw) for raw in (*pairs, *sorted(ascii_letters), *high))
    letters = {raw.decode("iso-8859-1"): letter for raw, letter in known.items()}
    return Charset(name, letters, codes, re.compile(pieces.decode("iso-8859-1")))


def canonical(name: str) -> str:
    """Return the one name of an encoding of ours or of Python; LookupError for another.

    `utf-8+tcvn3` is text whose bytes were read as Windows-1252 and then written as UTF-8.
    """
    outer, plus, inner = name.strip().lower().rpartition("+")
    if plus:
        if canonical(outer) != UTF_8:
            raise LookupError(name)
        return f"{UTF_8}+{canonical(inner)}"
    plain = _OTHER_NAMES.get(inner, inner)
    return plain if plain in VIETNAMESE else codecs.lookup(plain).name


def decode_bytes(raw: bytes, name: str) -> str:
    """Return the text of bytes in an encoding named by `canonical`; U+FFFD for what is lost.

    A letter of UTF-8 that the width of a field cut off is dropped.
    """
    outer, _, inner = name.rpartition("+")
    if outer:
        back = bytes_of_1252(decode_bytes(raw, outer))
        return _LOST if back is None else decode_bytes(back, inner)
    if name in VIETNAMESE:
        return charset(name).decode(raw)
    try:
        return normalize("NFC", raw.decode(name))
    except UnicodeDecodeError as error:
        if name == UTF_8 and error.reason == "unexpected end of data":
            raw = raw[: error.start]
        return normalize("NFC", raw.decode(name, "replace"))


def bytes_of_1252(text: str) -> bytes | None:
    """Return the bytes whose letters in Windows-1252 are `text`; None where there are none."""
    try:
        return text.encode("cp1252")
    except UnicodeEncodeError:
        pass
    # Five codes have no letter there; readers let them through as control characters.
    try:
        return b"".join(
            letter.encode("iso-8859-1" if "\x80" <= letter <= "\x9f" else "cp1252")
            for letter in text
        )
    except UnicodeEncodeError:
        return None


def with_capitals(text: str) -> str:
    """Repair words of TCVN3 whose toned vowels stayed small: PHƯờNG Mỹ → PHƯỜNG MỸ.

    Done where a word shows it: two capitals and more, and no small letter but toned ones. Then the
    shorter words beside it that could be the same are capitals as well.
    """
    if not any(_capital_count(word) > 1 and not word.isupper() for word in _WORD.findall(text)):
        return text
    return _WORD.sub(lambda word: word[0].upper() if _capital_count(word[0]) else word[0], text)


def _capital_count(word: str) -> int:
    """Return the capitals of a word whose only small letters carry a tone; 0 for other words."""
    others = [letter for letter in word if not _is_toned(letter)]
    if not all(letter.isupper() for letter in others):
        return 0
    return len(others)


def _is_toned(letter: str) -> bool:
    return _TONED.search(normalize("NFD", letter)) is not None
