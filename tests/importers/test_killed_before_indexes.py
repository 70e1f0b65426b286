"""Killed between the COMMIT of a first load and its late indexes: rows stay, indexes follow.

Locks of the test hold the load up at the wanted moment, so nothing depends on how quick it is.
"""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from private_installation import ROOT, Installation
from small_files import parcels

from gis_core.session_lock import Work
from layers import table_indexes
from layers.registry import theme_by_key

pytestmark = pytest.mark.usefixtures("database")  # in the group that has a database server
SLUG, ROWS, PATIENCE_S = "zz-late", 40, 120.0
LATE = set(table_indexes.late_indexes(theme_by_key("parcels")))
LOADER = "import sys; from killed_worker import work; work(*sys.argv[1:4], few=True)"
TABLE = "city.layers_parcel"
_WAITING = (
    "SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = %s"
    f" AND relation = '{TABLE}'::regclass"
)
_AMONG_THE_LAST = (
    "SELECT count(*) FROM pg_index AS i JOIN pg_locks AS l ON NOT l.granted"
    f" WHERE i.indrelid = '{TABLE}'::regclass AND NOT i.indisvalid AND l.locktype = 'virtualxid'"
)
_AT_WORK = (
    f"SELECT {{}} FROM pg_locks WHERE relation = '{TABLE}'::regclass AND NOT pid = ANY (%s)"
    f" OR locktype = 'advisory' AND classid = {int(Work.INDEXES)}"
)

_FAILED = "SELECT count(*) FROM city.django_tasks_database_dbtaskresult WHERE status = 'FAILED'"


