"""The fields of a theme that a column of a file can fill, with their words."""

from typing import Any

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext

from gis_core import access
from gis_core.access import Actor
from gis_core.city import city
from layers.bulk_plan import writable_fields
from layers.registry import theme_by_key


def theme_fields(actor: Actor, theme_key: str, slug: str) -> list[dict[str, Any]]:
    """Return the fields in the model's order that `actor` may know of.

    `names.en` is the English part of a translated name. `key`: a part of the natural key.
    """
    theme = theme_by_key(theme_key)
    allowed = access.readable_fields(actor, theme_key, slug, theme.fields)
    found = []
    for name, field in writable_fields(theme).items():
        if name not in allowed or name == "extra":
            continue
        label = capfirst(str(field.verbose_name))
        if isinstance(field, models.JSONField):
            languages = [code for code in city().languages if (name, code) != ("names", "vi")]
            found += [
                _field(f"{name}.{code}", f"{label} ({code})", False, False) for code in languages
            ]
        else:
            needed = not (field.blank or field.null or field.has_default())
            found.append(_field(name, label, name in theme.natural_key, needed))
    return found


def _field(name: str, label: str, key: bool, needed: bool) -> dict[str, Any]:
    return {"name": name, "label": gettext(label), "key": key, "required": needed}
