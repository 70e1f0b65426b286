"""A shorter time for single statements than the login allows."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connections, transaction
from django.db.backends.utils import CursorWrapper
from psycopg2.errors import QueryCanceled


class TookTooLong(Exception):
    """A statement ran into the limit and was stopped by the database; nothing else was harmed."""


@contextmanager
def time_limit(alias: str, limit_ms: int) -> Iterator[None]:
    """Give each statement of the block at most `limit_ms` on the database login `alias`.

    Raises TookTooLong. The block runs in a transaction, or in a savepoint of the one that is open.
    """
    try:
        with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout')")
            (before,) = cursor.fetchone()
            _set(cursor, str(limit_ms))
            yield
            # An outer transaction goes on under its own limit; a rollback restores it by itself.
            _set(cursor, before)
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TookTooLong from error
        raise


def _set(cursor: CursorWrapper, limit: str) -> None:
    cursor.execute("SELECT set_config('statement_timeout', %s, true)", [limit])
