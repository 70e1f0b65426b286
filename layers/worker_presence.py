"""Tasks whose worker died between taking them and beginning: another worker takes them again.

A worker holds a lock by its name as long as it lives, in a database session of its own. A task
that runs in the name of a worker without that lock was left behind and goes back into the queue.
Every task of ours may come twice: the second time it finds nothing to do. So a worker that only
lost its session for a moment does no harm.
"""

import logging
from threading import Event, Thread
from types import TracebackType
from zlib import crc32

from django.db import DatabaseError, InterfaceError, connections
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from gis_core.access import STAFF_DATABASE
from gis_core.session_lock import Work, held, session_lock

logger = logging.getLogger(__name__)
PAUSE_S = 2.0  # between two looks for tasks that were left behind
_FIRST_S = 10.0  # within which a database that is there has given the lock


class Presence:
    """The lock of one worker, held from a thread. Use as a context around all of its work."""

    def __init__(self, worker_id: str) -> None:
        self._number = number_of(worker_id)
        self._held, self._over = Event(), Event()
        self._thread = Thread(target=self._loop, name="presence", daemon=True)

    def __enter__(self) -> "Presence":
        """Begin; afterwards the worker may take tasks."""
        self._thread.start()
        self._held.wait(_FIRST_S)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End: from now on what runs in this worker's name was left behind."""
        self._over.set()
        self._thread.join()

    def _loop(self) -> None:
        while not self._over.is_set():
            try:
                with session_lock(Work.QUEUE, self._number) as mine:
                    self._held.set()
                    while mine and not self._over.wait(PAUSE_S):
                        give_back()
            except (DatabaseError, InterfaceError):
                logger.warning("The worker has lost its session and takes another one.")
            connections[STAFF_DATABASE].close()
            self._over.wait(PAUSE_S)


def number_of(worker_id: str) -> int:
    """Return the number of a worker's lock, which fits into a positive int4."""
    return crc32(worker_id.encode()) & 0x7FFF_FFFF


def give_back() -> int:
    """Put tasks that dead workers left behind back into the queue; return how many."""
    running = DBTaskResult.objects.using(STAFF_DATABASE).filter(status=TaskResultStatus.RUNNING)
    claims = {task.pk: list(task.worker_ids) for task in running if task.worker_ids}
    # The rows first, then the locks: who claims a task holds the lock already.
    alive = held(Work.QUEUE, [number_of(names[-1]) for names in claims.values()])
    left = {pk: names for pk, names in claims.items() if number_of(names[-1]) not in alive}
    return sum(
        running.filter(pk=pk, worker_ids=names).update(
            status=TaskResultStatus.READY, started_at=None
        )
        for pk, names in left.items()
    )
