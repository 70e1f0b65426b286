"""The database is killed with kill -9 under an import: all or nothing, and a retry is whole."""

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from private_installation import ROOT, Installation
from small_files import parcels

ROWS = 1_500
pytestmark = pytest.mark.usefixtures("database")  # in the group that has a database server


class Worker:
    """A process that does the work of imports, and is asked what the database holds."""

    def __init__(self, alone: Installation) -> None:
        self._process = subprocess.Popen(
            [sys.executable, ROOT / "tests/importers/importing_worker.py"],
            cwd=ROOT,
            env={**alone.environment, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def order(self, name: str, **values: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([name, values]) + "\n")
        self._process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        return dict(json.loads(self._process.stdout.readline()))

    def ask(self, name: str, **values: Any) -> dict[str, Any]:
        self.order(name, **values)
        return self.answer()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
def worker(alone: Installation) -> Iterator[Worker]:
    made = Worker(alone)
    yield made
    made.close()


class Bench:
    """Imports of one file, in turn into a new layer and into a layer that has other rows."""

    def __init__(self, alone: Installation, worker: Worker, folder: Path) -> None:
        uses = ["CLN" if number % 2 else "ODT" for number in range(ROWS + 200)]
        self.old = parcels(folder / "cu.shp", ROWS)
        self.new = parcels(folder / "moi.shp", ROWS + 200, LOAI_DAT=uses)
        self._alone, self._worker = alone, worker

    def ready(self, *, filled: bool) -> tuple[int, dict[str, Any]]:
        """Return an import that may be published, and what is there before."""
        slug = ""
        if filled:
            first = self._worker.ask("prepare", file=str(self.old), slug="")
            assert self._worker.ask("publish", job=first["job"], step="publish")["state"] == "done"
            slug = first["slug"]
        made = self._worker.ask("prepare", file=str(self.new), slug=slug)
        assert made["state"] == "ready"
        return made["job"], self._worker.ask("look", job=made["job"])

    def timed(self, job: int) -> float:
        begin = time.monotonic()
        assert self._worker.ask("publish", job=job, step="publish")["state"] == "done"
        return time.monotonic() - begin

    def struck(self, job: int, step: str, after_s: float) -> dict[str, Any]:
        """Kill the database in the middle of an import; return what is there afterwards."""
        self._worker.order("publish", job=job, step=step)
        time.sleep(after_s)
        self._alone.crash_database()
        self._worker.answer()
        found = self._worker.ask("look", job=job)
        # An import that was done before the kill has not noticed yet that its connection is dead.
        return self._worker.ask("look", job=job) if "lost" in found else found


def wholeness(found: dict[str, Any]) -> tuple[Any, ...]:
    return found["rows"], found["layers"], found["runs"], found["sets"], found["lost_sets"]


def killed_at_random(bench: Bench, worker: Worker, moments: int) -> int:
    """Kill the database `moments` times; return how often before the import's last word."""
    chance = random.Random(20_261_126)  # noqa: S311 -- moments, not secrets
    calm = {}
    for filled in (False, True):
        job, _ = bench.ready(filled=filled)
        whole_s = bench.timed(job)
        calm[filled] = worker.ask("look", job=job)
    killed, filled = 0, False
    job, before = bench.ready(filled=filled)
    step = "publish"
    for _ in range(moments):
        found = bench.struck(job, step, chance.uniform(0.1, 1.0) * whole_s)
        if found["state"] == "done":
            assert found["rows"] == calm[filled]["rows"]
            filled = not filled
            job, before = bench.ready(filled=filled)
            step = "publish"
            continue
        killed += 1
        assert wholeness(found) == wholeness(before)
        # A kill before the worker had begun leaves the import as it was; later, as interrupted.
        assert found["interrupted"] or found["state"] in {"ready", "writing"}
        step = "retry" if found["interrupted"] else "publish"
        if killed % 2 == 0:
            assert worker.ask("publish", job=job, step=step) == {"state": "done"}
            assert worker.ask("look", job=job)["rows"] == calm[filled]["rows"]
            filled = not filled
            job, before = bench.ready(filled=filled)
            step = "publish"
    worker.ask("publish", job=job, step=step)
    last = worker.ask("look", job=job)
    assert (last["state"], last["rows"]) == ("done", calm[filled]["rows"])
    assert last["half"] == []
    assert last["kept"] == last["sources"]
    return killed


@pytest.mark.parametrize("moments", [6, pytest.param(60, marks=pytest.mark.slow)])
def test_a_killed_database_leaves_the_layer_as_it_was(
    alone: Installation, worker: Worker, tmp_path: Path, moments: int
) -> None:
    assert killed_at_random(Bench(alone, worker, tmp_path), worker, moments) > 0