class Database:
    """What the test itself sees and locks; each lock has a session of its own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.own: list[int] = []
        self._stack = ExitStack()
        self._pool = self._stack.enter_context(ThreadPoolExecutor())

    def close(self) -> None:
        self._stack.close()

    def ask(self, statement: str, *values: Any) -> list[Any]:
        """Return the first column of what a statement finds."""
        session = psycopg2.connect(self._url)
        with session, session.cursor() as cursor:
            cursor.execute(statement, values)
            found = [row[0] for row in cursor.fetchall()] if cursor.description else []
        session.close()
        return found

    def until(self, statement: str, *values: Any, count: int) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while self.ask(statement, *values) != [count]:
            assert time.monotonic() < deadline, (statement, values)
            time.sleep(0.02)

    def lock(self, mode: str) -> psycopg2.extensions.connection:
        """Lock the parcels in a session of its own, which is returned; `rollback` lets them go."""
        session = psycopg2.connect(self._url)
        self._stack.callback(session.close)
        self.own.append(session.get_backend_pid())
        with session.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {TABLE} IN {mode} MODE")
        return session

    def queue(self, mode: str) -> Future[psycopg2.extensions.connection]:
        """Wait in the queue for a lock of the parcels, behind those who wait already."""
        queued = self._pool.submit(self.lock, mode)
        self.until(_WAITING, f"{mode.title().replace(' ', '')}Lock", count=1)
        return queued

    def valid(self) -> set[str]:
        return set(self._indexes("indisvalid"))

    def left_half_built(self) -> list[str]:
        return self._indexes("NOT indisvalid")

    def _indexes(self, condition: str) -> list[str]:
        return self.ask(
            "SELECT c.relname FROM pg_index JOIN pg_class AS c ON c.oid = indexrelid"
            f" WHERE indrelid = '{TABLE}'::regclass AND {condition}"
        )


@pytest.fixture
def database_alone(alone: Installation) -> Iterator[Database]:
    """The database of an installation that may be killed, without parcels and with all indexes."""
    made = Database(alone.database_url)
    made.ask(
        f"ALTER TABLE {TABLE} DISABLE TRIGGER USER; DELETE FROM {TABLE};"
        f"ALTER TABLE {TABLE} ENABLE TRIGGER USER"
    )
    yield made
    made.close()


class Load:
    """A first load in a process of its own, brought to a moment after its COMMIT."""

    def __init__(self, alone: Installation, database: Database, folder: Path) -> None:
        self.alone, self.database, self._folder = alone, database, folder
        self.file = parcels(folder / "thua.shp", ROWS)
        self._process: subprocess.Popen[bytes] | None = None

    def committed(self) -> psycopg2.extensions.connection:
        """Return when the rows are there and no index is; the session returned holds them up.

        Locks of a table are given in the order of asking: who asks while the load has the table
        gets it with the COMMIT, before the load asks again for its indexes.
        """
        reader = self.database.lock("ACCESS SHARE")
        self._process = subprocess.Popen(
            [sys.executable, "-c", LOADER, str(self.file), SLUG, str(self._folder / "media")],
            cwd=ROOT,
            env={**self.alone.environment, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests/importers'}"},
            stderr=subprocess.DEVNULL,
        )
        self.database.until(_WAITING, "AccessExclusiveLock", count=1)
        queued = self.database.queue("ROW EXCLUSIVE")
        reader.rollback()
        writer = queued.result(PATIENCE_S)
        self.database.until(_WAITING, "ShareLock", count=2)
        return writer

    def among_the_last(self) -> psycopg2.extensions.connection:
        """Return when one of the last indexes is half built; the session returned holds it up."""
        first = self.committed()
        queued = self.database.queue("ROW EXCLUSIVE")
        first.rollback()
        writer = queued.result(PATIENCE_S)
        self.database.until(_AMONG_THE_LAST, count=1)
        return writer

    def kill_process(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(PATIENCE_S)

    def kill_sessions(self) -> None:
        self.database.ask(_AT_WORK.format("pg_terminate_backend(pid)"), self.database.own)
        self.end()

    def kill_database(self) -> None:
        self.alone.crash_database()
        self.end()

    def end(self) -> None:
        """Wait for the process, which has lost its database."""
        assert self._process is not None
        self._process.wait(PATIENCE_S)

    def rows(self) -> list[int]:
        return self.database.ask(
            f"SELECT count(*) FROM {TABLE} AS p JOIN city.layers_layer AS l ON l.id = p.layer_id"
            " WHERE l.slug = %s",
            SLUG,
        )

    def again(self) -> dict[str, Any]:
        """Import the same file once more; return the report."""
        told = self.alone.manage(
            *("import_layer", str(self.file), "--theme", "parcels", "--layer", SLUG),
            *("--apply", "--report-json", "-"),
        )
        return dict(json.loads(told))


@pytest.fixture
def load(alone: Installation, database_alone: Database, tmp_path: Path) -> Iterator[Load]:
    made = Load(alone, database_alone, tmp_path)
    yield made
    with suppress(AssertionError):
        made.kill_process()


@contextmanager
def at_work(alone: Installation) -> Iterator[None]:
    """A worker that ends when its queue is empty; the end of the block waits for it."""
    worker = subprocess.Popen(
        [sys.executable, "manage.py", "worker", "--batch", "--no-startup-delay"],
        cwd=ROOT,
        env=alone.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
        assert worker.wait(PATIENCE_S) == 0
    finally:
        worker.kill()
        worker.wait()


def is_whole(load: Load) -> None:
    """Check that every index stands, none is half built, and the rows are those of the file."""
    assert load.database.valid() >= LATE
    assert load.database.left_half_built() == []
    assert load.database.ask(_FAILED) == [0]
    assert load.rows() == [ROWS]
    found = load.again()
    assert (found["read"], found["same"], found["rejected"]) == (ROWS, ROWS, 0)


Kill = Callable[[Load], None]
VICTIMS = [Load.kill_process, Load.kill_sessions, Load.kill_database]


@pytest.mark.parametrize("kill", VICTIMS)
def test_rows_that_are_there_get_their_indexes(load: Load, kill: Kill) -> None:
    before = load.database.valid()
    writer = load.committed()
    kill(load)
    assert load.rows() == [ROWS]
    assert before - load.database.valid() == LATE
    with suppress(psycopg2.Error):  # it may have died with the database
        writer.rollback()
    load.database.until(_AT_WORK.format("count(*)"), [0], count=0)
    with at_work(load.alone):
        pass
    assert load.database.valid() == before
    is_whole(load)


def test_an_index_that_is_left_half_built_is_built_anew(load: Load) -> None:
    load.among_the_last()
    load.kill_database()
    assert len(load.database.left_half_built()) == 1
    assert load.rows() == [ROWS]
    with at_work(load.alone):
        pass
    is_whole(load)


def test_a_worker_and_what_a_killed_load_has_left_running_do_not_hinder_each_other(
    load: Load,
) -> None:
    writer = load.committed()
    load.kill_process()
    with at_work(load.alone):
        load.database.until(_WAITING, "ShareUpdateExclusiveLock", count=1)
        writer.rollback()
    is_whole(load)
