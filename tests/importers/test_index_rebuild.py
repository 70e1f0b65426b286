"""A large load into an empty table builds its indexes afterwards; nothing of them is lost."""

import numpy as np
import pyogrio
import pytest
import shapely
from django.db import connection

from gis_core.access import system_actor
from importers.pipeline import import_file
from importers.request import ImportRequest
from layers import bulk_sql
from layers.models import Station

pytestmark = pytest.mark.usefixtures("db")


def indexes() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes"
            " WHERE schemaname = 'city' AND tablename = 'layers_station'"
        )
        return dict(cursor.fetchall())


@pytest.fixture
def stations(tmp_path):
    count = 30
    points = shapely.points(np.linspace(106.30, 106.40, count), np.linspace(10.33, 10.39, count))
    path = tmp_path / "stations.gpkg"
    codes = np.array([f"Q{number}" for number in range(count)], object)
    pyogrio.raw.write(
        path, shapely.to_wkb(points), [codes], ["MA"], geometry_type="Point", crs="EPSG:4326"
    )
    return path


def test_the_indexes_are_the_same_before_and_after(stations, monkeypatch):
    monkeypatch.setattr(bulk_sql, "BUILD_INDEXES_AFTER", 10)
    # An empty table, as at a first load: the demo's stations are taken away within this test.
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE city.layers_station DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM city.layers_station")
        cursor.execute("ALTER TABLE city.layers_station ENABLE TRIGGER USER")
    before = indexes()
    dropped: list[str] = []
    taken = bulk_sql.take_away

    def watched(cursor, table, new_rows):
        found = taken(cursor, table, new_rows)
        dropped.extend(found)
        return found

    monkeypatch.setattr("layers.bulk.take_away", watched)
    request = ImportRequest(
        path=stations, theme="environment", slug="zz-many", create_layer=True, apply=True
    )
    report = import_file(system_actor("test"), request)
    assert (report.new, report.rejected) == (30, 0)
    assert len(dropped) >= 4
    assert indexes() == before
    assert Station.objects.count() == 30


def test_a_table_in_use_keeps_its_indexes(stations, monkeypatch):
    monkeypatch.setattr(bulk_sql, "BUILD_INDEXES_AFTER", 10)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM city.layers_station")
        in_use = cursor.fetchone()[0] > 0
    first = ImportRequest(
        path=stations, theme="environment", slug="zz-one", create_layer=True, apply=True
    )
    import_file(system_actor("test"), first)
    with connection.cursor() as cursor:
        assert bulk_sql.take_away(cursor, '"layers_station"', 1000) == []
    assert Station.objects.count() >= 30 + in_use
