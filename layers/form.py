"""What a form for a layer's features asks: fields in order, what each accepts, and its words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils import translation
from django.utils.translation import gettext

from gis_core import access
from gis_core.access import Action
from gis_core.city import city
from layers import guards
from layers.code_list import Code
from layers.display import layer_codes, unit_of
from layers.feature import SENSITIVITY, CodeField
from layers.registry import FieldGroup
from layers.selectors import ReadableLayer

_FIRST = ("name", "names")
_LAST = ("valid_from", "valid_to", "sensitivity")
_LONG_TEXT = 250  # characters; longer ones get a box of several lines
# The first class that fits counts: a DateTimeField is a DateField too.
_KINDS: tuple[tuple[type[models.Field[Any, Any]], str], ...] = (
    (CodeField, "code"),
    (models.BooleanField, "boolean"),
    (models.IntegerField, "integer"),
    (models.FloatField, "number"),
    (models.DecimalField, "number"),
    (models.DateField, "date"),
    (models.JSONField, "translated"),
)
_LIMITS = {"%": (0, 100), "m": (0, None), "m²": (0, None), "km²": (0, None)}
_LIMITS |= {"mm": (0, None), "km": (0, None), "W": (0, None)}


@dataclass(frozen=True)
class FormField:
    """One question. `languages` are those that a translated text is asked in."""

    name: str
    label: str
    kind: str
    required: bool = False
    max_length: int | None = None
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    options: tuple[Mapping[str, Any], ...] = ()
    languages: tuple[str, ...] = ()
    locked: str = ""  # why the reader may see it and not change it


def form(entry: ReadableLayer, language: str) -> dict[str, Any]:
    """Return the form of a layer in `language`, and what its reader may do with the layer."""
    found = layer_codes(entry)
    names = [*_FIRST, *entry.own_fields(), *_LAST]
    with translation.override(language):
        fields = [_field(entry, name, found, language) for name in names if name in entry.fields]
        groups = [_group(group) for group in entry.theme.groups]
    return {
        "layer": entry.slug,
        "title": entry.layer.title(language),
        "geometry_type": entry.layer.geometry_type,
        "natural_key": list(entry.theme.natural_key),
        "label_field": _readable(entry, entry.theme.label_field),
        "class_field": _readable(entry, entry.theme.class_field),
        "may": permitted(entry),
        "fields": [dict(vars(field)) for field in fields],
        "groups": groups,
    }


def _readable(entry: ReadableLayer, name: str | None) -> str | None:
    return name if name in entry.fields else None


def _group(group: FieldGroup) -> dict[str, Any]:
    when = {"field": group.field, "codes": list(group.codes)} if group.codes else None
    return {"title": str(group.title), "fields": list(group.fields), "when": when}


def permitted(entry: ReadableLayer) -> list[str]:
    """Return which of edit, approve and publish the reader's grants allow in the layer."""
    wanted = (Action.EDIT, Action.APPROVE, Action.PUBLISH)
    return [
        action.value
        for action in wanted
        if access.may(entry.actor, action, entry.theme.key, entry.slug)
    ]


def _field(
    entry: ReadableLayer, name: str, found: Mapping[str, Mapping[str, Code]], language: str
) -> FormField:
    source: Any = entry.theme.model._meta.get_field(name)
    label = str(source.verbose_name)
    kind = next((kind for cls, kind in _KINDS if isinstance(source, cls)), "text")
    if kind == "text" and (source.max_length or _LONG_TEXT + 1) > _LONG_TEXT:
        kind = "long_text"
    unit = unit_of(name) if kind in {"number", "integer"} else None
    lowest, highest = _LIMITS.get(unit or "", (None, None))
    if name == "sensitivity":
        kind = "code"
    return FormField(
        name=name,
        label=label[:1].upper() + label[1:],
        kind=kind,
        required=not source.blank and not source.null and not source.has_default(),
        max_length=getattr(source, "max_length", None),
        unit=unit,
        minimum=lowest,
        maximum=highest,
        options=_options(entry, source, found, language),
        languages=_languages(name) if kind == "translated" else (),
        locked="" if guards.may_change(entry, name) else guards.guard_words(),
    )


def _languages(name: str) -> tuple[str, ...]:
    """Return the languages of a translated field; the Vietnamese name has a field of its own."""
    return city().languages[1:] if name == "names" else city().languages


def _options(
    entry: ReadableLayer, source: Any, found: Mapping[str, Mapping[str, Code]], language: str
) -> tuple[Mapping[str, Any], ...]:
    if source.name == "sensitivity":
        allowed = access.clearance(entry.actor, entry.theme.key, entry.slug)
        return tuple(
            {"value": level, "label": gettext(str(label)), "color": None}
            for level, label in SENSITIVITY
            if level <= allowed
        )
    if not isinstance(source, CodeField):
        return ()
    return tuple(
        {"value": row.code, "label": row.label(language), "color": row.color or None}
        for row in found.get(source.code_list, {}).values()
        if row.valid_to is None or row.valid_to >= entry.actor.today
    )
