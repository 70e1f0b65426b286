"""Which column of a file fills which field of a theme; settled before the first row is read."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import models

from gis_core.text_folding import fold
from importers.column_facts import ColumnFacts
from importers.refusals import refusal
from importers.values import sql_type_of
from importers.words import Fact
from layers.bulk_plan import writable_fields
from layers.feature import CodeField
from layers.registry import Theme

_DBF_NAME = 10  # letters that a shapefile keeps of a column's name
_NOT_A_TARGET = frozenset({"extra"})
_NUMBERED = re.compile(r"\d\Z")
_HALF, _SURE = 0.5, 0.9
_CONSTANT = 0.2  # different values among the filled ones: below, a column names what rows share
_LANGUAGE = re.compile(r"[a-z]{2,3}\Z")


@dataclass(frozen=True)
class Matched:
    """`targets`: field, or key of a JSON field such as `names.en`, → column. `kept`: the others.

    `reasons` says for each target why: `chosen`, `name`, `similar_name` or `values`. `misfits` are
    (field, column) of columns whose name fits and whose values do not; they are kept.
    """

    targets: Mapping[str, str]
    kept: tuple[str, ...]
    key_columns: tuple[str, ...]
    reasons: Mapping[str, str] = field(default_factory=dict)
    misfits: tuple[tuple[str, str], ...] = ()


def parse_pairs(pairs: Iterable[str], form: str = "--map FIELD=COLUMN") -> dict[str, str]:
    """Read `field=COLUMN` arguments; FileRefused, which shows the `form`, for another text."""
    found: dict[str, str] = {}
    for pair in pairs:
        field, separator, column = pair.partition("=")
        if not separator or not field.strip():
            raise refusal("pair_wrong", facts={"pair": pair, "form": form})
        found[field.strip()] = column.strip()
    return found


def _plain(name: str) -> str:
    """Return a name without marks, blanks and signs: the heading “Tên chủ” is the column TENCHU."""
    return re.sub(r"[\W_]", "", fold(name))


def _matches(alias: str, column: str) -> bool:
    alias, column = _plain(alias), _plain(column)
    return alias == column or (len(column) >= _DBF_NAME - 1 and alias[:_DBF_NAME] == column)


def settle(
    theme: Theme,
    columns: Sequence[str],
    chosen: Mapping[str, str],
    keys: Sequence[str] = (),
    facts: Mapping[str, ColumnFacts] | None = None,
) -> Matched:
    """Match columns with fields: `chosen` first, then known names, similar names, and values.

    An empty column in `chosen` leaves the field alone. `keys` are columns that identify a row:
    they fill the last parts of the theme's natural key, days left aside. `facts` are of the first
    values of the columns. FileRefused names a field or column that is wrong.
    """
    _check(theme, columns, chosen, keys)
    parts = _key_fields(theme)
    chosen = {**dict(zip(parts[len(parts) - len(keys) :], keys, strict=True)), **chosen}
    search = _Search(theme, columns, chosen, facts or {})
    search.by_name()
    search.by_similar_name()
    search.by_values()
    targets = {name: column for name, (column, _) in search.found.items()}
    reasons = {name: reason for name, (_, reason) in search.found.items()}
    return Matched(targets, tuple(search.free), tuple(keys), reasons, tuple(search.misfits))


class _Search:
    """Fields that are still to be filled, and columns that are still free."""

    def __init__(
        self,
        theme: Theme,
        columns: Sequence[str],
        chosen: Mapping[str, str],
        facts: Mapping[str, ColumnFacts],
    ) -> None:
        self.found = {name: (column, "chosen") for name, column in chosen.items() if column}
        taken = {column for column, _ in self.found.values()}
        self.free = [column for column in columns if column not in taken]
        self.misfits: list[tuple[str, str]] = []
        self._theme, self._facts, self._chosen = theme, facts, chosen
        self._fields = writable_fields(theme)
        self._names = {n: known for n, known in _known_names(theme).items() if n not in chosen}

    def by_name(self) -> None:
        """Take columns whose name is known and whose values fit."""
        for name, aliases in self._names.items():
            named = [c for alias in aliases for c in self.free if _matches(alias, c)]
            for column in dict.fromkeys(named):
                if self._fits(name, column):
                    self._take(name, column, "name")
                    break
                self.misfits.append((name, column))

    def by_similar_name(self) -> None:
        """Take numbered columns, such as TEN0, TEN1: of several the one whose values tell most."""
        for name, aliases in self._names.items():
            if name in self.found or "." in name:
                continue
            stems = {_plain(alias) for alias in aliases}
            similar = [
                column
                for column in self.free
                if column in self._facts
                and _NUMBERED.search(column)
                and _plain(column).rstrip("0123456789") in stems
                and self._fits(name, column)
            ]
            if similar:
                self._take(name, max(similar, key=self._telling), "similar_name")

    def by_values(self) -> None:
        """Take a column for a coded field where nearly all its values are codes of the list."""
        for name in self._names:
            model_field = self._fields.get(name)
            if name in self.found or not isinstance(model_field, CodeField):
                continue
            for column in self.free:
                facts = self._facts.get(column)
                if facts and facts.filled and facts.codes.get(model_field.code_list, 0) > _SURE:
                    self._take(name, column, "values")
                    break

    def _take(self, name: str, column: str, reason: str) -> None:
        self.found[name] = (column, reason)
        self.free.remove(column)

    def _telling(self, column: str) -> tuple[bool, float, float]:
        facts = self._facts[column]
        several = facts.distinct > _CONSTANT
        return several and facts.accented, facts.distinct, facts.filled

    def _fits(self, name: str, column: str) -> bool:
        facts, model_field = self._facts.get(column), self._fields.get(name)
        # A class is always read: what is not understood becomes restricted.
        if facts is None or model_field is None or not facts.samples or name == "sensitivity":
            return True
        return facts.fits.get(sql_type_of(model_field), 1.0) >= _HALF


def _key_fields(theme: Theme) -> list[str]:
    """Return the parts of the natural key that a column of codes can fill."""
    fields = writable_fields(theme)
    return [name for name in theme.natural_key if not isinstance(fields[name], models.DateField)]


def known_targets(theme: Theme) -> tuple[str, ...]:
    """Return the fields that a column can fill."""
    return tuple(_known_names(theme))


def _known_names(theme: Theme) -> dict[str, tuple[str, ...]]:
    """Return target → names, the theme's own aliases before the bare names of its fields."""
    names = {name: tuple(aliases) for name, aliases in theme.source_columns.items()}
    for name, model_field in writable_fields(theme).items():
        if name not in _NOT_A_TARGET and not isinstance(model_field, models.JSONField):
            names[name] = (*names.get(name, ()), name)
    return names


def _check(
    theme: Theme, columns: Sequence[str], chosen: Mapping[str, str], keys: Sequence[str]
) -> None:
    fields = writable_fields(theme)
    if len(keys) > len(_key_fields(theme)):
        facts: dict[str, Fact] = {"theme": theme.title, "most": len(_key_fields(theme))}
        raise refusal("too_many_keys", facts=facts)
    named = [*chosen.items(), *(("name", k) for k in keys)]
    for name, column in named:
        base, _, key = name.partition(".")
        is_json = isinstance(fields.get(base), models.JSONField)
        fits = bool(_LANGUAGE.match(key)) if is_json else not key
        if base not in fields or base in _NOT_A_TARGET or not fits:
            known = ", ".join(sorted(_known_names(theme)))
            facts = {"theme": theme.title, "name": name, "fields": known}
            raise refusal("no_field", facts=facts)
        if column and column not in columns:
            raise refusal("no_column", facts={"column": column, "columns": ", ".join(columns)})
