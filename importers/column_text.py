"""Which encoding the text of one column is in, judged by a sample of its values.

Bytes that are UTF-8 are UTF-8, unless they are letters of another encoding that a program had
taken for Windows-1252. Otherwise the encoding wins in which most words are Vietnamese syllables;
single values mislead, a column rarely does.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from importers.charsets import UTF_8, VIETNAMESE, decode_bytes, with_capitals
from importers.syllables import syllable_score

SHOWN = 10  # values before and after
_LONGEST = 80  # characters of a value that are told
_MOST_WORDS = 400
_OFFERED = 6
_MAX_CUT = 3  # bytes of a letter that the width of a field may cut off
_TOLD_WEIGHT, _FILE_WEIGHT = 0.05, 0.2
_CLEAR, _LEAD, _POOR = 0.8, 0.1, 0.4
_OTHERS = {  # letters of the script, and how much a word of them counts beside a syllable
    "cp1251": (re.compile("[\u0400-\u04ff]+"), 0.75),
    "koi8-r": (re.compile("[\u0400-\u04ff]+"), 0.7),
    "cp866": (re.compile("[\u0400-\u04ff]+"), 0.7),
    "cp874": (re.compile("[\u0e00-\u0e7f]+"), 0.6),
    "gb18030": (re.compile("[\u4e00-\u9fff]+"), 0.5),
    "cp1252": (re.compile("[A-Za-zàâäçéèêëîïôöùûüñáíóúßœæåøÀÂÄÇÉÈÊÎÔÖÙÜÑÁÍÓÚÅØ]+"), 0.6),
}
# Encodings of Vietnamese have letters below the blank as well.
_SEPARATORS = re.compile(rb"[\t\r\n\x20-\x40\x5b-\x60\x7b-\x7e]+")
_PUNCTUATION = "“”‘’«»–—…•·\u00a0"
_SIGNS = "“”‘’–—…•°²³"  # none of them ends a word of TCVN3, as « and · do


@dataclass(frozen=True)
class Reading:
    """What a column's text would be in one encoding; `score` is 0 to 1."""

    codec: str
    score: float
    samples: tuple[str, ...]


@dataclass(frozen=True)
class ColumnText:
    """The text of one column: `readings` the decided first, `before` as the file's reader shows it.

    `certain`: hardly anything else is possible; otherwise a person should look.
    """

    column: str
    codec: str
    certain: bool
    before: tuple[str, ...]
    readings: tuple[Reading, ...]

    @property
    def after(self) -> tuple[str, ...]:
        """Return the sample values in the letters that were meant."""
        return next((one.samples for one in self.readings if one.codec == self.codec), ())

    def as_dict(self) -> dict[str, Any]:
        """Return JSON values."""
        return {
            "column": self.column,
            "encoding": self.codec,
            "certain": self.certain,
            "before": [text[:_LONGEST] for text in self.before],
            "readings": [
                {
                    "encoding": one.codec,
                    "score": round(one.score, 3),
                    "after": [text[:_LONGEST] for text in one.samples],
                }
                for one in self.readings
            ],
        }

    def chosen(self, codec: str) -> "ColumnText":
        """Return the same column, read as a person says."""
        return replace(self, codec=codec, certain=True)


def is_utf8(raw: bytes) -> bool:
    """Tell whether bytes are UTF-8; the width of a field may cut off the last letter."""
    try:
        raw.decode(UTF_8)
    except UnicodeDecodeError as error:
        cut = error.reason == "unexpected end of data"
        return cut and len(raw) - error.start <= _MAX_CUT and error.start > 0
    return True


def words_of(values: Iterable[bytes]) -> list[bytes]:
    """Return different words that hold more than ASCII letters, at most some hundreds."""
    found: dict[bytes, None] = {}
    for value in values:
        for word in _SEPARATORS.split(value):
            if word and not (word.isascii() and word.isalpha()) and not _is_sign(word):
                found[word] = None
        if len(found) >= _MOST_WORDS:
            break
    return list(found)


