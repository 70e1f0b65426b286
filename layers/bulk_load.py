"""The first load of a large layer: rows go straight into the empty table, its indexes come last.

Nothing has to be compared with what is there, so no staging table is needed. What only a
comparison can find (a key that comes twice, a taken address) breaks a rule of the table here, and
nothing is written: the caller then goes the way of `layers.bulk`, which says which rows they are.
"""

import json
from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connections, models
from django.db.backends.utils import CursorWrapper

from gis_core import access, history
from gis_core.access import STAFF_DATABASE, Action, Actor
from gis_core.crs import STORAGE_SRID, TILE_SRID
from gis_core.models import ChangeSet
from gis_core.prefetch import prefetched
from gis_core.text_folding import fold
from layers import bulk_sql, feature_ids
from layers.binary_rows import Columns, binary_copy
from layers.bulk_plan import Box, Plan, StagedRows, Written, quote, row_fields, writable_fields
from layers.bulk_sql import template
from layers.byte_stream import copy_in
from layers.feature_ids import ReservedIds
from layers.table_indexes import take_away


class NotAFirstLoad(Exception):
    """The rows cannot go straight into the table; nothing was written."""


def suits(plan: Plan, expected_rows: int | None) -> bool:
    """Tell whether a load may go straight into the table: many rows, and no row there yet.

    Rows with a last day are left out: several of one key are allowed, which the table does not
    judge as the comparison does.
    """
    if expected_rows is None or expected_rows < bulk_sql.BUILD_INDEXES_AFTER:
        return False
    if plan.fills("valid_to") or not all(isinstance(v, str) for v in plan.blank_values().values()):
        return False
    with connections[STAFF_DATABASE].cursor() as cursor:
        return bulk_sql.is_empty(cursor, plan.table)


def load(
    actor: Actor,
    plan: Plan,
    batches: Iterable[StagedRows],
    *,
    expected_rows: int,
    title: str,
    source_id: int | None,
) -> Written:
    """Write all rows as one change set, or nothing.

    `expected_rows` is what the file claims. Raises NotAFirstLoad for more rows or a table that is
    no longer empty, IntegrityError when a row breaks a rule of the table, NotAllowed, SignInNeeded.
    """
    access.require(actor, Action.IMPORT, plan.layer.theme, plan.layer.slug)
    with (
        history.change_set(actor, title=title, channel=ChangeSet.Channel.IMPORT) as entry,
        connections[STAFF_DATABASE].cursor() as cursor,
    ):
        indexes = take_away(cursor, plan.theme, expected_rows)
        if not indexes:
            raise NotAFirstLoad
        ids = feature_ids.reserve(cursor, expected_rows)
        judges = _suspend(cursor, plan.table)
        boxes: list[Box] = []
        rows = _rows_of_table(plan, _noting(batches, boxes), ids, (entry.pk, source_id))
        new = copy_in(cursor, _statement(plan), prefetched(binary_copy(rows)))
        _log(cursor, plan, boxes)
        for definition in (*judges, *indexes):
            cursor.execute(definition)
        return Written(new, 0, entry)


def _suspend(cursor: CursorWrapper, table: str) -> list[str]:
    """Take away what judges or logs each new row of a locked table; return what brings it back.

    The rows of a first load have been judged by the importer, all belong to one layer and change
    set, and their log is one box.
    """
    cursor.execute(template("bulk_suspended").format(table=table))
    found = cursor.fetchall()
    for removal, _definition in found:
        cursor.execute(str(removal))
    return [str(definition) for _removal, definition in found]


def _noting(batches: Iterable[StagedRows], boxes: list[Box]) -> Iterator[StagedRows]:
    for rows in batches:
        boxes.append(rows.box_4326)
        yield rows


def _log(cursor: CursorWrapper, plan: Plan, boxes: list[Box]) -> None:
    """Tell open maps and kept tiles what the suspended trigger would have told them."""
    layer_id = int(plan.layer.pk)
    if plan.fills("sensitivity") or not boxes:
        cursor.execute(template("bulk_log").format(table=plan.table, layer_id=layer_id))
        return
    west, south, east, north = zip(*boxes, strict=True)
    box = {"west": min(west), "south": min(south), "east": max(east), "north": max(north)}
    systems = {"stored": STORAGE_SRID, "tiles": TILE_SRID}
    level = plan.theme.model._meta.get_field("sensitivity").get_default()
    statement = template("bulk_log_box").format(layer_id=layer_id)
    cursor.execute(statement, {**box, **systems, "level": level})


def _statement(plan: Plan) -> str:
    names = [column.name for column in plan.columns] + list(plan.blank_values())
    return template("bulk_load").format(
        table=plan.table, columns="".join(f", {quote(name)}" for name in names)
    )


def _rows_of_table(
    plan: Plan,
    batches: Iterable[StagedRows],
    ids: ReservedIds,
    origin: tuple[int, int | None],
) -> Iterator[Columns]:
    """Yield the columns of each batch in the order of `_statement`."""
    done = 0
    for rows in batches:
        count = len(rows)
        if done + count > ids.count:
            raise NotAFirstLoad
        change_set_id, source_id = (pa.repeat(pa.scalar(one, pa.int64()), count) for one in origin)
        blanks = [(pa.repeat(value, count), "text") for value in plan.blank_values().values()]
        yield [
            (pa.array(ids.some(done, done + count)), "bigint"),
            (pa.repeat(plan.layer.pk, count), "bigint"),
            (change_set_id, "bigint"),
            (source_id, "bigint"),
            (rows.numbers, "integer"),
            (rows.keys, "text"),
            (search_text(plan, rows), "text"),
            (rows.shapes, "geometry"),
            *row_fields(plan, rows),
            *blanks,
        ]
        done += count


def search_text(plan: Plan, rows: StagedRows) -> pa.Array:
    """Return the folded text that search looks in, as layers.changes.search_text makes it."""
    fields = writable_fields(plan.theme)
    parts = [
        _words(rows.values[name])
        if isinstance(fields[name], models.JSONField)
        else pc.fill_null(rows.values[name].cast(pa.string()), "")
        for name in plan.theme.search_fields
        if name in rows.values
    ]
    if not parts:
        return pa.repeat("", len(rows))
    codes = pc.binary_join_element_wise(*parts, " ").dictionary_encode()
    folded = [fold(text) for text in codes.dictionary.to_pylist()]
    return pa.array(folded, pa.string()).take(codes.indices)


def _words(objects: pa.Array) -> pa.Array:
    """Return the texts of JSON objects, in the order in which the database keeps their keys."""
    codes = pc.fill_null(objects.cast(pa.string()), "{}").dictionary_encode()
    joined = []
    for text in codes.dictionary.to_pylist():
        named = sorted(json.loads(text).items(), key=lambda item: (len(item[0]), item[0]))
        joined.append(" ".join(str(word) for _, word in named if word not in {None, ""}))
    return pa.array(joined, pa.string()).take(codes.indices)
