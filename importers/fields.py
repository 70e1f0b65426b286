"""How each staged column is made from the columns of a file; derived from the theme's model."""

import json
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from django.db import models

from gis_core.access import Sensitivity
from gis_core.text_folding import fold
from importers import values
from importers.mapping import Matched
from importers.ranges import parse_range
from importers.sensitivity import sensitivity_of
from importers.values import Column, Mask, none_of, spread, sql_type_of
from layers.bulk_plan import StagedColumn, writable_fields
from layers.feature import CodeField
from layers.registry import Theme

Columns = Mapping[str, pa.Array]
Finding = tuple[str, str, str, Mask]  # issue code, field, column of the file, rows
_NOT_A_SLUG = re.compile(r"[^a-z0-9_]+")


@dataclass(frozen=True)
class Filled:
    """The typed values of one staged column and what was found wrong on the way."""

    values: pa.Array
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Filler:
    """A staged column and the function that makes its values from the columns of a batch."""

    column: StagedColumn
    fill: Callable[[Columns], Filled]
    code_list: str = ""


def fillers(theme: Theme, matched: Matched) -> tuple[Filler, ...]:
    """Return one filler for each column that the file fills, in the order of staging."""
    fields = writable_fields(theme)
    plain = {name: column for name, column in matched.targets.items() if "." not in name}
    found = [_plain_filler(name, fields[name], column) for name, column in plain.items()]
    found += _range_fillers(fields, plain)
    found += _json_fillers(matched.targets)
    if matched.kept:
        found.append(Filler(StagedColumn("extra", "jsonb"), _Kept(matched.kept)))
    return tuple(found)


def _plain_filler(name: str, field: models.Field[Any, Any], column: str) -> Filler:
    if name == "sensitivity":
        return Filler(StagedColumn(name, "smallint"), _Sensitivity(column))
    sql_type = sql_type_of(field)
    if sql_type == "text":
        slug = isinstance(field, models.SlugField)
        code_list = field.code_list if isinstance(field, CodeField) else ""
        text = _Text(name, column, field.max_length, slug)
        return Filler(StagedColumn(name, "text"), text, code_list)
    default = bool(field.get_default()) if sql_type == "boolean" else None
    largest = float("inf")
    if isinstance(field, models.DecimalField):
        largest = 10.0 ** (int(field.max_digits or 15) - int(field.decimal_places or 0))
    return Filler(StagedColumn(name, sql_type), _Typed(name, column, sql_type, default, largest))


@dataclass(frozen=True)
class _Typed:
    name: str
    source: str
    sql_type: str
    default: bool | None = None
    largest: float = float("inf")

    def __call__(self, columns: Columns) -> Filled:
        made = values.typed(columns[self.source], self.sql_type, self.largest)
        filled = made.values if self.default is None else pc.fill_null(made.values, self.default)
        return Filled(filled, (("bad_value", self.name, self.source, made.bad),))


@dataclass(frozen=True)
class _Text:
    name: str
    source: str
    longest: int | None
    slug: bool

    def __call__(self, columns: Columns) -> Filled:
        made = values.text(columns[self.source], self.longest)
        if self.slug:
            made = _each(made.values, slug_of)
        return Filled(made.values, (("cut", self.name, self.source, made.cut),))


def slug_of(text: str) -> str:
    """The part of an address that `text` gives: plain letters, digits and hyphens, up to 100."""
    return _NOT_A_SLUG.sub("-", fold(text)).strip("-")[:100]


def _each(column: pa.Array, change: Callable[[str], str]) -> Column:
    codes = column.dictionary_encode()
    words = pa.array([change(word) for word in codes.dictionary.to_pylist()], pa.string())
    return Column(words.take(codes.indices), none_of(len(column)), none_of(len(column)))


