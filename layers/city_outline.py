"""The outline of the city that an installation serves, as the wards of today draw it."""

from typing import Any

import shapely
from django.db.models import Q
from shapely.geometry.base import BaseGeometry

from gis_core.access import Actor
from gis_core.city import city
from layers.selectors import features, layers


def city_outline(actor: Actor) -> BaseGeometry | None:
    """Return the union of the city's wards in EPSG:4326; None where `actor` sees none of them."""
    codes = city().ward_codes
    valid = Q(valid_to__isnull=True) | Q(valid_to__gte=actor.today)
    found: list[Any] = []
    for entry in layers(actor):
        if entry.theme.key == "admin_units":
            rows = features(entry).filter(valid, code__in=codes, level="commune")
            found += rows.values_list("geom", flat=True)
    if not found:
        return None
    return shapely.union_all(shapely.from_wkb([bytes(shape.wkb) for shape in found]))