def _is_sign(word: bytes) -> bool:
    """Tell whether a word of UTF-8 is signs, or ASCII beside signs: 10°, m², “Kho”.

    To other encodings they are vowels, so they would tell of letters that nobody wrote.
    """
    try:
        text = word.decode(UTF_8)
    except UnicodeDecodeError:
        return False
    return text.strip(_SIGNS).isascii() or not any(letter.isalpha() for letter in text)


def possible(values: Sequence[bytes], told: str = "") -> tuple[str, ...]:
    """Return the encodings that the values can be in."""
    if all(is_utf8(value) for value in values):
        return (UTF_8, f"{UTF_8}+{UTF_8}", *(f"{UTF_8}+{name}" for name in VIETNAMESE))
    others = [told] if told not in {"", UTF_8, *VIETNAMESE, *_OTHERS} else []
    return (*VIETNAMESE, *_OTHERS, *others)


def score(words: Sequence[bytes], codec: str) -> float:
    """Return how well words read in an encoding, 0 to 1; 0 where there are none."""
    return sum(_word_score(word, codec) for word in words) / len(words) if words else 0.0


@cache
def _other(codec: str) -> tuple[re.Pattern[str], float] | None:
    return _OTHERS.get(codec)


def _word_score(word: bytes, codec: str) -> float:
    text = decode_bytes(word, codec).strip(_PUNCTUATION)
    if not text:
        return 0.0
    other = _other(codec)
    if other is None:
        return syllable_score(text)
    letters, weight = other
    fine = text.islower() or text.isupper() or text.istitle() or not text.lower() != text.upper()
    return weight if fine and letters.fullmatch(text) else 0.0


def read_column(
    name: str,
    values: Sequence[bytes],
    told: str,
    file_scores: Mapping[str, float],
    seen: str = "cp1252",
) -> ColumnText | None:
    """Return how a column reads; None where its values say nothing because they are ASCII.

    `told` is what the file or its driver says, "" for nothing; `file_scores` are those of all
    columns together, which help a column of few words. `before` is shown in the encoding `seen`.
    """
    telling = [value for value in values if not value.isascii()]
    if not telling:
        return None
    words = words_of(telling)
    shown = telling[:SHOWN]
    readings = [
        Reading(codec, score(words, codec), tuple(_shown(value, codec) for value in shown))
        for codec in possible(telling, told)
    ]

    def rank(one: Reading) -> float:
        told_so = _TOLD_WEIGHT if one.codec == told else 0.0
        return one.score + _FILE_WEIGHT * file_scores.get(one.codec, 0.0) + told_so

    readings.sort(key=rank, reverse=True)
    codec = _decided(readings, told)
    before = tuple(decode_bytes(value, seen).rstrip(" \x00") for value in shown)
    certain = _is_certain(readings, codec)
    offered = [one for one in readings if one.codec == codec] + readings
    return ColumnText(name, codec, certain, before, tuple(dict.fromkeys(offered))[:_OFFERED])


def _decided(readings: Sequence[Reading], told: str) -> str:
    best = readings[0]
    plain = next((one for one in readings if one.codec == UTF_8), None)
    if plain is not None:
        twice = best.score >= _CLEAR and plain.score < _CLEAR - 2 * _LEAD
        return best.codec if twice else UTF_8
    if best.score < _POOR:
        return told if told and told != UTF_8 else "cp1258"
    return best.codec


def _is_certain(readings: Sequence[Reading], codec: str) -> bool:
    best = readings[0]
    if codec == UTF_8:
        return True
    rivals = [one.score for one in readings[1:] if one.samples != best.samples]
    return (
        best.codec == codec
        and best.score >= _CLEAR
        and best.score - max(rivals, default=0) >= _LEAD
    )


def _shown(value: bytes, codec: str) -> str:
    text = decode_bytes(value, codec).rstrip(" \x00")
    return with_capitals(text) if codec.endswith("tcvn3") else text
