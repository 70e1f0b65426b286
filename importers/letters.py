"""Text columns as the reader gives them → the letters that were meant, column by column."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from unicodedata import normalize

import pyarrow as pa
import pyarrow.compute as pc

from importers.charsets import UTF_8, VIETNAMESE, canonical, decode_bytes, with_capitals
from importers.column_text import ColumnText, possible, read_column, score, words_of
from importers.issues import Issue, Severity
from importers.refusals import refusal
from importers.text_encoding import TextEncoding, known_codec
from importers.values import Mask, none_of, spread

_SAMPLE_VALUES = 2_000
_SECRET = pa.array(
    [word for mark in ("mật", "tối mật", "tuyệt mật") for word in (mark, normalize("NFD", mark))]
)


@dataclass(frozen=True)
class Decoded:
    """A column in the letters that were meant; rows with lost letters and with mended capitals."""

    values: pa.Array
    unread: Mask
    capitals: Mask


@dataclass
class Letters:
    """How each text column of a file is read. Columns are decided when they first say something.

    `chosen` is column → encoding as a person picked it; it comes before everything.
    """

    encoding: TextEncoding
    chosen: Mapping[str, str] = field(default_factory=dict)
    columns: dict[str, ColumnText] = field(default_factory=dict)
    _scores: dict[str, float] = field(default_factory=dict)

    def learn(self, batch: pa.RecordBatch, geometry: str) -> None:
        """Decide the columns of a first batch; together, so that they help one another."""
        values = {
            name: self._telling(column)
            for name, column in zip(batch.schema.names, batch.columns, strict=True)
            if name != geometry and _is_text(column)
        }
        names = [raw for raw in map(self._raw, batch.schema.names) if not raw.isascii()]
        every = [value for some in values.values() for value in some] + names
        if every and not self.encoding.chosen:
            words = words_of(every)
            self._scores = {c: score(words, c) for c in possible(every, self.encoding.codec)}
        for name, some in values.items():
            self._decide(name, some)
        unknown = self.chosen.keys() - {self.name(name) for name in batch.schema.names}
        if unknown:
            known = ", ".join(self.name(name) for name in batch.schema.names if name != geometry)
            raise refusal("no_column", facts={"column": min(unknown), "columns": known})

    @property
    def codec(self) -> str:
        """Return the encoding of the file as a whole: that of most of its text columns."""
        if self.encoding.chosen:
            return self.encoding.codec
        found = [one.codec for one in self.columns.values()]
        if found:
            return max(set(found), key=found.count)
        if self.encoding.reader == "UTF-8" or not self._scores:
            return self.encoding.codec
        return max(self._scores, key=lambda codec: self._scores[codec])

    def name(self, name: str) -> str:
        """Return a column's name in the letters that were meant."""
        raw = self._raw(name)
        return name if raw.isascii() else decode_bytes(raw, self.codec)

    def text(self, name: str, column: pa.Array) -> Decoded:
        """Return a column decoded; columns of other types pass unchanged."""
        if not _is_text(column) or is_ascii(column):
            return Decoded(column, none_of(len(column)), none_of(len(column)))
        if name not in self.columns:
            self._decide(name, self._telling(column))
        codec = self.columns[name].codec if name in self.columns else self.codec
        if codec == UTF_8 and self.encoding.reader == "UTF-8" and _is_valid(column):
            return Decoded(column, none_of(len(column)), none_of(len(column)))
        return self._recoded(column, codec)

    def issues(self) -> list[Issue]:
        """Return what a person should look at: encodings that were guessed or overruled."""
        if self.encoding.chosen:
            return []
        found: dict[tuple[str, str, Severity], list[ColumnText]] = {}
        for one in self.columns.values():
            code = self._code_of(one)
            severity = Severity.NOTE if one.certain and code == "text_doubled" else Severity.WARNING
            if code:
                found.setdefault((code, one.codec, severity), []).append(one)
        return [
            Issue(code, severity, detail=self._detail(codec, columns))
            for (code, codec, severity), columns in found.items()
        ]

    def _code_of(self, one: ColumnText) -> str:
        if one.column in self.chosen:
            return ""
        if one.codec.startswith(f"{UTF_8}+"):
            return "text_doubled"
        told = self.encoding.named
        if told and told != one.codec:
            return "encoding_overruled"
        return "" if told or one.codec == UTF_8 else "encoding_guessed"

    def _detail(self, codec: str, columns: list[ColumnText]) -> str:
        names = ", ".join(one.column for one in columns)
        one = columns[0]
        told = f"{self.encoding.named} → " if self.encoding.named else ""
        return f"{told}{codec} ({names}): {one.before[0].strip()} → {one.after[0].strip()}"

    def _decide(self, name: str, values: list[bytes]) -> None:
        shown = self.name(name)
        plain = UTF_8 if self.encoding.reader == "UTF-8" else "cp1252"
        seen = self.encoding.named or plain
        found = read_column(shown, values, self.encoding.codec, self._scores, seen)
        if found is None:
            return
        codec = self.chosen.get(shown) or (self.encoding.codec if self.encoding.chosen else "")
        self.columns[name] = found.chosen(known_codec(codec)) if codec else found

    def _raw(self, name: str) -> bytes:
        if self.encoding.reader == "UTF-8":
            return name.encode(UTF_8, "surrogateescape")
        return name.encode("iso-8859-1", "replace")

    def _telling(self, column: pa.Array) -> list[bytes]:
        """Return different values that hold more than ASCII, as bytes of the file."""
        telling = column.filter(pc.invert(pc.fill_null(_ascii_rows(column), True)))
        return self._bytes(telling.slice(0, 5 * _SAMPLE_VALUES))[0][:_SAMPLE_VALUES]

    def _bytes(self, column: pa.Array) -> tuple[list[bytes], pa.DictionaryArray]:
        if self.encoding.reader == "UTF-8":
            codes = column.cast(pa.large_binary()).dictionary_encode()
            return codes.dictionary.to_pylist(), codes
        codes = column.dictionary_encode()
        return [
            text.encode("iso-8859-1", "replace") for text in codes.dictionary.to_pylist()
        ], codes

    def _recoded(self, column: pa.Array, codec: str) -> Decoded:
        raws, codes = self._bytes(column)
        texts = [decode_bytes(raw, codec) for raw in raws]
        mended = texts
        if codec.endswith("tcvn3"):
            mended = [with_capitals(text) for text in texts]
        changed = [one != other for one, other in zip(texts, mended, strict=True)]
        unread = ["\ufffd" in text for text in mended]
        values = pa.array(mended, pa.string()).take(codes.indices)
        return Decoded(values, spread(unread, codes), spread(changed, codes))


