"""File → import → tile → edit → history → export → import: what goes in comes out equal."""

import mapbox_vector_tile
import numpy as np
import pyogrio
import pytest
import shapely
from django.db import connection

from gis_core.access import system_actor
from gis_core.crs import from_wgs84, zone_by_epsg
from gis_core.tile_grid import tile_at
from importers.pipeline import import_file
from importers.request import ImportRequest
from layers import changes, selectors, tiles
from layers.changes import Kind, Operation
from layers.models import Parcel

pytestmark = pytest.mark.usefixtures("db")
ACTOR = system_actor("test")
LON, LAT = 106.3650, 10.3700
COUNT = 12


@pytest.fixture
def office_file(tmp_path):
    """Parcels as an office hands them over: VN-2000, without a datum shift in the .prj."""
    east, north = (float(v) for v in from_wgs84(zone_by_epsg(9210), LON, LAT))
    shapes = [
        shapely.box(east + 12 * i, north, east + 12 * i + 10, north + 25) for i in range(COUNT)
    ]
    path = tmp_path / "thua_dat.shp"
    pyogrio.raw.write(
        path,
        shapely.to_wkb(shapes),
        [
            np.array(["7"] * COUNT, object),
            np.array([str(i + 1) for i in range(COUNT)], object),
            np.array(["ODT", "CLN", "XYZ"] * (COUNT // 3), object),
            np.array(["Đường Nguyễn Đình Chiểu"] * COUNT, object),
        ],
        ["SHBANDO", "SHTHUA", "MALOAIDAT", "DIACHI_TD"],
        geometry_type="Polygon",
        crs="EPSG:9210",
        encoding="UTF-8",
    )
    return path


def rows_of(slug: str) -> dict[str, tuple]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.feature_key, p.so_to, p.so_thua, p.land_use_code, p.address,"
            " ST_AsText(ST_SnapToGrid(p.geom, 1e-7)) FROM city.layers_parcel AS p"
            " JOIN city.layers_layer AS l ON l.id = p.layer_id WHERE l.slug = %s",
            [slug],
        )
        return {row[0]: row[1:] for row in cursor.fetchall()}


def imported(path, slug: str):
    request = ImportRequest(
        path=path,
        theme="parcels",
        slug=slug,
        create_layer=True,
        layer_facts={"title_vi": "Thửa đất"},
        apply=True,
    )
    return import_file(ACTOR, request)


def test_a_file_comes_back_equal_through_tile_edit_history_and_export(
    office_file, sign_in, tmp_path
):
    assert imported(office_file, "zz-round").new == COUNT
    entry = selectors.layer(ACTOR, "zz-round")

    decoded = mapbox_vector_tile.decode(
        tiles.tile([entry], tile_at(LON + 0.0005, LAT + 0.0001, 17))
    )
    assert len(decoded["zz-round"]["features"]) == COUNT

    first = Parcel.objects.get(layer__slug="zz-round", so_thua="1")
    step = Operation(
        Kind.UPDATE,
        entry,
        {"land_use_code": "TMD"},
        feature_id=first.pk,
        base_version=first.version,
    )
    changes.apply(ACTOR, [step], title="đổi mục đích", channel="browser")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT version, land_use_code FROM city.layers_parcel_history WHERE id = %s",
            [first.pk],
        )
        assert cursor.fetchall() == [(1, "ODT")]

    answer = sign_in("planner").get("/api/layers/zz-round.geojson")
    assert answer.status_code == 200
    exported = tmp_path / "exported.geojson"
    exported.write_bytes(b"".join(answer.streaming_content))
    report = imported(exported, "zz-back")
    assert (report.new, report.rejected) == (COUNT, 0)
    assert rows_of("zz-back") == rows_of("zz-round")


def test_the_same_file_again_changes_nothing(office_file):
    imported(office_file, "zz-again")
    second = imported(office_file, "zz-again")
    assert (second.new, second.changed, second.same) == (0, 0, COUNT)
