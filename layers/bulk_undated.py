"""Staged rows with a first day beside a feature of their key that has none: told, not joined.

See docs/decisions/0021-undated-units.md.
"""

from dataclasses import dataclass

from django.db import connections

from gis_core.access import STAFF_DATABASE
from layers.bulk_plan import Plan, quote
from layers.bulk_sql import template

FIRST_DAY = "valid_from"
_MOST = 1_000


@dataclass(frozen=True)
class Undated:
    """A new row of the file, and the key of the feature without a first day."""

    row: int
    feature_key: str
    place_4326: tuple[float, float]


def undated(plan: Plan) -> list[Undated]:
    """Return classified new rows whose key, but for the first day, is that of a valid feature.

    Only in themes whose key names the first day, and at most a thousand. Must run after
    `Staging.classify`, in its transaction.
    """
    key = plan.theme.natural_key
    staged = {column.name for column in plan.columns}
    if FIRST_DAY not in key or FIRST_DAY not in staged:
        return []
    parts = [
        f"coalesce(s.{quote(name)}::text, '')" if name in staged and name != FIRST_DAY else "''"
        for name in key
    ]
    statement = template("bulk_undated").format(
        table=plan.table,
        layer_id=int(plan.layer.pk),
        stem=" || '/' || ".join(parts),
        most=_MOST,
    )
    with connections[STAFF_DATABASE].cursor() as cursor:
        cursor.execute(statement)
        return [
            Undated(int(row), str(found), (float(lon), float(lat)))
            for row, found, lon, lat in cursor.fetchall()
        ]
