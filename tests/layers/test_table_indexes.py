"""The late indexes: left out by a large load, built without a lock, made up for after any end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from functools import partial

import psycopg2
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import translation
from django_tasks_db.models import DBTaskResult
from sample_features import add, make_layer

from gis_core.access import Actor, Grant
from gis_core.session_lock import Work
from importers import tasks
from layers import bulk_sql, selectors, table_indexes
from layers import rows as table
from layers.registry import theme_by_key, themes
from layers.rows import TooCostly, Wish

PARCELS = theme_by_key("parcels")
AT_ONCE = ["parcel_geom_idx", "parcel_tile_idx"]
SORTING = ["parcel_number_idx", "parcel_use_idx", "parcel_area_idx"]
LAST = ["parcel_search_idx", "parcel_set_idx", *SORTING]
NAMES = AT_ONCE + LAST
WORKER = [sys.executable, "manage.py", "worker", "--batch", "--no-startup-delay"]


def definitions() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
            " WHERE indrelid = 'city.layers_parcel'::regclass AND indisvalid"
        )
        return dict(cursor.fetchall())


def analyzed_at() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(last_analyze, '1900-01-01')"
            " FROM pg_stat_user_tables WHERE relid = 'city.layers_parcel'::regclass"
        )
        return cursor.fetchone()[0]


def drop(*names: str) -> None:
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"DROP INDEX city.{name}")


def orders() -> int:
    ready = DBTaskResult.objects.filter(status="READY")
    return ready.filter(task_path__endswith="complete_late_indexes").count()


@pytest.fixture
def whole(database: str) -> Iterator[dict[str, str]]:
    """The definitions of all indexes, which stand again after the test."""
    before = definitions()
    yield before
    assert table_indexes.complete() == []
    assert definitions() == before
    DBTaskResult.objects.filter(task_path__endswith="complete_late_indexes").delete()


@pytest.fixture
def writer(database: str) -> Iterator[psycopg2.extensions.connection]:
    """A second connection, which may `begin_to_write`."""
    login = settings.DATABASES["default"]
    other = psycopg2.connect(
        host=login["HOST"],
        port=login["PORT"] or None,
        user=login["USER"],
        password=login["PASSWORD"],
        dbname=database,
    )
    yield other
    other.close()


def begin_to_write(other: psycopg2.extensions.connection) -> None:
    """Write parcels without an end: a build has to wait for it."""
    with other.cursor() as cursor:
        cursor.execute("LOCK TABLE city.layers_parcel IN ROW EXCLUSIVE MODE")


def test_what_the_models_declare_is_what_stands(database: str):
    assert list(table_indexes.late_indexes(PARCELS)) == NAMES
    assert table_indexes.all_missing() == []
    for theme in themes():
        late = table_indexes.late_indexes(theme)
        assert not [name for name in late if name.endswith(("key_once", "pkey"))]


def test_missing_ones_are_built_as_the_migrations_made_them(whole: dict[str, str]):
    drop(*NAMES[:2])
    assert table_indexes.all_missing() == NAMES[:2]
    before = analyzed_at()
    assert table_indexes.complete() == []
    assert definitions() == whole
    assert analyzed_at() > before, "the planner would go on guessing"


def test_what_the_map_needs_stands_when_a_load_has_ended(
    whole: dict[str, str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bulk_sql, "BUILD_INDEXES_AFTER", 10)
    with transaction.atomic(), connection.cursor() as cursor:
        for definition in table_indexes.take_away(cursor, PARCELS, 10):
            cursor.execute(definition)
        assert table_indexes.all_missing() == NAMES
    assert table_indexes.all_missing() == LAST
    assert orders() == 1


def test_a_load_that_somebody_holds_up_afterwards_leaves_the_indexes_to_the_worker(
    whole: dict[str, str],
    writer: psycopg2.extensions.connection,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    monkeypatch.setattr(table_indexes, "_LONGEST_WAIT_MS", 100)
    drop(*AT_ONCE)
    begin_to_write(writer)
    with transaction.atomic():
        transaction.on_commit(partial(table_indexes.build_at_once, PARCELS), robust=True)
    assert table_indexes.all_missing() == AT_ONCE
    assert not caplog.records
    writer.rollback()


def test_nobody_builds_at_once_while_a_worker_builds(whole: dict[str, str]):
    drop(AT_ONCE[0])
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, 0)", [int(Work.INDEXES)])
        table_indexes.build_at_once(PARCELS)
    finally:
        other.close()
    assert table_indexes.all_missing() == AT_ONCE[:1]


def test_a_build_in_the_way_of_which_somebody_stands_is_made_up_for(
    whole: dict[str, str],
    writer: psycopg2.extensions.connection,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(table_indexes, "_LONGEST_WAIT_MS", 100)
    drop(NAMES[0])
    begin_to_write(writer)
    assert table_indexes.complete() == NAMES[:1]
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout')")
        assert cursor.fetchone() == ("0",)
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = %s::regclass", NAMES[:1])
        assert cursor.fetchone() == (False,), "the build did not begin"
    table_indexes.complete_late_indexes.call()
    assert orders() == 1, "what cannot be built now is to be tried again"
    writer.rollback()
    assert table_indexes.complete() == []


def test_a_killed_worker_leaves_nothing_that_the_next_does_not_build(
    whole: dict[str, str], writer: psycopg2.extensions.connection
):
    drop(*NAMES)
    begin_to_write(writer)
    env = {**os.environ, "DATABASE_NAME": str(connection.settings_dict["NAME"])}
    killed = subprocess.Popen(
        WORKER, env=env, cwd=settings.BASE_DIR, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    until = time.monotonic() + 60
    while not building() and time.monotonic() < until:
        time.sleep(0.05)
    assert building()
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    writer.rollback()
    while building() and time.monotonic() < until:
        time.sleep(0.05)
    assert len(definitions()) < len(whole)
    subprocess.run(WORKER, env=env, cwd=settings.BASE_DIR, check=True, timeout=60)
    assert definitions() == whole


def building() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
            " AND query LIKE 'CREATE INDEX CONCURRENTLY%' AND state = 'active')"
        )
        return bool(cursor.fetchone()[0])


def test_two_do_not_build_at_once(whole: dict[str, str], database: str):
    drop(NAMES[0])
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, 0)", [int(Work.INDEXES)])
        assert table_indexes.complete() == NAMES[:1]
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, 0)", [int(Work.INDEXES)])
    finally:
        other.close()


def test_a_load_orders_what_it_leaves_out(db: None, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bulk_sql, "BUILD_INDEXES_AFTER", 10)
    with connection.cursor() as cursor:
        assert table_indexes.take_away(cursor, PARCELS, 9) == []
        assert (orders(), table_indexes.all_missing()) == (0, [])
        again = table_indexes.take_away(cursor, PARCELS, 10)
        assert (orders(), table_indexes.all_missing()) == (1, NAMES)
        assert again
        assert not [text for text in again if any(name in text for name in NAMES)]


def test_an_import_has_made_up_for_what_an_earlier_one_left(db: None):
    drop("parcel_area_idx")
    tasks.work_on_import.call(0, 0)
    assert orders() == 1
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX parcel_area_idx ON city.layers_parcel (layer_id, area_m2, id)")
    tasks.work_on_import.call(0, 0)
    assert orders() == 1


def test_sorting_in_between_says_that_it_will_be_quick(db: None, monkeypatch: pytest.MonkeyPatch):
    layer = make_layer("zt-parcels", "parcels")
    add(layer, "1", 0)

    def slow(*_arguments: object) -> list[object]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(5)")
        return []

    def refusal(sort: str) -> str:
        entry = selectors.layer(Actor(1, "p", (Grant("planner"),)), layer.slug)
        with pytest.raises(TooCostly) as caught, translation.override("en"):
            table.rows(entry, Wish(sort=sort, language="en"), limit=5, after="")
        return str(caught.value.detail)

    monkeypatch.setattr(table, "PAGE_LIMIT_MS", 20)
    monkeypatch.setattr(table.table_order, "page", slow)
    drop("parcel_area_idx")
    assert "just been imported" in refusal("area_m2")
    assert "surveyed area" in refusal("area_m2").lower()
    assert "just been imported" not in refusal("address")
