"""Derives history tables and public views from the registry, after every migration."""

from typing import Any

from gis_core import database_roles, history
from gis_core.access import STAFF_DATABASE
from layers.registry import themes

_PUBLISHED = "sensitivity = 0 AND publication = 'published'"
# The numbers of the rows would tell how many hidden ones there are.
_CHANGED = f"level = 0 AND layer_id IN (SELECT id FROM city.layers_layer WHERE {_PUBLISHED})"  # noqa: S608


def history_tables() -> list[history.HistoryTable]:
    """Return one entry for each theme."""
    return [
        history.HistoryTable(entry.table, entry.key, any_geometry=len(entry.geometry_types) > 1)
        for entry in themes()
    ]


def public_views() -> list[database_roles.PublicView]:
    """Return the views of the public schema: themes, and what is needed to show them."""
    internal_of_layer = frozenset({"data_version"})
    return [
        *(database_roles.published_rows(entry.columns, entry.table) for entry in themes()),
        database_roles.PublicView("layers_layer", _PUBLISHED, internal_of_layer),
        database_roles.PublicView("layers_raster", _PUBLISHED),
        database_roles.PublicView("layers_code", "true"),
        database_roles.PublicView("layers_adminunitlineage", "true"),
        database_roles.PublicView("gis_core_featurechange", _CHANGED, frozenset({"id"})),
    ]


def synchronise(using: str = STAFF_DATABASE, **_signal: Any) -> None:
    """Bring triggers, history tables, views and grants in step with the tables."""
    if using == STAFF_DATABASE:
        history.synchronise(history_tables(), using)
        database_roles.synchronise_views(public_views(), using)
