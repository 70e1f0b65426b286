"""What lies at a point, across layers, and the full sheet of one feature."""

import json
from collections.abc import Sequence
from typing import Any

import shapely
from django.contrib.gis.geos import Point
from django.db.models import QuerySet
from django.utils.translation import gettext

from gis_core.city import city
from gis_core.crs import STORAGE_SRID, TILE_SRID, area_m2, from_wgs84, length_m
from gis_core.tile_grid import pixel_size_m
from layers import selectors
from layers.display import Property, layer_codes, number, properties, title
from layers.feature import Feature
from layers.registry import AREA, LINE, POINT
from layers.selectors import ReadableLayer, features

TOLERANCE_PX = 8  # as far beside a point or line as a finger or pointer may miss it
PER_LAYER = 10
_ORDER = {POINT: 0, LINE: 1, AREA: 2}


def at_point(
    entries: Sequence[ReadableLayer], lon: float, lat: float, zoom: float, language: str
) -> list[dict[str, Any]]:
    """Return the features of `entries` at a WGS 84 point, small and upper ones first.

    Points and lines are found within 8 screen pixels at `zoom`; areas when they hold the point.
    """
    place = Point(lon, lat, srid=STORAGE_SRID)
    place.transform(TILE_SRID)
    ordered = sorted(
        entries, key=lambda e: (_ORDER[e.layer.geometry_type], -e.layer.position, e.slug)
    )
    found: list[dict[str, Any]] = []
    for entry in ordered:
        rows = _near(entry, place, zoom)
        if rows:
            codes = layer_codes(entry)
            found += [sheet(entry, row, language, codes) for row in rows]
    return found


def _near(entry: ReadableLayer, place: Point, zoom: float) -> list[Feature]:
    rows: QuerySet[Any] = features(entry).order_by("pk")
    if entry.layer.geometry_type == AREA:
        return list(rows.filter(geom_3857__intersects=place)[:PER_LAYER])
    # A distance on the screen, so measured in screen coordinates.
    reach = TOLERANCE_PX * pixel_size_m(zoom)
    return list(rows.filter(geom_3857__dwithin=(place, reach))[:PER_LAYER])


def sheet(entry: ReadableLayer, row: Feature, language: str, codes: Any = None) -> dict[str, Any]:
    """Return everything that the reader may know of a feature, formatted in `language`."""
    found = layer_codes(entry) if codes is None else codes
    geometry = row.geom
    lines = [*properties(entry, row, found, language), *_measured(row)]
    layer = entry.layer
    return {
        "layer": layer.slug,
        "layer_title": layer.title(language),
        "id": str(row.pk),
        "title": title(entry, row, language),
        "subtitle": _subtitle(lines, layer.title(language)),
        "geometry": json.loads(geometry.geojson),
        "bbox_4326": list(geometry.extent),
        "properties": [line.as_dict() for line in lines],
        "links": _links(entry, row, language),
        "provenance": {
            "source": layer.source_note,
            "licence": layer.licence,
            "data_date": layer.data_date.isoformat() if layer.data_date else None,
            "owner_unit": layer.owner_unit,
            "illustrative": layer.illustrative,
            "version": row.version,
            "changed_at": row.changed_at.isoformat(),
        },
    }


def _subtitle(lines: Sequence[Property], otherwise: str) -> str:
    return next((line.value for line in lines if line.kind == "code"), otherwise)


def _measured(row: Feature) -> list[Property]:
    """Return figures computed from the shape in the city's VN-2000 zone: a check, not the law."""
    zone = city().zone
    shape = shapely.from_wkb(bytes(row.geom.wkb))
    if row.geom.dims == 2:  # noqa: PLR2004 -- areas
        m2 = area_m2(shape, zone)
        return [
            Property(
                "computed_area_m2",
                gettext("Area computed from the shape"),
                number(m2, 1),
                m2,
                "area",
                "m²",
            )
        ]
    if row.geom.dims == 1:
        m = length_m(shape, zone)
        return [
            Property(
                "computed_length_m",
                gettext("Length computed from the shape"),
                number(m, 1),
                m,
                "length",
                "m",
            )
        ]
    east, north = from_wgs84(zone, row.geom.x, row.geom.y)
    text = f"X {number(float(north), 2)} · Y {number(float(east), 2)}"
    return [Property("vn2000", zone.name, text, None, "text", "m")]


def _links(entry: ReadableLayer, row: Feature, language: str) -> list[dict[str, str]]:
    if entry.theme.key != "tourism":
        return []
    place: Any = row
    return [
        {
            "rel": "place",
            "href": f"/{language}/places/{place.slug}",
            "title": title(entry, row, language),
        }
    ]


def by_id(entry: ReadableLayer, feature_id: str, language: str) -> dict[str, Any]:
    """Return the sheet of one feature; raises NotFound."""
    return sheet(entry, selectors.feature(entry, feature_id), language)
