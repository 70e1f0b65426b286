"""The rows of a layer as a table: the list that equals the map, and the attribute table."""

from typing import Any

from django.contrib.gis.geos import Polygon
from django.db.models import Q

from gis_core.city import Bbox
from gis_core.crs import STORAGE_SRID
from gis_core.text_folding import fold
from layers.display import layer_codes, property_of, shown_fields, title
from layers.selectors import ReadableLayer, features

COUNT_LIMIT = 10_000  # beyond, the exact number costs more than it tells


def rows(
    entry: ReadableLayer,
    *,
    bbox: Bbox | None,
    text: str,
    limit: int,
    offset: int,
    language: str,
) -> dict[str, Any]:
    """Return one page of a layer's rows, formatted in `language`.

    `total` counts at most 10,000 rows; `total_is_more` tells that there are more.
    """
    found = features(entry)
    if bbox is not None:
        window = Polygon.from_bbox(bbox)
        window.srid = STORAGE_SRID
        found = found.filter(geom__bboverlaps=window)
    words = text.replace("\0", "").strip()  # PostgreSQL holds no NUL in text
    if words:
        found = found.filter(Q(search_text__contains=fold(words)) | Q(feature_key__icontains=words))
    total = found.order_by()[: COUNT_LIMIT + 1].count()
    codes = layer_codes(entry)
    names = shown_fields(entry)
    page = found.order_by("name", "feature_key", "pk")[offset : offset + limit]
    columns: list[dict[str, str]] = []
    lines = []
    for row in page:
        cells = [property_of(entry, name, getattr(row, name), codes, language) for name in names]
        columns = columns or [{"key": c.key, "label": c.label, "kind": c.kind} for c in cells]
        inside = row.geom.point_on_surface if row.geom.dims else row.geom
        lines.append(
            {
                "id": str(row.pk),
                "title": title(entry, row, language),
                "lon": round(inside.x, 7),
                "lat": round(inside.y, 7),
                "cells": {
                    c.key: " ".join(filter(None, (c.value, c.unit))) for c in cells if c.value
                },
            }
        )
    return {
        "total": min(total, COUNT_LIMIT),
        "total_is_more": total > COUNT_LIMIT,
        "columns": columns,
        "rows": lines,
    }
