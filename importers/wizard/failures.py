"""Why work on an import failed though file and answers are right, in words for who waits for it."""

import errno
import logging

from django.db import Error, connections
from django.utils.translation import gettext
from psycopg2.errors import (
    DeadlockDetected,
    DiskFull,
    InsufficientResources,
    LockNotAvailable,
    QueryCanceled,
    ReadOnlySqlTransaction,
    SerializationFailure,
)

from gis_core.access import STAFF_DATABASE

logger = logging.getLogger(__name__)
_IN_THE_WAY = (DeadlockDetected, LockNotAvailable, SerializationFailure)
_NO_ROOM = (DiskFull, InsufficientResources)
_FULL = {errno.ENOSPC, errno.EDQUOT}


def reason(error: Error | OSError) -> str | None:
    """Return why nothing was written and what to do; None where the work was cut off instead.

    Cut off is work whose database went away: the import is found interrupted by itself.
    """
    if isinstance(error, OSError):
        found = _no_room() if error.errno in _FULL else None
    else:
        found = _of_database(error)
    if found is not None:
        logger.error("An import could not be written.", exc_info=error)
    return found


def _of_database(error: Error) -> str | None:
    cause = error.__cause__
    if isinstance(cause, _IN_THE_WAY):
        return gettext(
            "Somebody else is changing the same data at this moment, so nothing was written. Wait"
            " a minute, then try again."
        )
    if isinstance(cause, _NO_ROOM):
        return _no_room()
    if isinstance(cause, ReadOnlySqlTransaction):
        return gettext(
            "The database takes no changes at this moment, so nothing was written. Try again later;"
            " if it stays so, tell the administrator."
        )
    if isinstance(cause, QueryCanceled):
        return gettext(
            "The database broke the work off, so nothing was written. Try again; if it happens once"
            " more, tell the administrator."
        )
    if not connections[STAFF_DATABASE].is_usable():
        return None
    words = gettext(
        "The database refused the data (%(reason)s), so nothing was written. Please send these"
        " words to the administrator; the file and your answers are kept."
    )
    return words % {"reason": str(error).partition("\n")[0]}


def _no_room() -> str:
    return gettext(
        "The server has no room left, so nothing was written. Tell the administrator; the file and"
        " your answers are kept, so you can try again later."
    )
