"""Overlaps of staged areas with what a layer holds besides: found before anything is written."""

from dataclasses import dataclass

from django.db import connections

from gis_core.access import STAFF_DATABASE
from gis_core.city import city
from layers.bulk_plan import Plan
from layers.bulk_sql import template
from layers.neighbour_checks import TILING
from layers.registry import AREA

_LEAST_M2 = 0.1  # below lies the rounding of coordinates to 1 cm
_MOST = 1_000


@dataclass(frozen=True)
class Overlap:
    """A row of the file over a feature of the layer; `area_m2` in the city's VN-2000 zone."""

    row: int
    feature_key: str
    area_m2: float
    place_4326: tuple[float, float]


def overlaps(plan: Plan) -> list[Overlap]:
    """Return where classified new and changed rows overlap features that the file leaves alone.

    Only in themes whose areas tile the ground, and at most a thousand. Must run after
    `Staging.classify`, in its transaction.
    """
    if plan.layer.geometry_type != AREA or plan.theme.key not in TILING:
        return []
    statement = template("bulk_overlaps").format(
        table=plan.table,
        layer_id=int(plan.layer.pk),
        zone=city().zone.private_srid,
        least_m2=_LEAST_M2,
        most=_MOST,
    )
    with connections[STAFF_DATABASE].cursor() as cursor:
        cursor.execute(statement)
        return [
            Overlap(int(row), str(key), float(area), (float(lon), float(lat)))
            for row, key, area, lon, lat in cursor.fetchall()
        ]
