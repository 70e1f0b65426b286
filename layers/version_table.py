"""Every version of a theme's features as one table to ask: live rows and history together."""

from functools import cache
from typing import Any

from django.apps.registry import Apps
from django.db import models

from gis_core.history import GENERATED
from layers.registry import Theme, theme_by_key


@cache
def _model(key: str) -> type[models.Model]:
    theme = theme_by_key(key)
    fields: dict[str, Any] = {
        entry.attname: _plain(entry)
        for entry in theme.model._meta.local_fields
        if entry.name not in GENERATED
    }
    # A registry of its own: the view follows the table by itself and needs no migration.
    facts = {
        "app_label": "layers",
        "managed": False,
        "apps": Apps(),
        "db_table": f"{theme.table}_versions",
    }
    fields |= {
        "superseded_at": models.DateTimeField(null=True),
        "superseded_by": models.BigIntegerField(null=True),
        "__module__": __name__,
        "Meta": type("Meta", (), facts),
    }
    return type(f"{theme.model.__name__}Version", (models.Model,), fields)


def _plain(entry: models.Field[Any, Any]) -> models.Field[Any, Any]:
    if isinstance(entry, models.ForeignKey):
        return models.BigIntegerField(null=entry.null, db_column=entry.column)
    return entry.clone()


def version_rows(theme: Theme, using: str) -> models.QuerySet[Any]:
    """Return all versions of all features of a theme: for the READ door only, which limits them.

    Fields are those of the theme; `superseded_at` and `superseded_by` are None for live rows.
    """
    rows: models.QuerySet[Any] = models.QuerySet(_model(theme.key), using=using)
    return rows