@dataclass(frozen=True)
class _Sensitivity:
    source: str

    def __call__(self, columns: Columns) -> Filled:
        codes = values.text(columns[self.source], None).values.dictionary_encode()
        found = [sensitivity_of(word) if word else None for word in codes.dictionary.to_pylist()]
        unknown = [level is None for level in found]
        levels = [Sensitivity.RESTRICTED if level is None else level for level in found]
        rows = pa.array([int(level) for level in levels], pa.int16()).take(codes.indices)
        return Filled(
            rows, (("unknown_class", "sensitivity", self.source, spread(unknown, codes)),)
        )


def _range_fillers(
    fields: Mapping[str, models.Field[Any, Any]], plain: Mapping[str, str]
) -> Iterator[Filler]:
    """Yield the parsed bounds of a text: `density_text` → `density_min_pct`, `density_max_pct`."""
    for name, column in plain.items():
        base = name.removesuffix("_text")
        for place, bound in enumerate(("_min", "_max")):
            target = next((field for field in fields if field.startswith(base + bound)), "")
            if target and base != name:
                yield Filler(StagedColumn(target, "float8"), _Bound(name, column, place))


@dataclass(frozen=True)
class _Bound:
    name: str
    source: str
    place: int  # 0: the lower one, 1: the upper one

    def __call__(self, columns: Columns) -> Filled:
        codes = values.text(columns[self.source], None).values.dictionary_encode()
        ranges = [parse_range(word) for word in codes.dictionary.to_pylist()]
        bounds = [None if found is None else found[self.place] for found in ranges]
        wrong = spread([found is None for found in ranges], codes)
        findings = (("bad_value", self.name, self.source, wrong),) if self.place == 0 else ()
        return Filled(pa.array(bounds, pa.float64()).take(codes.indices), findings)


def _json_fillers(targets: Mapping[str, str]) -> Iterator[Filler]:
    parts: dict[str, dict[str, str]] = {}
    for target, column in targets.items():
        base, _, key = target.partition(".")
        if key:
            parts.setdefault(base, {})[key] = column
    for base, keys in parts.items():
        yield Filler(StagedColumn(base, "jsonb", tuple(keys)), _Texts(keys))


@dataclass(frozen=True)
class _Texts:
    """A JSON object of texts by language; blank ones are left out."""

    keys: Mapping[str, str]

    def __call__(self, columns: Columns) -> Filled:
        texts = {key: values.text(columns[name], None).values for key, name in self.keys.items()}
        return Filled(
            _objects(
                {
                    key: pc.replace_with_mask(
                        column, pc.equal(column, ""), pa.scalar(None, pa.string())
                    )
                    for key, column in texts.items()
                }
            )
        )


@dataclass(frozen=True)
class _Kept:
    """The columns that no field takes, with their names and values as in the file."""

    names: Sequence[str]

    def __call__(self, columns: Columns) -> Filled:
        return Filled(_objects({name: columns[name] for name in self.names}))


def _objects(columns: Mapping[str, pa.Array]) -> pa.Array:
    """Return one JSON object a row; null values are left out."""
    parts = [_members(name, column) for name, column in columns.items()]
    joined = pc.binary_join_element_wise(*parts, "") if len(parts) > 1 else parts[0]
    inner = pc.utf8_rtrim(joined, ",")  # every member ends with a comma, values never do
    return pc.binary_join_element_wise("{", inner, "}", "")


def _members(name: str, column: pa.Array) -> pa.Array:
    """Return `"name":value,` for each row, "" for null; each different value is encoded once."""
    codes = column.dictionary_encode()
    label = json.dumps(name, ensure_ascii=False)
    members = [f"{label}:{_json(value)}," for value in codes.dictionary.to_pylist()]
    return pc.fill_null(pa.array(members, pa.string()).take(codes.indices), "")


def _json(value: Any) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return "null"
    if not isinstance(value, str | int | float | bool | list | dict):
        value = values.plain_text(value)
    text = json.dumps(value, ensure_ascii=False)
    return text.replace("\\u0000", "")  # the database cannot hold a zero character
