"""Why work on an import failed though file and answers are right, in words for who waits for it."""

import errno
import logging

from django.db import Error, connections
from psycopg2 import InterfaceError, OperationalError
from psycopg2.errors import (
    AdminShutdown,
    CrashShutdown,
    DeadlockDetected,
    DiskFull,
    InsufficientResources,
    LockNotAvailable,
    QueryCanceled,
    ReadOnlySqlTransaction,
    SerializationFailure,
)

from gis_core.access import STAFF_DATABASE
from importers.words import Words, sentence

logger = logging.getLogger(__name__)
_CAUSES: tuple[tuple[tuple[type[Exception], ...], str], ...] = (
    ((DeadlockDetected, LockNotAvailable, SerializationFailure), "in_the_way"),
    ((DiskFull, InsufficientResources), "no_room"),
    ((ReadOnlySqlTransaction,), "read_only"),
    ((QueryCanceled,), "broken_off"),
)
_FULL = {errno.ENOSPC, errno.EDQUOT}


def reason(error: Error | OSError) -> Words | None:
    """Return why nothing was written and what to do; None where the work was cut off instead.

    Cut off is work whose database went away: the import is found interrupted by itself.
    """
    if isinstance(error, OSError):
        found = sentence("no_room") if error.errno in _FULL else None
    else:
        found = _of_database(error)
    if found is not None:
        logger.error("An import could not be written.", exc_info=error)
    return found


def _of_database(error: Error) -> Words | None:
    for kinds, code in _CAUSES:
        if isinstance(error.__cause__, kinds):
            return sentence(code)
    if _is_lost(error.__cause__) or not connections[STAFF_DATABASE].is_usable():
        return None
    return sentence("refused_by_database", reason=str(error).partition("\n")[0])


def _is_lost(cause: BaseException | None) -> bool:
    """Tell whether a session has ended; by now another one may stand in its place and be usable."""
    if isinstance(cause, (AdminShutdown, CrashShutdown, InterfaceError)):
        return True
    # A server that answered names a code; one that is gone does not.
    return isinstance(cause, OperationalError) and cause.pgcode is None
