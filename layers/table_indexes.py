"""The indexes of a table that is filled for the first time: rules come with the rows, others late.

Those of the map are built side by side as soon as the rows are there, each by a connection of its
own; those of the search, those that only make the attribute table sort quickly and that by which an
undo finds its rows come last, without locking anybody out. Every rule of the table does without
them. Whoever builds compares what the models declare with what stands, so it does not matter who
was killed when.
"""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from django.contrib.postgres.indexes import GistIndex
from django.db import OperationalError, ProgrammingError, connections, models, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from django_tasks import task
from psycopg2.errors import DuplicateTable, LockNotAvailable

from gis_core.access import STAFF_DATABASE
from gis_core.session_lock import Work, session_lock
from layers import bulk_sql
from layers.bulk_sql import is_empty, template
from layers.registry import Theme, themes

logger = logging.getLogger(__name__)

# A build waits for every transaction that is open; a long one must not hold the worker up.
_LONGEST_WAIT_MS = 60_000
_NEXT_TRY = timedelta(minutes=5)
_AT_ONCE = GistIndex  # of the map


def take_away(cursor: CursorWrapper, theme: Theme, new_rows: int) -> list[str]:
    """Drop the indexes of an empty table before a large load; return how to build them again.

    Building an index over all rows takes a fraction of the time of entering row by row. It locks
    readers out, so it is done only where there is nothing to read. The late indexes are begun when
    the transaction has ended; the worker gets its order with the end and builds what is not there.
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
    order()
    transaction.on_commit(partial(build_at_once, theme), using=STAFF_DATABASE, robust=True)
    late = late_indexes(theme)
    return [str(definition) for name, _removal, definition in found if name not in late]


def late_indexes(theme: Theme) -> dict[str, models.Index]:
    """Return name → index that a theme declares; those that are rules are constraints."""
    return {one.name: one for one in theme.model._meta.indexes}


def missing(theme: Theme) -> list[str]:
    """Return the names of a theme's late indexes that are not there or cannot be used."""
    declared = list(late_indexes(theme))
    with connections[STAFF_DATABASE].cursor() as cursor:
        cursor.execute(template("late_indexes_standing"), [declared])
        standing = {str(name) for (name,) in cursor.fetchall()}
    return [name for name in declared if name not in standing]


def all_missing() -> list[str]:
    """Return the names of the late indexes of all themes that are not there or cannot be used."""
    return [name for theme in themes() for name in missing(theme)]


def build_at_once(theme: Theme) -> None:
    """Build what the map needs, all at the same time; writers wait, readers do not.

    What cannot be built now is left to the worker.
    """
    late = late_indexes(theme)
    with session_lock(Work.INDEXES, 0) as mine:
        names = [name for name in missing(theme) if isinstance(late[name], _AT_ONCE)]
        if mine and names:
            pool = ThreadPoolExecutor(len(names), thread_name_prefix="index")
            with _giving_up_in_time(), pool:
                list(pool.map(partial(_build_alone, theme), names))


def _build_alone(theme: Theme, name: str) -> None:
    """Build one index by a connection of this thread."""
    connection = connections[STAFF_DATABASE]
    try:
        with _patience(), connection.schema_editor(atomic=False) as editor:
            index = late_indexes(theme)[name]
            for statement in (index.remove_sql, index.create_sql):
                editor.execute(statement(theme.model, editor), params=None)
    finally:
        connection.close()


def complete() -> list[str]:
    """Build what is missing, outside a transaction; return the names of what still is.

    Something is left where another process is building or a long transaction is in the way.
    """
    if not all_missing():
        return []
    # Tried, not waited for: a build waits for all statements that run, also for one that waits.
    with session_lock(Work.INDEXES, 0) as mine:
        if mine:
            with _giving_up_in_time(), _patience():
                for theme in themes():
                    _build(theme, missing(theme))
    return all_missing()


@contextmanager
def _giving_up_in_time() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise


def _build(theme: Theme, names: list[str]) -> None:
    """Build indexes of a table; what is left of a build that was interrupted goes first."""
    if not names:
        return
    late = late_indexes(theme)
    with connections[STAFF_DATABASE].schema_editor(atomic=False) as editor:
        for index in (late[name] for name in names):
            with _unless_it_stands():
                for statement in (index.remove_sql, index.create_sql):
                    editor.execute(statement(theme.model, editor, concurrently=True), params=None)
        # After a first load nobody has looked at the rows yet: until then the planner guesses.
        table = editor.quote_name(theme.table)
        editor.execute(template("late_indexes_analyze").format(table=table), params=None)


@contextmanager
def _unless_it_stands() -> Iterator[None]:
    """Pass over an index that is there by now: sessions outlive a killed load for a while."""
    try:
        yield
    except ProgrammingError as error:
        if not isinstance(error.__cause__, DuplicateTable):
            raise


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
