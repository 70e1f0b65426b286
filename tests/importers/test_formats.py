"""Each format that is taken arrives with its rows, its Vietnamese text and its places."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pytest
import shapely

from importers.issues import FileRefused
from importers.magic import FileKind
from importers.refusals import Unreadable
from importers.source import layers_of, open_source

NAMES = ["Phường Mỹ Tho", "Cồn Thới Sơn"]
POINTS = [shapely.Point(106.36, 10.35), shapely.Point(106.37, 10.36)]
AREAS = [shapely.box(106.36, 10.35, 106.361, 10.351), shapely.box(106.37, 10.35, 106.371, 10.351)]
Rows = list[dict[str, Any]]


def written(path: Path, driver: str, shapes: list[Any], **options: Any) -> Path:
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array(shapes, object)),
        [np.array(NAMES, object), np.array([1, 2])],
        ["ten", "so"],
        geometry_type=shapes[0].geom_type,
        crs="EPSG:4326",
        driver=driver,
        **options,
    )
    return path


def rows_of(path: Path, **options: str) -> tuple[FileKind, Rows]:
    with open_source(path, **options) as source:
        rows: Rows = []
        for batch, geometry in source.batches():
            for row in batch.to_pylist():
                wkb = row.pop(geometry)
                rows.append({**row, "shape": wkb and shapely.force_2d(shapely.from_wkb(wkb))})
        return source.kind, rows


def same_places(rows: Rows, shapes: list[Any]) -> bool:
    pairs = zip(rows, shapes, strict=True)
    return all(
        shapely.equals_exact(row["shape"], shape, 1e-6, normalize=True) for row, shape in pairs
    )


@pytest.mark.parametrize(
    ("suffix", "driver", "shapes", "options"),
    [
        ("shp", "ESRI Shapefile", AREAS, {"encoding": "UTF-8"}),
        ("gpkg", "GPKG", AREAS, {}),
        ("geojson", "GeoJSON", AREAS, {}),
        ("geojsonl", "GeoJSONSeq", AREAS, {}),
        ("ndjson", "GeoJSONSeq", POINTS, {"RS": "YES"}),
        ("fgb", "FlatGeobuf", AREAS, {}),
        ("kml", "LIBKML", AREAS, {}),
        ("tab", "MapInfo File", AREAS, {}),
        ("tab", "MapInfo File", AREAS, {"ENCODING": "UTF-8"}),
        ("mif", "MapInfo File", AREAS, {"FORMAT": "MIF"}),
        ("gpx", "GPX", POINTS, {"GPX_USE_EXTENSIONS": "YES"}),
    ],
)
def test_every_format_brings_its_rows(
    tmp_path: Path, suffix: str, driver: str, shapes: list[Any], options: dict[str, Any]
) -> None:
    _, rows = rows_of(written(tmp_path / f"dữ liệu.{suffix}", driver, shapes, **options))
    if suffix == "fgb":  # its rows lie in the order of their index
        rows.sort(key=lambda row: int(row["so"]))
    assert same_places(rows, shapes)
    names = [next(row[name] for name in row if name.endswith("ten")) for row in rows]
    assert [as_written(name) for name in names] == NAMES


def as_written(text: str) -> str:
    """Undo the reading of UTF-8 byte by byte, as the next stage does where no encoding is told."""
    try:
        return text.encode("iso-8859-1").decode()
    except UnicodeError:
        return text


def in_a_zip(folder: Path, name: str, *files: Path, under: str = "") -> Path:
    with zipfile.ZipFile(folder / name, "w") as archive:
        for file in files:
            archive.write(file, f"{under}{file.name}")
    return folder / name


def test_a_kmz_is_a_zip_with_a_kml(tmp_path: Path) -> None:
    kml = written(tmp_path / "doc.kml", "LIBKML", POINTS)
    kind, rows = rows_of(in_a_zip(tmp_path, "a.kmz", kml))
    assert (kind, len(rows)) == (FileKind.KML, 2)


def test_an_archive_may_hold_several_layers_in_folders_with_vietnamese_names(
    tmp_path: Path,
) -> None:
    parts = written(tmp_path / "Thửa đất.shp", "ESRI Shapefile", AREAS, encoding="UTF-8")
    other = written(tmp_path / "ranh.geojson", "GeoJSON", AREAS)
    files = [*sorted(tmp_path.glob("Thửa đất.*")), other]
    archive = in_a_zip(tmp_path, "a.zip", *files, under="Bản đồ/2025/")
    assert sorted(layers_of(archive)) == ["Thửa đất", "ranh"]
    with pytest.raises(FileRefused, match="Thửa đất"):
        rows_of(archive)
    assert same_places(rows_of(archive, layer=parts.stem)[1], AREAS)


def test_suffixes_may_be_of_mixed_case(tmp_path: Path) -> None:
    written(tmp_path / "a.shp", "ESRI Shapefile", AREAS, encoding="UTF-8")
    for suffix, other in ((".shp", ".SHP"), (".dbf", ".Dbf"), (".shx", ".sHX")):
        (tmp_path / f"a{suffix}").rename(tmp_path / f"A{other}")
    _, rows = rows_of(tmp_path / "A.SHP")
    assert [row["so"] for row in rows] == [1, 2]


def test_a_gpx_shows_the_layers_that_have_rows(tmp_path: Path) -> None:
    path = written(tmp_path / "a.gpx", "GPX", POINTS, GPX_USE_EXTENSIONS="YES")
    assert layers_of(path) == ["waypoints"]


def test_the_bytes_of_an_old_mapinfo_file_are_kept(tmp_path: Path) -> None:
    header = (
        'Version 300\nCharset "WindowsLatin1"\nDelimiter ","\nCoordSys Earth Projection 1, 104\n'
    )
    text = f"{header}Columns 1\n  Tªn Char(40)\nData\n\nPoint 106.36 10.35\n"
    (tmp_path / "a.mif").write_bytes(text.encode("iso-8859-1"))
    (tmp_path / "a.mid").write_bytes('"§Êt ë t¹i ®« thÞ"\n'.encode("iso-8859-1"))
    with open_source(tmp_path / "a.mif") as source:
        assert source.encoding.reader == "ISO-8859-1"
        assert source.columns == ("Tªn",)
        [(batch, _)] = source.batches()
    assert batch.column("Tªn").to_pylist() == ["§Êt ë t¹i ®« thÞ"]


def test_many_rows_come_in_many_batches_and_can_be_read_again(tmp_path: Path) -> None:
    count = 25_000
    path = tmp_path / "a.gpkg"
    pyogrio.raw.write(
        path,
        shapely.to_wkb(shapely.points(np.linspace(106, 107, count), 10.0)),
        [np.arange(count)],
        ["so"],
        geometry_type="Point",
        crs="EPSG:4326",
    )
    with open_source(path) as source:
        for _time in range(2):
            batches = [batch for batch, _ in source.batches()]
            assert sum(batch.num_rows for batch in batches) == count
            assert len(batches) > 2
            numbers = np.concatenate([batch.column("so").to_numpy() for batch in batches])
            assert (numbers == np.arange(count)).all()


def test_a_view_or_trigger_of_a_geopackage_does_nothing(tmp_path: Path) -> None:
    sqlite3 = pytest.importorskip("sqlite3")
    path = written(tmp_path / "a.gpkg", "GPKG", POINTS)
    before = path.read_bytes()
    with sqlite3.connect(path) as database:
        database.execute("CREATE VIEW v AS SELECT writefile('x', 'y') AS ten, geom FROM a")
    database.close()
    assert rows_of(path, layer="a")[0] is FileKind.GEOPACKAGE
    assert before != path.read_bytes()


def vrt(path: Path) -> bytes:
    return (
        f'<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>{path}</SrcDataSource>'
        "</OGRVRTLayer></OGRVRTDataSource>"
    ).encode()


REFUSED: list[tuple[str, Callable[[Path], bytes], str]] = [
    ("a.shp", vrt, "not_as_named"),
    ("a.geojson", lambda _: b"", "empty_file"),
    ("a.rar", lambda _: b"Rar!\x1a\x07\x00", "other_archive"),
    ("a.7z", lambda _: b"7z\xbc\xaf\x27\x1c", "other_archive"),
    ("a.tar.gz", lambda _: b"\x1f\x8b\x08", "other_archive"),
    ("a.tar", lambda _: bytes(257) + b"ustar", "other_archive"),
    ("a.dwg", lambda _: b"AC1032" + bytes(20), "drawing_dwg"),
    ("a.pdf", lambda _: b"%PDF-1.7", "document"),
    ("a.dgn", lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_office"),
    ("a.sqlite", lambda _: b"SQLite format 3\x00" + bytes(90), "not_geopackage"),
    ("a.geojson", lambda _: b'{"type": "FeatureCollection", "features": [{', "damaged"),
    ("a.gpkg", lambda _: b"SQLite format 3\x00" + bytes(52) + b"GPKG" + bytes(99), "damaged"),
    ("a.kml", lambda _: b"<kml><Document><Placemark>", "damaged"),
    ("a.shp", lambda _: (9994).to_bytes(4, "big"), "damaged"),
]


@pytest.mark.parametrize(("name", "content", "reason"), REFUSED)
def test_what_cannot_be_read_is_refused_by_name(
    tmp_path: Path, name: str, content: Callable[[Path], bytes], reason: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content(tmp_path / "other.gpkg"))
    with pytest.raises(Unreadable) as caught:
        rows_of(file)
    assert caught.value.reason == reason
    assert name in caught.value.detail
    assert "import-" not in caught.value.detail


def test_a_geojson_list_becomes_text(tmp_path: Path) -> None:
    feature = {
        "type": "Feature",
        "properties": {"tên": ["Mỹ Tho", "Định Tường"], "ngày": "2025-07-01"},
        "geometry": {"type": "Point", "coordinates": [106.36, 10.35]},
    }
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    [row] = rows_of(path)[1]
    assert json.loads(row["tên"]) == ["Mỹ Tho", "Định Tường"]
