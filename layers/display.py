"""Feature values as people read them: label, formatted value, unit, by type and language."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.utils import formats, numberformat, translation
from django.utils.translation import gettext

from gis_core.city import city
from layers.code_list import Code
from layers.feature import CodeField, Feature
from layers.selectors import ReadableLayer, codes

Codes = Mapping[str, Mapping[str, Code]]
# The unit that a field name carries, with the decimals that make sense for it.
_UNITS: tuple[tuple[str, str, str, int], ...] = (
    ("_m2", "area", "m²", 1),
    ("_km2", "area", "km²", 2),
    ("_mm", "length", "mm", 0),
    ("_km", "length", "km", 1),
    ("_pct", "number", "%", 0),
    ("_w", "number", "W", 0),
    ("_m", "length", "m", 1),
)
_PARSED = ("_min_pct", "_max_pct", "_min", "_max", "_min_m", "_max_m")
_LINKS = {"website": "link", "phone": "phone", "operator_phone": "phone"}


@dataclass(frozen=True)
class Property:
    """One line of a feature sheet."""

    key: str
    label: str
    value: str
    raw: Any
    kind: str
    unit: str | None = None
    color: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return dict(vars(self))


def code_lists(entry: ReadableLayer) -> list[str]:
    """Return the names of the code lists that the layer's fields use."""
    found = [entry.theme.model._meta.get_field(name) for name in entry.own_fields()]
    lists = [item.code_list for item in found if isinstance(item, CodeField)]
    return [*lists, *(["environment.parameter"] if entry.theme.key == "environment" else [])]


def layer_codes(entry: ReadableLayer) -> Codes:
    """Return the code lists that the layer's fields use, in one query."""
    return codes(entry.actor, code_lists(entry))


def shown_fields(entry: ReadableLayer) -> list[str]:
    """Return the own fields that a sheet or table shows: parsed bounds stand behind their text."""
    names = entry.own_fields()
    texts = {name.removesuffix("_text") for name in names if name.endswith("_text")}
    return [name for name in names if not _is_parsed(name, texts)]


def _is_parsed(name: str, texts: set[str]) -> bool:
    return any(name.endswith(end) and name.removesuffix(end) in texts for end in _PARSED)


def properties(entry: ReadableLayer, row: Feature, found: Codes, language: str) -> list[Property]:
    """Return the lines of a feature's sheet in `language`; fields without a value are left out."""
    lines = [
        property_of(entry, name, getattr(row, name), found, language)
        for name in shown_fields(entry)
    ]
    for name in ("valid_from", "valid_to"):
        if name in entry.fields:
            lines.append(property_of(entry, name, getattr(row, name), found, language))
    if "extra" in entry.fields:
        lines += [
            Property(f"extra.{key}", key, str(value), value, "text")
            for key, value in sorted(row.extra.items())
        ]
    return [line for line in lines if line is not None and line.value]


def title(entry: ReadableLayer, row: Feature, language: str) -> str:
    """Return what a feature is called in `language`, never empty."""
    if entry.theme.key == "parcels":
        row_: Any = row
        return gettext("Parcel %(parcel)s, sheet %(sheet)s") % {
            "parcel": row_.so_thua,
            "sheet": row_.so_to,
        }
    named = row.names.get(language) if language != "vi" else None
    return str(named or row.name or row.feature_key)


def _speaking(language: str) -> AbstractContextManager[Any]:
    # Most pages are asked for in their reader's language: a switch costs as much as the cell.
    spoken = translation.get_language() == language
    return nullcontext() if spoken else translation.override(language)


def property_of(
    entry: ReadableLayer, name: str, value: Any, found: Codes, language: str
) -> Property:
    """Return one line; `found` holds the code lists of the layer."""
    model_field = entry.theme.model._meta.get_field(name)
    assert isinstance(model_field, models.Field)  # noqa: S101 -- themes have plain fields only
    with _speaking(language):
        label = str(model_field.verbose_name)
        label = label[:1].upper() + label[1:]
        if isinstance(model_field, CodeField):
            return _code(name, label, value, found.get(model_field.code_list, {}), language)
        if name == "parameters":
            known = found.get("environment.parameter", {})
            shown = ", ".join(_label(known, part, language) for part in str(value).split(";"))
            return Property(name, label, shown, value, "text")
        choices = dict(model_field.flatchoices)
        if choices and value in choices:
            return Property(name, label, str(choices[value]), value, "code")
        return _plain(name, label, value, language)


def _label(known: Mapping[str, Code], code: str, language: str) -> str:
    row = known.get(code.strip())
    return row.label(language) if row else code.strip()


def _code(name: str, label: str, value: Any, known: Mapping[str, Code], language: str) -> Property:
    row = known.get(str(value or ""))
    if row is None:
        return Property(name, label, str(value or ""), value, "code")
    text = row.label(language)
    # Codes of the land law are read aloud as codes; others are only keys.
    if row.code.isupper():
        text = f"{row.code} · {text}"
    return Property(name, label, text, value, "code", color=row.color or None)


def _plain(name: str, label: str, value: Any, language: str) -> Property:  # noqa: PLR0911
    if value is None or value == "":
        return Property(name, label, "", None, "text")
    if isinstance(value, bool):
        return Property(name, label, gettext("Yes") if value else gettext("No"), value, "boolean")
    if isinstance(value, datetime):
        local = value.astimezone(ZoneInfo(city().time_zone))
        return Property(name, label, f"{local:%d/%m/%Y %H:%M}", value.isoformat(), "date")
    if isinstance(value, date):
        return Property(name, label, f"{value:%d/%m/%Y}", value.isoformat(), "date")
    if isinstance(value, (int, float, Decimal)):
        return _number(name, label, value)
    if isinstance(value, dict):
        text = str(value.get(language) or value.get("vi") or "")
        return Property(name, label, text, value, "text")
    return Property(name, label, str(value), value, _LINKS.get(name, "text"))


def unit_of(name: str) -> str | None:
    """Return the unit that a field's name carries, None where it carries none."""
    return next((unit for ending, _kind, unit, _digits in _UNITS if name.endswith(ending)), None)


def _number(name: str, label: str, value: int | float | Decimal) -> Property:
    if name.endswith("_year"):
        return Property(name, label, str(value), value, "number")
    for ending, kind, unit, decimals in _UNITS:
        if name.endswith(ending):
            return Property(name, label, number(value, decimals), float(value), kind, unit)
    return Property(name, label, number(value, 2), float(value), "number")


def number(value: int | float | Decimal, decimals: int) -> str:
    """Return a number in the active language: 1.234,5 in Vietnamese, 1,234.5 in English."""
    mark = formats.get_format("DECIMAL_SEPARATOR")
    text = numberformat.format(
        round(Decimal(str(value)), decimals),
        mark,
        decimals,
        grouping=3,  # Django's Vietnamese formats name a separator and no group
        thousand_sep=formats.get_format("THOUSAND_SEPARATOR"),
        force_grouping=True,
    )
    return text.rstrip("0").rstrip(mark) if mark in text else text
