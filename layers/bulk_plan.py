"""What a bulk write is told: the layer, the columns that a file fills, and its rows in batches."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from django.db import connections, models
from django.db.models.fields import NOT_PROVIDED

from gis_core.access import STAFF_DATABASE
from gis_core.models import ChangeSet
from layers.binary_rows import binary_copy
from layers.feature import Layer
from layers.registry import Theme, theme_by_key

Box = tuple[float, float, float, float]
INHERITED_WRITABLE = ("name", "names", "valid_from", "valid_to", "sensitivity", "extra")


@dataclass(frozen=True)
class StagedColumn:
    """A column that the file fills. `sql_type` is the type of its Arrow values.

    `json_keys` are the keys of a JSON column that the file speaks about; others stay as they are.
    None: the file speaks about the whole column.
    """

    name: str
    sql_type: str
    json_keys: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Plan:
    """Which layer is filled, from which columns."""

    layer: Layer
    columns: tuple[StagedColumn, ...]

    @property
    def theme(self) -> Theme:
        """Return the layer's theme."""
        return theme_by_key(self.layer.theme)

    @property
    def table(self) -> str:
        """Return the quoted name of the theme's table."""
        return quote(self.theme.table)

    def fills(self, name: str) -> bool:
        """Tell whether the file fills the column."""
        return any(column.name == name for column in self.columns)

    def copy_type(self, column: StagedColumn) -> str:
        """Return the SQL type in which COPY carries a column: exact numbers as what they are."""
        model_field = writable_fields(self.theme)[column.name]
        if isinstance(model_field, models.DecimalField):
            return f"numeric({model_field.max_digits},{model_field.decimal_places})"
        return column.sql_type

    def blank_values(self) -> dict[str, Any]:
        """Return column → value for what the file leaves out and no default of the table fills."""
        return {
            name: model_field.get_default() or ""
            for name, model_field in writable_fields(self.theme).items()
            if not self.fills(name)
            and not model_field.null
            and model_field.db_default is NOT_PROVIDED
            and not isinstance(model_field, models.JSONField)
        }


@dataclass(frozen=True)
class StagedRows:
    """A batch of rows that passed the importer, as Arrow columns of one length.

    `numbers` count the rows of the file from 1 (int32); `shapes` are EWKB in EPSG:4326 of the
    layer's stored type, valid, with outer rings counter-clockwise; `values` are by column name.
    `box_4326` is west, south, east and north of all the shapes.
    """

    numbers: pa.Array
    keys: pa.Array
    shapes: pa.Array
    values: Mapping[str, pa.Array]
    box_4326: Box

    def __len__(self) -> int:
        return len(self.numbers)


@dataclass(frozen=True)
class Written:
    """What a change set of many rows did; `change_set` is None where there was nothing to do."""

    new: int
    changed: int
    change_set: ChangeSet | None
    retired: int = 0


def writable_fields(theme: Theme) -> dict[str, models.Field[Any, Any]]:
    """Return name → model field of what an import may fill."""
    fields: dict[str, models.Field[Any, Any]] = {}
    for name in (*INHERITED_WRITABLE, *theme.own_fields):
        model_field = theme.model._meta.get_field(name)
        if isinstance(model_field, models.Field) and name not in {"geom", "geom_3857"}:
            fields[name] = model_field
    return fields


def quote(name: str) -> str:
    """Return an SQL name in quotes."""
    return str(connections[STAFF_DATABASE].ops.quote_name(name))


def row_fields(plan: Plan, rows: StagedRows) -> list[tuple[pa.Array, str]]:
    """Return (values, SQL type) of the columns that the file fills, in the order of the plan."""
    return [(rows.values[column.name], plan.copy_type(column)) for column in plan.columns]


def staging_copy(plan: Plan, batches: Iterable[StagedRows]) -> Iterator[bytes]:
    """Yield the pieces of one binary COPY of (source_row, feature_key, geom, columns…)."""
    return binary_copy(
        [
            (rows.numbers, "integer"),
            (rows.keys, "text"),
            (rows.shapes, "geometry"),
            *row_fields(plan, rows),
        ]
        for rows in batches
    )
