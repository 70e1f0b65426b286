"""Which column of a file fills which field of a theme; settled before the first row is read."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import models

from importers.issues import FileRefused
from layers.bulk_plan import writable_fields
from layers.registry import Theme

_DBF_NAME = 10  # letters that a shapefile keeps of a column's name
_NOT_A_TARGET = frozenset({"extra"})
_LANGUAGE = re.compile(r"[a-z]{2,3}\Z")


@dataclass(frozen=True)
class Matched:
    """`targets`: field, or key of a JSON field such as `names.en`, → column. `kept`: the others."""

    targets: Mapping[str, str]
    kept: tuple[str, ...]
    key_columns: tuple[str, ...]


def parse_pairs(pairs: Iterable[str]) -> dict[str, str]:
    """Read `field=COLUMN` arguments; FileRefused when one is not of this form."""
    found: dict[str, str] = {}
    for pair in pairs:
        field, separator, column = pair.partition("=")
        if not separator or not field.strip():
            raise FileRefused(f"--map {pair!r}: write field=COLUMN")
        found[field.strip()] = column.strip()
    return found


def _plain(name: str) -> str:
    return re.sub(r"[\W_]", "", name).casefold()


def _matches(alias: str, column: str) -> bool:
    alias, column = _plain(alias), _plain(column)
    return alias == column or (len(column) >= _DBF_NAME - 1 and alias[:_DBF_NAME] == column)


def settle(
    theme: Theme, columns: Sequence[str], chosen: Mapping[str, str], keys: Sequence[str] = ()
) -> Matched:
    """Match columns with fields: `chosen` first, then the theme's known names, then own names.

    An empty column in `chosen` leaves the field alone. `keys` are columns that identify a row:
    they fill the last parts of the theme's natural key, days left aside.
    FileRefused names a field or column that is wrong.
    """
    _check(theme, columns, chosen, keys)
    parts = _key_fields(theme)
    chosen = {**dict(zip(parts[len(parts) - len(keys) :], keys, strict=True)), **chosen}
    targets = {field: column for field, column in chosen.items() if column}
    free = [column for column in columns if column not in targets.values()]
    for field, aliases in _known_names(theme).items():
        if field in chosen:
            continue
        found = next((c for alias in aliases for c in free if _matches(alias, c)), None)
        if found is not None:
            targets[field] = found
            free.remove(found)
    return Matched(targets, tuple(free), tuple(keys))


def _key_fields(theme: Theme) -> list[str]:
    """Return the parts of the natural key that a column of codes can fill."""
    fields = writable_fields(theme)
    return [name for name in theme.natural_key if not isinstance(fields[name], models.DateField)]


def _known_names(theme: Theme) -> dict[str, tuple[str, ...]]:
    """Return target → names, the theme's own aliases before the bare names of its fields."""
    names = {field: tuple(aliases) for field, aliases in theme.source_columns.items()}
    for field, model_field in writable_fields(theme).items():
        if field not in _NOT_A_TARGET and not isinstance(model_field, models.JSONField):
            names[field] = (*names.get(field, ()), field)
    return names


def _check(
    theme: Theme, columns: Sequence[str], chosen: Mapping[str, str], keys: Sequence[str]
) -> None:
    fields = writable_fields(theme)
    if len(keys) > len(_key_fields(theme)):
        raise FileRefused(f"--key: {theme.key} has {len(_key_fields(theme))} key column(s)")
    named = [*((field, column) for field, column in chosen.items()), *(("name", k) for k in keys)]
    for field, column in named:
        base, _, key = field.partition(".")
        is_json = isinstance(fields.get(base), models.JSONField)
        fits = bool(_LANGUAGE.match(key)) if is_json else not key
        if base not in fields or base in _NOT_A_TARGET or not fits:
            known = ", ".join(sorted(_known_names(theme)))
            raise FileRefused(f"{theme.key} has no field {field!r}; there is: {known}")
        if column and column not in columns:
            raise FileRefused(f"The file has no column {column!r}; it has: {', '.join(columns)}")
