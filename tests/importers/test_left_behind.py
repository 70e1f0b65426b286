"""A worker that dies between taking an import from the queue and beginning it."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from import_jobs import SLUG, read, take, uploaded
from sample_features import make_layer, remove

from importers.models import ImportJob
from layers.models import Layer

PATIENCE_S = 60.0
HELD = "SELECT FROM city.importers_importjob WHERE id = %s FOR UPDATE"
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()"


@pytest.fixture
def importing(
    world: str, sign_in: Callable[[str], Client]
) -> Iterator[tuple[Client, dict[str, str]]]:
    """An administrator, and the environment of real workers on the same database and folder."""
    made = make_layer(SLUG, "parcels")
    environment = {**os.environ, "DATABASE_NAME": world, "DATA_DIR": str(settings.DATA_DIR)}
    yield sign_in("administrator"), environment
    ImportJob.objects.filter(slug=SLUG).delete()
    remove([Layer.objects.get(pk=made.pk)])
    connections.close_all()


@pytest.fixture
def other_session(world: str) -> Iterator[psycopg2.extensions.connection]:
    entry = settings.DATABASES["default"]
    session = psycopg2.connect(
        host=entry["HOST"],
        port=entry["PORT"] or None,
        user=entry["USER"],
        password=entry["PASSWORD"],
        dbname=world,
    )
    yield session
    session.close()


def worker(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "worker", "--interval", "0.2", "--no-startup-delay"],
        env=environment,
        cwd=settings.BASE_DIR,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_another_worker_takes_an_import_that_a_killed_one_had_not_begun(
    importing: tuple[Client, dict[str, str]],
    other_session: psycopg2.extensions.connection,
    file: Path,
) -> None:
    admin, environment = importing
    job = uploaded(admin, file, layer=SLUG)
    assert take(admin, job, "understand").status_code == 200
    assert read(admin, job)["progress"]["stage"] == "nobody"
    running = DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING)
    cursor = other_session.cursor()
    cursor.execute(HELD, [job["id"]])  # whoever begins the import has to wait

    def held_back() -> bool:
        cursor.execute(WAITING)
        return bool(cursor.fetchone() != (0,))

    dying = worker(environment)
    try:
        until(held_back)
        assert running.exists()
        assert read(admin, job)["progress"]["stage"] == "waiting"
    finally:
        dying.kill()
        dying.wait(timeout=30)
    until(lambda: not held_back())  # the database has noticed
    other_session.rollback()
    assert read(admin, job)["progress"]["stage"] == "nobody"
    assert running.exists()  # in the name of the dead one
    heir = worker(environment)
    try:
        until(lambda: read(admin, job)["state"] == "asking")
    finally:
        heir.terminate()
        heir.wait(timeout=30)
    assert not running.exists()
    assert ImportJob.objects.get(pk=job["id"]).attempt == 1  # the order of before, done once
