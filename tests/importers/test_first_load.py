"""A large first load goes straight into the empty table; its rows equal those of the long way."""

from datetime import date

import numpy as np
import pyogrio
import pytest
import shapely
from django.db import DatabaseError, connection, transaction
from django.db.models import Count, Max, Min
from small_files import rejected

from gis_core.access import system_actor
from gis_core.history import change_set
from gis_core.models import FeatureChange
from importers.pipeline import import_file
from importers.request import ImportRequest
from layers import bulk_load, bulk_sql, table_indexes
from layers.models import Layer, Parcel, TouristSite
from layers.registry import theme_by_key

pytestmark = pytest.mark.usefixtures("db")
ACTOR = system_actor("test")
OWN = {"id", "layer_id", "change_set_id", "source_id", "changed_at"}


@pytest.fixture(autouse=True)
def _few_rows_are_many(monkeypatch):
    monkeypatch.setattr(bulk_sql, "BUILD_INDEXES_AFTER", 10)


@pytest.fixture
def loads(monkeypatch):
    """Return the slugs of the layers that were loaded the short way."""
    slugs = []
    load = bulk_load.load

    def watched(actor, plan, *rest, **named):
        written = load(actor, plan, *rest, **named)
        slugs.append(plan.layer.slug)
        return written

    monkeypatch.setattr(bulk_load, "load", watched)
    return slugs


