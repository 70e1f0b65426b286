"""Any shape that enters arrives within 2 mm or is reported; text of any column comes back equal."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio.raw
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from small_files import ACTOR, EAST, NORTH, Shapes, run, shapefile, square

from gis_core.crs import ZONES, from_wgs84
from importers.charsets import VIETNAMESE, charset
from importers.pipeline import import_file
from importers.request import ImportRequest
from importers.shapes import read_shapes
from importers.source_crs import of_text, of_zone
from layers.models import Parcel
from layers.registry import AREA, LINE, POINT

FARTHEST_M = 0.002
LENGTHS = st.floats(-2_000, 2_000) | st.sampled_from([0.0, 0.001, 1e9, float("nan"), float("inf")])
POSITIONS = st.tuples(LENGTHS, LENGTHS).map(lambda xy: (EAST + xy[0], NORTH + xy[1]))
LINES = st.lists(POSITIONS, min_size=2, max_size=9).map(shapely.LineString)
# A ring of NaN cannot even be built; tests of the gate make one byte by byte.
RINGS = st.lists(POSITIONS.filter(lambda xy: np.isfinite(xy).all()), min_size=3, max_size=9)
AREAS = st.builds(shapely.Polygon, RINGS) | st.builds(
    lambda rings: shapely.MultiPolygon([(ring, []) for ring in rings]),
    st.lists(RINGS, min_size=1, max_size=3),
)
SHAPES = {POINT: POSITIONS.map(shapely.Point), LINE: LINES, AREA: AREAS}
PROJECTED = [zone for zone in ZONES.values() if zone.projected]


@pytest.mark.parametrize("stored", [POINT, LINE, AREA])
@given(data=st.data())
def test_a_shape_arrives_or_is_reported(stored: str, data: st.DataObject) -> None:
    shape = data.draw(SHAPES[stored])
    zone = data.draw(st.sampled_from(PROJECTED))
    read = read_shapes(pa.array([shapely.to_wkb(shape)], pa.binary()), stored, of_zone(zone))
    if read.reasons[0] is not None:
        assert read.ewkb[0].as_py() is None
        return
    arrived = shapely.from_wkb(read.ewkb[0].as_py())
    assert shapely.is_valid(arrived)
    if 0 in read.repaired:
        before, after = read.repaired[0]
        assert before >= 0
        assert after > 0
        return
    back = shapely.transform(
        arrived, lambda lon, lat: from_wgs84(zone, lon, lat), interleaved=False
    )
    assert shapely.hausdorff_distance(back, shape) < FARTHEST_M
    assert len(shapely.get_coordinates(back)) == len(shapely.get_coordinates(shape))


@given(
    lon=st.floats(106.28, 106.42),
    lat=st.floats(10.31, 10.41),
    mark=st.sampled_from(["", "+swapped"]),
)
def test_degrees_arrive_bit_by_bit(lon: float, lat: float, mark: str) -> None:
    written = (lat, lon) if mark else (lon, lat)
    raw = pa.array([shapely.to_wkb(shapely.Point(written))], pa.binary())
    read = read_shapes(raw, POINT, of_text(f"EPSG:4326{mark}"))
    assert shapely.get_coordinates(shapely.from_wkb(read.ewkb[0].as_py())).tolist() == [[lon, lat]]


@pytest.mark.usefixtures("db")
def test_each_column_of_a_file_has_its_own_encoding(tmp_path: Path) -> None:
    """A file that was put together from several offices' tables."""
    texts = ["Nguyễn Trãi nối dài", "Lê Thị Hồng Gấm", "ấp Bình Tạo", "đường Đống Đa", "chợ Cũ"]
    columns = {
        "DIACHI_TD": [charset("tcvn3").encode(text) for text in texts],
        "DIADANH": [charset("vni").encode(text) for text in texts],
        "DIACHI": [text.encode() for text in texts],
    }
    path = tmp_path / "a.shp"
    pyogrio.raw.write(
        path,
        shapely.to_wkb([square(number) for number in range(5)]),
        [np.array([raw.decode("iso-8859-1") for raw in raws], object) for raws in columns.values()]
        + [np.array(["5"] * 5, object), np.array(list("12345"), object)],
        [*columns, "SHBANDO", "SHTHUA"],
        geometry_type="Polygon",
        crs="EPSG:9210",
        encoding="ISO-8859-1",
    )
    path.with_suffix(".cpg").unlink()
    request = ImportRequest(path=path, theme="parcels", slug="zz", create_layer=True, apply=True)
    import_file(ACTOR, request)
    rows = Parcel.objects.filter(layer__slug="zz").order_by("so_thua")
    for field in ("address", "place_name", "owner_address"):
        assert list(rows.values_list(field, flat=True)) == texts, field


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("name", VIETNAMESE)
def test_a_file_in_any_encoding_comes_in_equal(tmp_path: Path, name: str) -> None:
    texts = [
        "Nguyễn Huệ",
        "Lê Lợi",
        "Ấp Bắc",
        "Đinh Bộ Lĩnh",
        "Trần Hưng Đạo",
        "Rạch Gầm",
        "Ký Con",
    ]
    raws = [charset(name).encode(text).decode("iso-8859-1") for text in texts]
    path = tmp_path / "a.shp"
    count = len(texts)
    pyogrio.raw.write(
        path,
        shapely.to_wkb([square(number) for number in range(count)]),
        [
            np.array(raws, object),
            np.array(["5"] * count, object),
            np.array([str(number) for number in range(count)], object),
        ],
        ["DIACHI_TD", "SHBANDO", "SHTHUA"],
        geometry_type="Polygon",
        crs="EPSG:9210",
        encoding="ISO-8859-1",
    )
    for say in ("1252", "1258", ""):
        if say:
            path.with_suffix(".cpg").write_text(say)
        else:
            path.with_suffix(".cpg").unlink()
        request = ImportRequest(
            path=path, theme="parcels", slug=f"zz{say}", create_layer=True, apply=True
        )
        import_file(ACTOR, request)
        rows = Parcel.objects.filter(layer__slug=f"zz{say}").order_by("so_thua")
        assert list(rows.values_list("address", flat=True)) == texts


