"""Beside the work on an import: writes how far it is, and stops it when somebody asks for that.

The work is one long transaction that nobody else can look into, so this runs in a thread with a
database connection of its own.
"""

from contextlib import ExitStack
from datetime import datetime
from threading import Event, Thread
from time import monotonic
from types import TracebackType
from typing import Any

from django.db import DatabaseError, InterfaceError, connections

from gis_core.access import STAFF_DATABASE
from gis_core.session_lock import awaited_since
from importers.models import ImportJob
from importers.stopping import Stopped, stop_if_asked, stoppable_by
from importers.wizard.time_left import COMPARING, READING, WRITING, TimeLeft

PAUSE_S = 0.2  # between two looks: five writes a second at most, and a stop well within two


class Watch:
    """Progress and stop of one attempt. Use as a context around the work; raises Stopped there."""

    def __init__(self, job: ImportJob) -> None:
        self._wish, self._over = Event(), Event()
        self._rows = ImportJob.objects.using(STAFF_DATABASE).filter(
            pk=job.pk, attempt=job.attempt, state=job.state
        )
        self._stage, self._done = "", 0
        self._total: int | None = None
        self._after_reading = WRITING if job.state == ImportJob.State.WRITING else COMPARING
        self._time_left = TimeLeft(self._after_reading)
        self._told: dict[str, Any] = {}
        self._rows_seen = -1
        self._stack = ExitStack()
        self._thread = Thread(target=self._loop, name=f"import-{job.pk}", daemon=True)
        connections[STAFF_DATABASE].ensure_connection()
        self._work: Any = connections[STAFF_DATABASE].connection
        self._session = int(self._work.get_backend_pid())

    @property
    def stopped(self) -> bool:
        """Tell whether somebody asked to stop."""
        return self._wish.is_set()

    def progress(self, done: int, total: int | None) -> None:
        """Take (rows done, rows in all or None) from the work; raises Stopped."""
        finished = total is not None and done >= total
        self._stage = self._after_reading if finished else READING
        self._done, self._total = done, total
        self._time_left.rows(monotonic(), done, total)
        if self.stopped:  # not by the wish of this thread: rows are read in another one
            raise Stopped

    def __enter__(self) -> "Watch":
        """Begin to look; at once, so that a wish of before is not overlooked."""
        self._look()
        self._stack.enter_context(stoppable_by(self._wish))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End; afterwards nothing is interrupted any more."""
        self._over.set()
        self._thread.join()
        self._stack.close()

    def begin(self) -> None:
        """Raise Stopped where the work need not even begin."""
        stop_if_asked()

    def _loop(self) -> None:
        try:
            while not self._over.wait(PAUSE_S):
                try:
                    self._look()
                    if self.stopped:
                        self._work.cancel()  # the statement that runs now, until the work ends
                except (DatabaseError, InterfaceError):
                    # A restart of the database; the work notices it by itself.
                    connections[STAFF_DATABASE].close()
        finally:
            connections[STAFF_DATABASE].close()

    def _look(self) -> None:
        told = {
            "stage": self._stage,
            "rows_done": self._done,
            "rows_total": self._total,
            "blocked_since": self._blocked_since(),
            "seconds_left": self._time_left.seconds(monotonic(), self._done, self._total),
        }
        if told != self._told:
            self._rows.update(**told)
            self._told = told
        if self._rows.filter(cancel_requested=True).exists():
            self._wish.set()

    def _blocked_since(self) -> datetime | None:
        """Return since when another change is in the way; asked only while no row comes."""
        moved = self._done != self._rows_seen
        self._rows_seen = self._done
        return None if moved else awaited_since(self._session)
