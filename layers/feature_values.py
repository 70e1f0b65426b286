"""Properties of GeoJSON to values of a theme's fields, and back to what a field holds when blank.

Clients write the same value in different ways: QGIS sends null for an empty text, a date with a
time, an object as text. What means the same as the stored value counts as unchanged.
"""

import json
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext

from gis_core.city import city
from gis_core.errors import Invalid
from layers import changes
from layers.geojson import properties_of
from layers.rebase import editable_fields
from layers.selectors import ReadableLayer

_TRANSLATED = "names"  # the field behind the properties name_en, name_fr …
_KEPT = frozenset({"extra"})  # columns of the source: shown, never edited
_IDENTITY = frozenset({"id", "fid"})  # how programs call the id beside the id
_DATE_LENGTH = len("2026-01-31")


def typed(
    entry: ReadableLayer, properties: Mapping[str, Any], base: Mapping[str, Any]
) -> dict[str, Any]:
    """Return field → value of the properties that may be written, in the types of the fields.

    `base` holds the values that the client started from: what equals them is taken as it is, even
    where today's rules would refuse it. Raises Invalid with one entry for each wrong property.
    """
    found: dict[str, Any] = {}
    problems: list[dict[str, Any]] = []
    for name, value in _by_field(entry, properties, base, problems).items():
        model_field = _field(entry, name)
        try:
            plain = _plain(model_field, value)
            unchanged = name in base and _same(model_field, plain, base[name])
            found[name] = base[name] if unchanged else changes.cleaned(entry, name, plain)
        except ValidationError as error:
            problems.append({"field": name, "detail": " ".join(error.messages)})
    if problems:
        raise Invalid(gettext("Some values are not accepted. Nothing was written."), problems)
    return found


def typed_new(entry: ReadableLayer, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return field → value of a new feature: also those that the client leaves out, as blank."""
    sent = {name: value for name, value in properties.items() if value is not None}
    blank = {
        name: _blank(_field(entry, name))
        for name in editable_fields(entry)
        if name not in _KEPT | {_TRANSLATED}
    }
    return typed(entry, {**blank, **sent}, {})


def _by_field(
    entry: ReadableLayer,
    properties: Mapping[str, Any],
    base: Mapping[str, Any],
    problems: list[dict[str, Any]],
) -> dict[str, Any]:
    """Return field → raw value; translations come together in one field."""
    languages = {f"name_{code}": code for code in city().languages[1:]}
    writable = set(editable_fields(entry)) - _KEPT - {_TRANSLATED}
    shown = {item.name for item in properties_of(entry)} | _IDENTITY
    found: dict[str, Any] = {}
    for name, value in properties.items():
        if name in languages and _TRANSLATED in entry.fields:
            names = found.setdefault(_TRANSLATED, dict(base.get(_TRANSLATED) or {}))
            if value in (None, ""):
                names.pop(languages[name], None)
            elif isinstance(value, str):
                names[languages[name]] = value
            else:
                problems.append({"field": name, "detail": gettext("A text is expected here.")})
        elif name in writable:
            found[name] = value
        elif name not in shown:
            # The same words for what does not exist and for what this reader may not see.
            detail = gettext("This field cannot be written.")
            problems.append({"field": name[:80], "detail": detail})
    return found


def _field(entry: ReadableLayer, name: str) -> models.Field[Any, Any]:
    found = entry.theme.model._meta.get_field(name)
    assert isinstance(found, models.Field)  # noqa: S101 -- themes have plain fields only
    return found


def _blank(model_field: models.Field[Any, Any]) -> Any:
    """Return what a field holds where nothing is known."""
    if model_field.null:
        return None
    if model_field.has_default():
        return model_field.get_default()
    return "" if isinstance(model_field, models.CharField | models.TextField) else None


def _plain(model_field: models.Field[Any, Any], value: Any) -> Any:
    """Return a JSON value as the field's own methods expect it; raises ValidationError."""
    if value is None:
        return _blank(model_field)
    if isinstance(model_field, models.JSONField):
        return _object(value)
    if isinstance(value, dict | list):
        raise ValidationError(gettext("One value is expected here, not a list or an object."))
    if isinstance(model_field, models.BooleanField) and isinstance(value, str):
        return value.capitalize()  # GDAL and QGIS know "true"
    if isinstance(model_field, models.DateField) and isinstance(value, str):
        return value[:_DATE_LENGTH] if value[_DATE_LENGTH : _DATE_LENGTH + 1] == "T" else value
    if isinstance(value, bool) and not isinstance(model_field, models.BooleanField):
        raise ValidationError(gettext("“Yes” or “no” is not expected here."))
    if isinstance(model_field, models.IntegerField) and isinstance(value, float):
        if not value.is_integer():
            raise ValidationError(gettext("A whole number is expected here."))
        return int(value)
    return value


def _object(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)  # a program that has no type for objects sends its text back
    except ValueError:
        return value


def _same(model_field: models.Field[Any, Any], plain: Any, stored: Any) -> bool:
    try:
        return bool(model_field.to_python(plain) == stored)
    except ValidationError:
        return False