def _written(path: Path, rows: list[Parcel]) -> Path:
    """Write stored rows as a program of an office would, with all digits of a position."""
    options = {"COORDINATE_PRECISION": "17"} if path.suffix == ".geojson" else {}
    pyogrio.raw.write(
        path,
        np.array([bytes(row.geom.wkb) for row in rows], object),
        [
            np.array([row.so_to for row in rows], object),
            np.array([row.so_thua for row in rows], object),
            np.array([float(row.area_m2 or 0) for row in rows]),
            np.array([row.address for row in rows], object),
        ],
        ["SHBANDO", "SHTHUA", "DIENTICH", "DIACHI_TD"],
        geometry_type="MultiPolygon",
        crs="EPSG:4326",
        encoding="UTF-8" if path.suffix == ".shp" else None,
        layer_options=options,
    )
    return path


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".shp"])
def test_what_is_written_out_comes_back_the_same(tmp_path: Path, suffix: str) -> None:
    count = 30
    columns = {
        "SHBANDO": ["5"] * count,
        "SHTHUA": [str(number) for number in range(count)],
        "DIENTICH": [400.5 + number for number in range(count)],
        "DIACHI_TD": [f"{number} Nguyễn Huệ, phường Mỹ Tho" for number in range(count)],
    }
    shapes: Shapes = [
        shapely.Point(EAST + 60 * number, NORTH).buffer(20 + number / 7) for number in range(count)
    ]
    assert run(shapefile(tmp_path / "a.gpkg", shapes, columns)).new == count
    rows = list(Parcel.objects.filter(layer__slug="zz").order_by("pk"))
    report = run(_written(tmp_path / f"b{suffix}", rows))
    assert (report.same, report.changed, report.new, report.rejected) == (count, 0, 0, 0)
