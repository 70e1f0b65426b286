"""Locks that a process holds as long as it lives: the database gives them back when it is killed.

They tell who is at work on something that takes longer than a transaction, without a clock: work
whose lock is free has ended, in whatever way.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from enum import IntEnum
from functools import cache

from django.db import DatabaseError, InterfaceError, connections

from gis_core.access import STAFF_DATABASE
from gis_core.history import SQL


class Work(IntEnum):
    """What is worked on: the first half of a lock's key, the second is a number of it."""

    IMPORT = 41_001
    INDEXES = 41_002
    QUEUE = 41_003  # one number for each background worker


@cache
def _statement(name: str) -> str:
    return (SQL / f"session_lock_{name}.sql").read_text(encoding="utf-8")


@contextmanager
def session_lock(work: Work, number: int) -> Iterator[bool]:
    """Hold the lock of one piece of work; yields False at once where somebody else holds it."""
    with connections[STAFF_DATABASE].cursor() as cursor:
        cursor.execute(_statement("take"), [int(work), number])
        taken = bool(cursor.fetchone()[0])
    try:
        yield taken
    finally:
        # A connection that is gone has given the lock back already.
        with suppress(DatabaseError, InterfaceError):
            if taken:
                with connections[STAFF_DATABASE].cursor() as cursor:
                    cursor.execute(_statement("release"), [int(work), number])


def held(work: Work, numbers: Sequence[int]) -> frozenset[int]:
    """Return those of `numbers` whose lock somebody holds at this moment."""
    if not numbers:
        return frozenset()
    with connections[STAFF_DATABASE].cursor() as cursor:
        cursor.execute(_statement("held"), [int(work), list(numbers)])
        return frozenset(int(row[0]) for row in cursor.fetchall())


def any_held(work: Work) -> bool:
    """Tell whether somebody is at work of a kind at this moment."""
    with connections[STAFF_DATABASE].cursor() as cursor:
        cursor.execute(_statement("any"), [int(work)])
        return bool(cursor.fetchone()[0])


def awaited_since(session: int) -> datetime | None:
    """Return since when a database session waits for a lock of another one; None if it does not.

    `session` is the number of its server process. A wait of less than a second is none.
    """
    with connections[STAFF_DATABASE].cursor() as cursor:
        cursor.execute(_statement("awaited"), [session])
        since: datetime | None = cursor.fetchone()[0]
        return since
