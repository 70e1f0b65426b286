"""Overlaps and slivers beside edited areas, and shapes outside the city: set-based, in metres."""

from collections.abc import Sequence
from typing import Any

import shapely
from django.db import connections
from django.utils.translation import gettext
from psycopg2 import Binary

from gis_core.access import STAFF_DATABASE, Actor, clearance
from gis_core.city import city
from gis_core.crs import STORAGE_SRID
from layers.bulk_sql import template
from layers.changes import Operation
from layers.display import number
from layers.merge import GEOMETRY
from layers.problem import ERROR, WARNING, Problem
from layers.registry import AREA
from layers.themes.admin_units import AdminUnit

# Areas of these themes tile the ground; elsewhere a pond may lie in a park.
TILING = frozenset({"parcels", "planned_land_use", "admin_units"})
GAP_M = 0.5  # a narrower strip between two areas is a slip of drawing, not a lane
_REACH_DEG = 0.00001  # about 1 m
_LEAST_OVERLAP_M2 = 0.1  # below lies the rounding of coordinates to 1 cm
_LEAST_GAP_M2 = 0.05
_MOST = 200


def neighbours(
    actor: Actor, shapes: Sequence[Operation], every: Sequence[Operation]
) -> list[Problem]:
    """Return overlaps and slivers of valid new shapes; `every` names all steps of the set."""
    found: list[Problem] = []
    for slug in dict.fromkeys(step.layer.slug for step in shapes):
        group = [step for step in shapes if step.layer.slug == slug]
        entry = group[0].layer
        if entry.theme.key in TILING and entry.layer.geometry_type == AREA:
            touched = [s.feature_id for s in every if s.layer.slug == slug and s.feature_id]
            found += [_problem(row) for row in _rows(actor, group, touched)]
    return found


def _rows(actor: Actor, group: Sequence[Operation], touched: list[int]) -> list[Any]:
    entry = group[0].layer
    connection = connections[STAFF_DATABASE]
    statement = template("check_neighbours").format(
        table=connection.ops.quote_name(entry.theme.table),
        zone=city().zone.private_srid,
        storage=STORAGE_SRID,
        reach_deg=_REACH_DEG,
        gap_m=GAP_M,
        least_overlap_m2=_LEAST_OVERLAP_M2,
        least_gap_m2=_LEAST_GAP_M2,
        most=_MOST,
    )
    sought: dict[str, Any] = {
        "keys": [step.key for step in group],
        "ids": [step.feature_id for step in group],
        "shapes": [Binary(shapely.to_wkb(step.geometry_4326)) for step in group],
        "touched": touched,
        "layer_id": entry.layer.pk,
        "level": clearance(actor, entry.theme.key, entry.slug),
        "current_only": entry.layer.current_only,
        "today": actor.today,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, sought)
        return list(cursor.fetchall())


def _problem(row: Any) -> Problem:
    code, key, called, area_m2, before_m2, place = row
    spot = shapely.from_wkb(bytes(place))
    facts = {"area": number(area_m2, 2), "other": called}
    if code == "gap":
        text = gettext("A strip of %(area)s m² stays free between this area and its neighbours.")
        level = WARNING
    else:
        text = gettext("This area overlaps “%(other)s” by %(area)s m².")
        # What overlapped before is not this editor's doing, and must not stop another correction.
        level = ERROR if area_m2 > before_m2 + _LEAST_OVERLAP_M2 else WARNING
    return Problem(str(key), str(code), text % facts, GEOMETRY, level, (spot.x, spot.y))


def outside_the_city(shapes: Sequence[Operation]) -> list[Problem]:
    """Return a warning for each valid new shape that leaves the city's wards."""
    group = [step for step in shapes if step.layer.theme.key != "admin_units"]
    if not group:
        return []
    connection = connections[STAFF_DATABASE]
    statement = template("check_city").format(
        wards=connection.ops.quote_name(AdminUnit._meta.db_table), storage=STORAGE_SRID
    )
    sought = {
        "codes": list(city().ward_codes),
        "keys": [step.key for step in group],
        "shapes": [Binary(shapely.to_wkb(step.geometry_4326)) for step in group],
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, sought)
        keys = [str(key) for (key,) in cursor.fetchall()]
    text = gettext("This lies outside the wards of the city.")
    return [Problem(key, "outside_city", text, GEOMETRY, WARNING) for key in keys]
