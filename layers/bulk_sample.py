"""What a person is shown of staged rows before they are written: some, and where all lie."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections

from gis_core.access import STAFF_DATABASE
from layers.bulk import Staging
from layers.bulk_plan import quote
from layers.bulk_sql import template

REJECTED = "rejected"
GEOMETRY = "geom"
_MANY_CORNERS = 200
_TOLERANCE_DEG = 0.00001  # about 1 m, for the shapes with many corners


@dataclass(frozen=True)
class SampledRow:
    """A row of the file and what becomes of it: `kind` is new, changed, same or rejected.

    `shape_4326` is GeoJSON. `differs` is field → new value of a changed row; `geom` stands for the
    shape, its value is None.
    """

    row: int
    kind: str
    feature_key: str
    feature_id: int | None
    shape_4326: dict[str, Any]
    differs: dict[str, Any]


@dataclass(frozen=True)
class Square:
    """How many rows of one kind lie in one square of a grid, and their middle in EPSG:4326."""

    kind: str
    rows: int
    place_4326: tuple[float, float]


def sample(staging: Staging, most: int, wanted: Sequence[int] = ()) -> list[SampledRow]:
    """Return at most `most` rows of each kind, spread over the file, and the `wanted` rows.

    Must run after `Staging.classify`, in its transaction, as all of this module.
    """
    statement = template("bulk_sample").format(
        table=staging.plan.table,
        most=int(most),
        many_corners=_MANY_CORNERS,
        tolerance_deg=_TOLERANCE_DEG,
        differences="".join(_pair(name, *sql) for name, sql in staging.differences().items()),
    )
    with connections[STAFF_DATABASE].cursor() as cursor:
        cursor.execute(statement, {"rows": list(wanted)})
        return [
            SampledRow(int(row), kind, key, known, json.loads(shape), json.loads(differs or "{}"))
            for row, kind, key, known, shape, differs in cursor.fetchall()
        ]


def _pair(name: str, test: str, value: str) -> str:
    plain = name.replace("'", "''").replace("%", "%%")
    shown = "NULL" if name == GEOMETRY else value
    return (
        f"\n           || CASE WHEN {test} THEN jsonb_build_object('{plain}', {shown})"
        " ELSE '{}'::jsonb END"
    )


def spread(staging: Staging, square_deg: float, most: int) -> list[Square]:
    """Return where all rows lie, at most `most` squares, the fullest first."""
    statement = template("bulk_spread").format(square_deg=float(square_deg), most=int(most))
    with connections[STAFF_DATABASE].cursor() as cursor:
        cursor.execute(statement)
        return [
            Square(kind, int(rows), (float(lon), float(lat)))
            for kind, rows, lon, lat in cursor.fetchall()
        ]


def missing_ids(staging: Staging, most: int) -> list[int]:
    """Return ids of valid features that no row speaks about."""
    values = {"table": staging.plan.table, "layer_id": int(staging.plan.layer.pk)}
    statement = template("bulk_missing").format(**values, what=f"t.{quote('id')}")
    with connections[STAFF_DATABASE].cursor() as cursor:
        cursor.execute(f"{statement} ORDER BY 1 LIMIT {int(most)}")
        return [int(known) for (known,) in cursor.fetchall()]
