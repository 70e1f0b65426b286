"""The indexes of a table that is filled for the first time: most come with the rows, some later.

The late ones only make the attribute table sort quickly and an undo find its rows. The map and
every rule of the table do without them, so nobody waits for them, and they are built without
locking anybody out. Whoever builds compares what the models declare with what stands, so it does
not matter who was killed when.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.contrib.postgres.indexes import BrinIndex
from django.db import OperationalError, connections, models
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from django_tasks import task
from psycopg2.errors import LockNotAvailable

from gis_core.access import STAFF_DATABASE
from gis_core.session_lock import Work, session_lock
from layers import bulk_sql
from layers.bulk_sql import is_empty, template
from layers.registry import Theme, themes

logger = logging.getLogger(__name__)

# A build waits for every transaction that is open; a long one must not hold the worker up.
_LONGEST_WAIT_MS = 60_000
_NEXT_TRY = timedelta(minutes=5)
_LATE = (models.Index, BrinIndex)


def take_away(cursor: CursorWrapper, theme: Theme, new_rows: int) -> list[str]:
    """Drop the indexes of an empty table before a large load; return how to build them again.

    Building an index over all rows takes a fraction of the time of entering row by row. It locks
    readers out, so it is done only where there is nothing to read. The late indexes are left to the
    worker, which gets its order with the end of the transaction.
    """
    table = str(connections[STAFF_DATABASE].ops.quote_name(theme.table))
    if new_rows < bulk_sql.BUILD_INDEXES_AFTER or not is_empty(cursor, table):
        return []
    cursor.execute(template("bulk_lock").format(table=table))
    if not is_empty(cursor, table):  # somebody was quicker
        return []
    cursor.execute(template("bulk_indexes").format(table=table))
    found = cursor.fetchall()
    for _name, removal, _definition in found:
        cursor.execute(str(removal))
    late = late_indexes(theme)
    if late:
        order()
    return [str(definition) for name, _removal, definition in found if name not in late]


def late_indexes(theme: Theme) -> dict[str, models.Index]:
    """Return name → index of the plain B-trees and block ranges that a theme declares.

    All other kinds are needed: unique ones are constraints, and what tiles and search need are of
    other classes.
    """
    return {one.name: one for one in theme.model._meta.indexes if type(one) in _LATE}


def missing(theme: Theme) -> list[str]:
    """Return the names of a theme's late indexes that are not there or cannot be used."""
    declared = list(late_indexes(theme))
    if not declared:
        return []
    with connections[STAFF_DATABASE].cursor() as cursor:
        cursor.execute(template("late_indexes_standing"), [declared])
        standing = {str(name) for (name,) in cursor.fetchall()}
    return [name for name in declared if name not in standing]


def all_missing() -> list[str]:
    """Return the names of the late indexes of all themes that are not there or cannot be used."""
    return [name for theme in themes() for name in missing(theme)]


def complete() -> list[str]:
    """Build what is missing, outside a transaction; return the names of what still is.

    Something is left where another process is building or a long transaction is in the way.
    """
    if not all_missing():
        return []
    # Tried, not waited for: a build waits for all statements that run, also for one that waits.
    with session_lock(Work.INDEXES, 0) as mine:
        if mine:
            try:
                with _patience():
                    for theme in themes():
                        _build(theme, missing(theme))
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable):
                    raise
    return all_missing()


def _build(theme: Theme, names: list[str]) -> None:
    """Build indexes of a table; what is left of a build that was interrupted goes first."""
    if not names:
        return
    late = late_indexes(theme)
    with connections[STAFF_DATABASE].schema_editor(atomic=False) as editor:
        for index in (late[name] for name in names):
            for statement in (index.remove_sql, index.create_sql):
                editor.execute(statement(theme.model, editor, concurrently=True), params=None)
        # After a first load nobody has looked at the rows yet: until then the planner guesses.
        table = editor.quote_name(theme.table)
        editor.execute(template("late_indexes_analyze").format(table=table), params=None)


@contextmanager
def _patience() -> Iterator[None]:
    """Let statements take their time, but wait for others only so long."""
    with connections[STAFF_DATABASE].cursor() as cursor:
        cursor.execute(template("late_indexes_limits"))
        before = cursor.fetchone()
        cursor.execute(template("late_indexes_set_limits"), [str(_LONGEST_WAIT_MS), "0"])
        try:
            yield
        finally:
            cursor.execute(template("late_indexes_set_limits"), before)


def order(after: timedelta = timedelta()) -> None:
    """Have the worker build what is missing; inside a transaction, once that has ended."""
    complete_late_indexes.using(run_after=timezone.now() + after).enqueue()


def order_if_missing() -> None:
    """Have the worker build what is missing, where something is."""
    if all_missing():
        order()


@task()
def complete_late_indexes() -> None:
    """Build what is missing; what cannot be built now is tried again later."""
    if left := complete():
        logger.info("indexes still to be built: %s", ", ".join(left))
        order(_NEXT_TRY)
