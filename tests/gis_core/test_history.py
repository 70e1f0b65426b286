"""History: every version is kept once, whatever wrote it; a write without a change set fails."""

import io
from itertools import pairwise

import pytest
from django.contrib.gis.geos import Point
from django.db import DatabaseError, connection, transaction
from psycopg2.errors import InsufficientPrivilege

from gis_core.access import system_actor
from gis_core.history import change_set
from layers.models import Layer, Station

pytestmark = pytest.mark.usefixtures("db")
ACTOR = system_actor("test")


def make_layer(slug: str = "zz-stations") -> Layer:
    return Layer.objects.create(
        slug=slug, theme="environment", geometry_type="Point", title_vi="Trạm thử"
    )


def make_station(layer: Layer, code: str = "T1") -> Station:
    with change_set(ACTOR, title="make", channel="command"):
        return Station.objects.create(
            layer=layer, code=code, feature_key=code, name="Trạm", geom=Point(106.36, 10.35)
        )


def history_of(feature_id: int) -> list[tuple[int, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT version, name, operation FROM city.layers_station_history"
            " WHERE id = %s ORDER BY version",
            [feature_id],
        )
        return cursor.fetchall()


def test_write_without_change_set_is_refused():
    layer = make_layer()
    with pytest.raises(DatabaseError, match="without a change set"), transaction.atomic():
        Station.objects.create(layer=layer, code="T", feature_key="T", geom=Point(106, 10))


def test_update_keeps_the_old_row_and_advances_the_version():
    station = make_station(make_layer())
    with change_set(ACTOR, title="rename", channel="command") as entry:
        Station.objects.filter(pk=station.pk).update(name="Trạm mới")
    station.refresh_from_db()
    assert (station.version, station.change_set_id) == (2, entry.pk)
    assert history_of(station.pk) == [(1, "Trạm", "update")]


def test_raw_sql_and_delete_are_kept():
    station = make_station(make_layer())
    with change_set(ACTOR, title="raw", channel="command"), connection.cursor() as cursor:
        cursor.execute("UPDATE layers_station SET name = 'thô' WHERE id = %s", [station.pk])
        cursor.execute("DELETE FROM layers_station WHERE id = %s", [station.pk])
    assert history_of(station.pk) == [(1, "Trạm", "update"), (2, "thô", "delete")]


def test_copy_without_a_change_set_is_refused_and_with_one_is_stamped():
    layer = make_layer()
    line = f"1\t{layer.pk}\tK1\tK1\tSRID=4326;POINT(106.36 10.35)\n"
    copy = "COPY layers_station (id, layer_id, feature_key, code, geom) FROM STDIN"
    with pytest.raises(InsufficientPrivilege, match="change set"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.copy_expert(copy, io.StringIO(line))
    with change_set(ACTOR, title="copy", channel="import") as entry:
        with connection.cursor() as cursor:
            cursor.copy_expert(copy, io.StringIO(line))
    assert Station.objects.get(pk=1).change_set_id == entry.pk


def test_another_change_set_cannot_be_borrowed():
    layer = make_layer()
    with change_set(ACTOR, title="first", channel="command") as first:
        pass
    with pytest.raises(DatabaseError, match="change set of their transaction"):
        with change_set(ACTOR, title="second", channel="command"):
            Station.objects.create(
                layer=layer,
                code="T",
                feature_key="T",
                geom=Point(106, 10),
                change_set_id=first.pk,
            )


def test_a_geometry_of_another_type_than_the_layer_is_refused():
    from layers.models import Infrastructure

    layer = Layer.objects.create(
        slug="zz-roads", theme="infrastructure", geometry_type="MultiLineString", title_vi="Đường"
    )
    with pytest.raises(DatabaseError, match="does not hold geometries of type POINT"):
        with change_set(ACTOR, title="x", channel="command"):
            Infrastructure.objects.create(layer=layer, feature_key="a", geom=Point(106, 10))


def test_a_layer_of_another_theme_is_refused():
    layer = make_layer()
    from layers.models import TouristSite

    with pytest.raises(DatabaseError, match="not a layer of theme tourism"):
        with change_set(ACTOR, title="x", channel="command"):
            TouristSite.objects.create(layer=layer, slug="a", feature_key="a", geom=Point(106, 10))


@pytest.mark.parametrize("wkt", ["POINT(NaN 10)", "POINT(200 10)", "POINT EMPTY", "POINT(106 89)"])
def test_unusable_geometry_never_enters_a_table(wkt):
    layer = make_layer()
    with pytest.raises(DatabaseError, match="geom_fits"):
        with change_set(ACTOR, title="x", channel="command"), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO layers_station (layer_id, feature_key, code, geom)"
                " VALUES (%s, 'k', 'k', ST_GeomFromText(%s, 4326))",
                [layer.pk, wkt],
            )


def test_truncate_is_refused():
    with pytest.raises(DatabaseError, match="lose history"), connection.cursor() as cursor:
        cursor.execute("TRUNCATE layers_station")


def test_ids_do_not_count():
    layer = make_layer()
    ids = [make_station(layer, f"T{number}").pk for number in range(6)]
    assert len(set(ids)) == 6
    assert all(0 <= number < 2**53 for number in ids)
    assert min(abs(a - b) for a, b in pairwise(ids)) > 6
