"""Workers that are killed, stopped or doubled: the layer is as before, or the import is whole."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from sample_features import remove
from small_files import parcels

from gis_core.access import Actor
from gis_core.headers import actor_for
from gis_core.models import ChangeSet, User
from gis_core.session_lock import Work
from importers.models import ImportJob, ImportRun
from importers.wizard import sight, steps, uploads, work
from importers.wizard.rules import Step, interrupted
from layers.models import Layer
from layers.themes.land import Parcel

ROWS = 1500
TITLE = "Nhập thử bị ngắt"
WORKER = "import django; django.setup(); from importers.wizard import work; work.run({}, {})"
PATIENCE_S = (
    600.0  # a worker starts and writes in a few seconds of a processor; when it gets one varies
)


class Bench:
    """An import of its own layer with a worker that is a process of its own."""

    def __init__(self, who: Actor, file: Path, data_dir: Path) -> None:
        self.who, self._env = who, {**os.environ, "DATABASE_NAME": connection.settings_dict["NAME"]}
        self._env["DATA_DIR"] = str(data_dir)
        self._file = file
        self.number = steps.create(who, "parcels", "", TITLE).pk

    @property
    def job(self) -> ImportJob:
        return sight.jobs().get(pk=self.number)

    def check(self) -> None:
        """Send the file, do the dry run, say what is missing."""
        for part in sorted(self._file.parent.glob(f"{self._file.stem}.*")):
            with part.open("rb") as stream:
                steps.add_file(self.who, self.number, part.name, stream, part.stat().st_size)
        for step in (Step.UNDERSTAND, Step.CHECK):
            ordered = steps.take(self.who, self.number, step)
            work.run(self.number, ordered.attempt)
        steps.describe(self.who, self.number, {"title": TITLE})

    def begin(self, step: Step, workers: int = 1) -> list[subprocess.Popen[bytes]]:
        """Order a step and start workers for it; return when one is at work or all have ended."""
        attempt = steps.take(self.who, self.number, step).attempt
        command = [sys.executable, "-c", WORKER.format(self.number, attempt)]
        env = {**self._env, "PYTHONPATH": str(settings.BASE_DIR)}
        started = [
            subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL) for _ in range(workers)
        ]
        self._until(lambda: self.job.taken == attempt or self._over(started))
        return started

    @staticmethod
    def _over(started: list[subprocess.Popen[bytes]]) -> bool:
        return all(worker.poll() is not None for worker in started)

    @staticmethod
    def _until(done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not done():
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def wait(self, started: list[subprocess.Popen[bytes]]) -> None:
        """Wait for the workers, and for the database to notice that they are gone."""
        for worker in started:
            worker.wait(PATIENCE_S)
        self._until(lambda: not sight.at_work([self.job]))

    def is_whole(self) -> bool:
        """Tell whether the import is done; check that it is whole or has written nothing."""
        rows = Parcel.objects.filter(layer__slug=self.job.slug).count()
        sets = ChangeSet.objects.filter(pk=self.job.change_set_id).count()
        runs = ImportRun.objects.filter(layer__slug=self.job.slug).count()
        done = self.job.state == ImportJob.State.DONE
        assert (rows, sets, runs) == ((ROWS, 1, 1) if done else (0, 0, 0))
        assert done or interrupted(self.job, sight.at_work([self.job]))
        return done

    def values(self) -> set[tuple[Any, ...]]:
        """Return what the rows say."""
        found = Parcel.objects.filter(layer__slug=self.job.slug)
        return {(row.so_thua, row.area_m2, row.geom.wkt, row.source_row) for row in found}


@pytest.fixture
def bench(
    accounts: dict[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], Bench]]:
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    if (settings.DATA_DIR / "instance.json").exists():
        shutil.copy(settings.DATA_DIR / "instance.json", data_dir)
    monkeypatch.setattr(settings, "IMPORT_ROOT", data_dir / "uploads")
    made: list[Bench] = []
    file = parcels(tmp_path / "thua.shp", ROWS)

    def make() -> Bench:
        made.append(
            Bench(actor_for(User.objects.get(pk=accounts["administrator"])), file, data_dir)
        )
        made[-1].check()  # whatever comes of it, the import is removed at the end
        return made[-1]

    yield make
    for entry in made:
        layers = list(Layer.objects.filter(slug=entry.job.slug))
        uploads.remove(entry.job)
        ImportJob.objects.filter(pk=entry.number).delete()
        ImportRun.objects.filter(layer__in=layers).delete()
        remove(layers)


def kill_often(make: Callable[[], Bench], moments: int) -> None:
    chance = random.Random(20261126)  # noqa: S311 -- moments, not secrets
    one = make()
    step = Step.PUBLISH
    for _moment in range(moments):
        started = one.begin(step)
        time.sleep(chance.uniform(0, 0.9))
        for worker in started:
            worker.send_signal(signal.SIGKILL)
        one.wait(started)
        step = Step.RETRY
        if one.is_whole():
            one, step = make(), Step.PUBLISH
    one.wait(one.begin(step))
    assert one.is_whole()
    calm = make()
    calm.wait(calm.begin(Step.PUBLISH))
    assert calm.is_whole()
    assert one.values() == calm.values()


def test_a_killed_worker_leaves_all_or_nothing(bench: Callable[[], Bench]) -> None:
    kill_often(bench, 3)


@pytest.mark.slow
def test_thirty_killed_workers_leave_all_or_nothing(bench: Callable[[], Bench]) -> None:
    kill_often(bench, 30)


def test_a_lost_database_session_leaves_all_or_nothing(bench: Callable[[], Bench]) -> None:
    one = bench()
    started = one.begin(Step.PUBLISH)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks"
            " WHERE locktype = 'advisory' AND classid = %s AND objid = %s",
            [int(Work.IMPORT), one.number],
        )
    one.wait(started)
    if not one.is_whole():
        one.wait(one.begin(Step.RETRY))
        assert one.is_whole()


def test_two_workers_write_once(bench: Callable[[], Bench]) -> None:
    one = bench()
    one.wait(one.begin(Step.PUBLISH, workers=2))
    assert one.is_whole()


def test_a_stop_leads_back_and_writes_nothing(bench: Callable[[], Bench]) -> None:
    one = bench()
    back = {Step.PUBLISH: "ready", Step.CHECK: "asking", Step.UNDERSTAND: "uploading"}
    for step, before in back.items():
        attempt = steps.take(one.who, one.number, step).attempt
        ImportJob.objects.filter(pk=one.number).update(cancel_requested=True)
        work.run(one.number, attempt)
        job = one.job
        assert (job.state, job.cancel_requested) == (before, False)
        assert Parcel.objects.filter(layer__slug=job.slug).count() == 0
        assert not Layer.objects.filter(slug=job.slug).exists()