def emptied(table):
    """Take the demo's rows away, within this test; history would refuse it."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE city.{table} DISABLE TRIGGER USER")
        cursor.execute(f"DELETE FROM city.{table}")
        cursor.execute(f"ALTER TABLE city.{table} ENABLE TRIGGER USER")


def indexes(table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes"
            " WHERE schemaname = 'city' AND tablename = %s",
            [table],
        )
        return dict(cursor.fetchall())


def write(path, geometries, columns, kind):
    pyogrio.raw.write(
        path,
        shapely.to_wkb(geometries),
        [np.array(values) for values in columns.values()],
        list(columns),
        geometry_type=kind,
        crs="EPSG:4326",
    )
    return path


@pytest.fixture
def parcels(tmp_path):
    """40 parcels: clockwise, counter-clockwise, with a hole, in two parts."""
    boxes = [shapely.box(106.3 + n / 1e4, 10.3, 106.30008 + n / 1e4, 10.3001) for n in range(40)]
    shapes = [box if n % 2 else box.reverse() for n, box in enumerate(boxes)]
    shapes[3] = shapes[3].difference(shapes[3].centroid.buffer(1e-5))
    shapes[4] = shapely.MultiPolygon([shapes[4], shapely.box(106.31, 10.3, 106.311, 10.301)])
    columns = {
        "SHBANDO": [str(n // 7) for n in range(40)],
        "SHTHUA": [str(n) for n in range(40)],
        "DIENTICH": [n * 12.05 if n else np.nan for n in range(40)],
        "DIACHI_TD": [f"{n} Đường  Lê Lợi" if n % 3 else "" for n in range(40)],
        "LOAIDAT": ["ODT", "CLN"] * 20,
        "GHICHU": ['có "ghi chú"', ""] * 20,
    }
    return write(tmp_path / "parcels.gpkg", np.array(shapes, object), columns, "Unknown")


def run(path, theme, slug):
    return import_file(
        ACTOR, ImportRequest(path=path, theme=theme, slug=slug, create_layer=True, apply=True)
    )


def rows(model, slug):
    names = {field.column for field in model._meta.fields} - OWN
    found = model.objects.filter(layer=Layer.objects.get(slug=slug)).order_by("source_row")
    return [
        {name: bytes(v.ewkb) if hasattr(v, "ewkb") else v for name, v in row.items()}
        for row in found.values(*names)
    ]


def without_late(found, theme):
    late = table_indexes.late_indexes(theme_by_key(theme))
    return {name: text for name, text in found.items() if name not in late}


def test_both_ways_write_the_same_parcels(parcels, loads):
    emptied("layers_parcel")
    before = indexes("layers_parcel")
    assert run(parcels, "parcels", "zz-short").counts()["new"] == 40
    assert run(parcels, "parcels", "zz-long").counts()["new"] == 40
    assert loads == ["zz-short"]
    short, long = rows(Parcel, "zz-short"), rows(Parcel, "zz-long")
    assert short == long
    assert {row["version"] for row in short} == {1}
    assert indexes("layers_parcel") == without_late(before, "parcels")


def told_of(slug):
    """Return (entries in the change log, the box around them in EPSG:3857, data version)."""
    layer = Layer.objects.get(slug=slug)
    around = FeatureChange.objects.filter(layer_id=layer.pk).aggregate(
        entries=Count("id"),
        west=Min("west_3857"),
        south=Min("south_3857"),
        east=Max("east_3857"),
        north=Max("north_3857"),
    )
    entries = around.pop("entries")
    return entries, {side: round(value, 3) for side, value in around.items()}, layer.data_version


def test_both_ways_tell_open_maps_and_caches_the_same(parcels, loads):
    emptied("layers_parcel")
    run(parcels, "parcels", "zz-short")
    run(parcels, "parcels", "zz-long")
    entries, box, version = told_of("zz-short")
    assert loads == ["zz-short"]
    assert (box, version) == told_of("zz-long")[1:]
    assert version > 0
    assert entries > 0
    with change_set(ACTOR, title="later", channel="command"):
        Parcel.objects.filter(layer__slug="zz-short", source_row=1).update(name="Mới")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_Covers(ST_MakeEnvelope(west_3857, south_3857, east_3857, north_3857, 3857),"
            " (SELECT ST_Collect(geom_3857) FROM layers_parcel WHERE source_row IS NOT NULL))"
            " FROM gis_core_featurechange WHERE layer_id = %s LIMIT 1",
            [Layer.objects.get(slug="zz-short").pk],
        )
        assert cursor.fetchone() == (True,)
    assert told_of("zz-short")[0] > entries, "writes after the load are no longer logged"


def test_both_ways_write_the_same_texts_in_several_languages(tmp_path, loads):
    points = shapely.points(np.linspace(106.3, 106.4, 12), np.full(12, 10.35))
    columns = {
        "TEN": [f"Chùa  Vĩnh Tràng {n}" for n in range(12)],
        "NAME_EN": [f"Pagoda {n}" if n % 2 else "" for n in range(12)],
        "OPENS": ["Mo-Su 07:00-17:00"] * 12,
    }
    path = write(tmp_path / "sites.gpkg", points, columns, "Point")
    emptied("layers_touristsite")
    run(path, "tourism", "zz-short")
    # An address is given once, so the second layer needs the first to be gone.
    short = rows(TouristSite, "zz-short")
    emptied("layers_touristsite")
    bulk_sql.BUILD_INDEXES_AFTER = 1000
    run(path, "tourism", "zz-long")
    assert loads == ["zz-short"]
    assert short == rows(TouristSite, "zz-long")
    assert all("vinh trang" in row["search_text"] for row in short)


def test_the_next_import_of_the_file_finds_every_row_the_same(parcels, loads):
    emptied("layers_parcel")
    run(parcels, "parcels", "zz-short")
    assert loads == ["zz-short"]
    again = run(parcels, "parcels", "zz-short")
    assert (again.same, again.new, again.changed) == (40, 0, 0)


def test_one_change_set_holds_the_load(parcels, loads):
    emptied("layers_parcel")
    report = run(parcels, "parcels", "zz-short")
    assert loads == ["zz-short"]
    assert set(Parcel.objects.values_list("change_set_id", flat=True)) == {report.change_set}
    assert Parcel.objects.filter(source__filename="parcels.gpkg").count() == 40


def test_a_key_that_comes_twice_is_named_and_the_rest_is_written(tmp_path, loads):
    points = shapely.points(np.linspace(106.3, 106.4, 30), np.full(30, 10.35))
    codes = [f"Q{n}" for n in range(29)] + ["Q3"]
    path = write(tmp_path / "stations.gpkg", points, {"MA": codes}, "Point")
    emptied("layers_station")
    before = indexes("layers_station")
    report = run(path, "environment", "zz-twice")
    assert (report.new, report.rejected) == (29, 1)
    assert rejected(report) == {30: "duplicate_key"}
    assert indexes("layers_station") == without_late(before, "environment")
    assert loads == []


def test_a_rejected_row_is_listed_once(parcels, tmp_path, loads):
    points = shapely.points(np.linspace(106.3, 106.4, 30), np.full(30, 10.35))
    points[7] = None
    codes = [f"Q{n}" for n in range(29)] + ["Q3"]
    path = write(tmp_path / "stations.gpkg", points, {"MA": codes}, "Point")
    emptied("layers_station")
    report = run(path, "environment", "zz-twice")
    assert rejected(report) == {8: "empty", 30: "duplicate_key"}
    assert len(report.rejections) == report.rejected == 2


def test_a_table_in_use_keeps_its_indexes(parcels, loads):
    emptied("layers_parcel")
    run(parcels, "parcels", "zz-one")
    with connection.cursor() as cursor:
        assert table_indexes.take_away(cursor, theme_by_key("parcels"), 1000) == []
    assert loads == ["zz-one"]


def test_more_rows_than_the_file_claims_go_the_long_way(parcels, loads, monkeypatch):
    emptied("layers_parcel")
    suits = bulk_load.suits
    monkeypatch.setattr(bulk_load, "suits", lambda plan, _claimed: suits(plan, 20))
    load = bulk_load.load

    def claimed(actor, plan, batches, *, expected_rows, **named):
        return load(actor, plan, batches, expected_rows=expected_rows // 2, **named)

    monkeypatch.setattr(bulk_load, "load", claimed)
    report = run(parcels, "parcels", "zz-more")
    assert report.new == 40
    assert loads == []


def test_rows_with_a_last_day_are_compared(tmp_path, loads):
    points = shapely.points(np.linspace(106.3, 106.4, 12), np.full(12, 10.35))
    columns = {"MA": [f"Q{n}" for n in range(12)], "valid_to": [date(2020, 1, 1).isoformat()] * 12}
    path = write(tmp_path / "old.gpkg", points, columns, "Point")
    emptied("layers_station")
    assert run(path, "environment", "zz-old").new == 12
    assert loads == []


def rules_of(table):
    """Return the text of every trigger and constraint of a table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_triggerdef(oid), tgenabled::text FROM pg_trigger"
            " WHERE tgrelid = %s::regclass UNION ALL"
            " SELECT conname, replace(pg_get_constraintdef(oid), ' NOT VALID', '')"
            " FROM pg_constraint WHERE conrelid = %s::regclass ORDER BY 1",
            [table, table],
        )
        return cursor.fetchall()


def test_the_table_judges_again_after_a_first_load(parcels, loads):
    emptied("layers_parcel")
    before = rules_of("city.layers_parcel")
    run(parcels, "parcels", "first")
    assert loads == ["first"]
    assert rules_of("city.layers_parcel") == before
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM city.layers_parcel WHERE NOT (ST_IsValid(geom)"
            " AND geom @ ST_MakeEnvelope(-180, -85.06, 180, 85.06, 4326))"
        )
        assert cursor.fetchone() == (0,)
    row = Parcel.objects.filter(layer__slug="first").first()
    row.pk, row.feature_key, row.so_thua = None, "new", "new"
    row.geom = "SRID=4326;MULTIPOLYGON(((106 10, 106.1 10.1, 106.1 10, 106 10.1, 106 10)))"
    with pytest.raises(DatabaseError, match="geom_fits"), transaction.atomic():
        with change_set(ACTOR, title="test", channel="command"):
            row.save(force_insert=True)