def _is_text(column: pa.Array) -> bool:
    return bool(pa.types.is_string(column.type) or pa.types.is_large_string(column.type))


def _ascii_rows(column: pa.Array) -> pa.Array:
    return pc.string_is_ascii(column)


def is_ascii(column: pa.Array) -> bool:
    """Tell whether no text of a column holds more than ASCII."""
    return pc.all(_ascii_rows(column)).as_py() is not False


def _is_valid(column: pa.Array) -> bool:
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def state_secret_in(column: pa.Array) -> int | None:
    """Return the first row whose value is a mark of a state secret and nothing else, or None."""
    # Every mark has letters beyond ASCII, and most columns of a city's files have none.
    if not pa.types.is_string(column.type) or is_ascii(column):
        return None
    codes = column.dictionary_encode()
    plain = pc.utf8_lower(pc.utf8_trim_whitespace(codes.dictionary))
    secret = pc.is_in(plain, value_set=_SECRET)
    if not pc.any(secret).as_py():
        return None
    return int(pc.index(secret.take(codes.indices), True).as_py())


def encoding_names() -> tuple[str, ...]:
    """Return the encodings that a person is offered."""
    doubled = [f"{UTF_8}+{name}" for name in (UTF_8, *VIETNAMESE)]
    return tuple(canonical(name) for name in (UTF_8, *VIETNAMESE, "cp1252", "cp1251", *doubled))
