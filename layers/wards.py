"""Wards of today as a reader may see them: their names and outlines."""

from collections.abc import Collection
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from gis_core.access import Actor
from gis_core.city import Bbox
from layers.selectors import features, layers

_THEME = "admin_units"


@dataclass(frozen=True)
class Ward:
    """A ward with its outline in EPSG:4326."""

    code: str
    name: str
    outline: BaseGeometry

    @property
    def bbox_4326(self) -> Bbox:
        """Return west, south, east, north."""
        west, south, east, north = (float(bound) for bound in shapely.bounds(self.outline))
        return west, south, east, north


def wards(actor: Actor, codes: Collection[str]) -> list[Ward]:
    """Return those of the named wards that are valid and shown to `actor`, by name."""
    found: dict[str, Ward] = {}
    for entry in layers(actor):
        if entry.theme.key == _THEME:
            rows = features(entry).filter(code__in=codes, level="commune", valid_to__isnull=True)
            for row in rows:
                outline = shapely.from_wkb(bytes(row.geom.wkb))
                found[row.code] = Ward(row.code, row.name or row.code, outline)
    return sorted(found.values(), key=lambda ward: ward.name)
