"""Whatever kills an import at whatever moment, the layer is as before, and a retry is whole."""

import multiprocessing
import random
import time
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from killed_worker import work
from sample_features import remove
from small_files import parcels

from importers.models import ImportRun
from layers.feature import Layer
from layers.models import Parcel

SLUG, ROWS = "zz-killed", 1_500
START_S = 600.0  # an import takes seconds of a processor; when it gets one is the machine's affair
# Other forks would inherit the tests' connections; this server is a clean process.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["killed_worker"])


@pytest.fixture
def files(tmp_path: Path, database: str) -> Iterator[tuple[Path, Path]]:
    """The layer as it is, and as it should be: half of the rows changed, some new."""
    old = parcels(tmp_path / "old.shp", ROWS)
    uses = ["CLN" if number % 2 else "ODT" for number in range(ROWS + 200)]
    new = parcels(tmp_path / "new.shp", ROWS + 200, LOAI_DAT=uses)
    yield old, new
    layers = list(Layer.objects.filter(slug=SLUG))
    ImportRun.objects.filter(layer__slug=SLUG).delete()
    remove(layers)


def started(path: Path, folder: Path, *, few: bool = False) -> BaseProcess:
    process = PROCESSES.Process(target=work, args=(str(path), SLUG, str(folder / "media"), few))
    process.start()
    return process


def finished(path: Path, folder: Path) -> float:
    """Run an import to its end; return the seconds."""
    begin = time.monotonic()
    process = started(path, folder)
    process.join(START_S)
    assert process.exitcode == 0
    return time.monotonic() - begin


def state() -> tuple[Any, ...]:
    """Return everything that an import of the layer writes and a reader can see."""
    rows = Parcel.objects.filter(layer__slug=SLUG).order_by("feature_key")
    facts = rows.values_list("feature_key", "version", "land_use_code", "geom", "extra")
    runs = ImportRun.objects.filter(layer__slug=SLUG).count()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_indexes WHERE tablename = 'layers_parcel'")
        indexes = cursor.fetchone()[0]
    return Layer.objects.filter(slug=SLUG).count(), list(facts), runs, indexes


def killed_at_random(
    path: Path, folder: Path, moments: int, whole_s: float, *, few: bool = False
) -> int:
    """Kill imports of `path`; return how many were killed before their last word."""
    before = state()
    chance = random.Random(20_261_126)  # noqa: S311 -- moments, not secrets
    killed = 0
    # The early ones first: a late one may come after the end, and ends the test.
    for moment in sorted(chance.uniform(0, whole_s) for _ in range(moments)):
        process = started(path, folder, few=few)
        time.sleep(moment)
        readers = children(process.pid or 0)
        process.kill()
        process.join(START_S)
        assert gone(readers)
        if state() != before:
            # The transaction had ended: then everything is there, or the test fails below.
            return killed
        killed += 1
    return killed


def children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    try:
        return [int(child) for task in tasks for child in task.read_text().split()]
    except OSError:
        return []


def gone(pids: list[int]) -> bool:
    """Wait until readers that a killed worker had started are gone as well."""
    for _ in range(int(10 * START_S)):
        if not any(is_alive(pid) for pid in pids):
            return True
        time.sleep(0.1)
    return False


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] not in "ZX"
    except OSError:
        return False


@pytest.mark.parametrize("moments", [12, pytest.param(200, marks=pytest.mark.slow)])
def test_a_killed_worker_leaves_a_filled_layer_as_it_was(
    files: tuple[Path, Path], tmp_path: Path, moments: int
) -> None:
    old, new = files
    whole_s = finished(old, tmp_path)
    assert killed_at_random(new, tmp_path, moments, 0.9 * whole_s) > 0
    before = state()[2]  # one more where the last kill came after the end of the transaction
    finished(new, tmp_path)
    layer, rows, runs, _ = state()
    assert (layer, len(rows), runs) == (1, ROWS + 200, before + 1)
    assert {(row[1], row[2]) for row in rows} == {(1, "ODT"), (2, "CLN"), (1, "CLN")}
    finished(new, tmp_path)
    assert state()[1] == rows


@pytest.mark.parametrize("moments", [10, pytest.param(200, marks=pytest.mark.slow)])
def test_a_killed_first_import_leaves_no_layer(
    files: tuple[Path, Path], tmp_path: Path, moments: int
) -> None:
    old, _ = files
    whole_s = finished(old, tmp_path)
    reference = state()
    clean()
    assert killed_at_random(old, tmp_path, moments, whole_s, few=True) > 0
    finished(old, tmp_path)
    again = state()
    assert (again[0], again[1], again[3]) == (reference[0], reference[1], reference[3])


def clean() -> None:
    ImportRun.objects.filter(layer__slug=SLUG).delete()
    remove(list(Layer.objects.filter(slug=SLUG)))


@pytest.mark.parametrize("moments", [8, pytest.param(100, marks=pytest.mark.slow)])
def test_a_lost_database_leaves_the_layer_as_it_was(
    files: tuple[Path, Path], tmp_path: Path, moments: int
) -> None:
    old, new = files
    whole_s = finished(old, tmp_path)
    before = state()
    chance = random.Random(7)  # noqa: S311 -- moments, not secrets
    lost = 0
    for _ in range(moments):
        process = started(new, tmp_path)
        time.sleep(chance.uniform(0.1, 0.9) * whole_s)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND usename = current_user AND query LIKE '%%import_%%'"
            )
            ended = bool(cursor.fetchall())
        process.join(START_S)
        if process.exitcode == 0:
            break
        assert ended
        assert state() == before
        lost += 1
    finished(new, tmp_path)
    assert len(state()[1]) == ROWS + 200
    assert lost or process.exitcode == 0
