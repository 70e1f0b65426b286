"""What is true of every history: versions without gaps, one at any moment; and rows to the byte."""

from typing import Any

from django.db import connection

from layers.models import Layer
from layers.registry import Theme, theme_by_key

_BOOKKEEPING = {"id", "version", "change_set_id", "changed_at", "geom_3857"}


def _rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def assert_whole(layer: Layer) -> None:
    """Versions of each feature count from 1, follow each other in time, and at most one is live."""
    table = f"city.{theme_by_key(layer.theme).table}_versions"
    broken = _rows(
        f"SELECT id, array_agg(version ORDER BY version) FROM {table} WHERE layer_id = %s"
        " GROUP BY id HAVING min(version) <> 1 OR max(version) <> count(*)"
        " OR count(DISTINCT version) <> count(*)"
        " OR count(*) FILTER (WHERE superseded_at IS NULL) > 1"
        " OR max(version) FILTER (WHERE superseded_at IS NULL) <> max(version)",
        layer.pk,
    )
    assert broken == []
    overlapping = _rows(
        f"SELECT a.id, a.version FROM {table} AS a JOIN {table} AS b"
        " ON b.id = a.id AND b.version = a.version + 1"
        " WHERE a.layer_id = %s AND (a.superseded_at IS NULL OR a.superseded_at > b.changed_at)",
        layer.pk,
    )
    assert overlapping == []


def content_columns(theme: Theme) -> list[str]:
    """Return the columns that hold what a feature is, not which version of it a row is."""
    columns = [str(field.column) for field in theme.model._meta.local_fields]
    return [name for name in columns if name not in _BOOKKEEPING]


def contents(layer: Layer) -> dict[int, bytes]:
    """Return id → everything that the live rows of a layer hold, as bytes; geometry as EWKB."""
    theme = theme_by_key(layer.theme)
    listed = ", ".join(f'"{name}"' for name in content_columns(theme))
    found = _rows(
        f"SELECT id, convert_to(ROW({listed})::text, 'UTF8') FROM city.{theme.table}"
        " WHERE layer_id = %s",
        layer.pk,
    )
    return {number: bytes(content) for number, content in found}
