"""From a GeoTIFF to the file that is served: where it lies, what it keeps, what is refused."""

from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from django.conf import settings
from django.core.management import CommandError, call_command
from rasterio.enums import ColorInterp
from rasterio.transform import from_origin

from gis_core.access import Sensitivity
from gis_core.crs import ZONES, from_wgs84, to_wgs84
from gis_core.tile_grid import HALF_WORLD_M, pixel_size_m
from importers.raster import RasterRefused, import_raster
from importers.raster_content import blocks
from layers.raster import Raster

ZONE = ZONES[9210]
EAST_M, NORTH_M = (float(v) for v in from_wgs84(ZONE, 106.363, 10.354))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """RASTER_ROOT of the test."""
    monkeypatch.setattr(settings, "RASTER_ROOT", tmp_path / "rasters")
    return tmp_path / "rasters"


def geotiff(path: Path, values: np.ndarray, **profile: Any) -> Path:
    """Write (bands, rows, columns) or (rows, columns) with 2 m pixels of EPSG:9210."""
    bands = values if values.ndim == 3 else values[None]
    known = {
        "crs": "EPSG:9210",
        "transform": from_origin(EAST_M, NORTH_M, 2, 2),
        "dtype": values.dtype,
        "count": bands.shape[0],
        "height": bands.shape[1],
        "width": bands.shape[2],
    }
    with rasterio.open(path, "w", driver="GTiff", **{**known, **profile}) as result:
        result.write(bands)
    return path


def stored(slug: str) -> Any:
    """The opened file that is served."""
    return rasterio.open(settings.RASTER_ROOT / Raster.objects.get(slug=slug).filename)


def mercator(east_m: float, north_m: float) -> tuple[float, float]:
    """EPSG:3857 by the official parameters and the spherical formulas, without GDAL."""
    lon, lat = to_wgs84(ZONE, east_m, north_m)
    radius = HALF_WORLD_M / np.pi
    return float(np.radians(lon) * radius), float(np.arcsinh(np.tan(np.radians(lat))) * radius)


def official_box(width_m: float, height_m: float) -> tuple[float, float, float, float]:
    """West, south, east, north of a rectangle that hangs on the corner of the test files."""
    corners = [to_wgs84(ZONE, EAST_M + x, NORTH_M - y) for x in (0, width_m) for y in (0, height_m)]
    lons, lats = zip(*((float(lon), float(lat)) for lon, lat in corners), strict=True)
    return min(lons), min(lats), max(lons), max(lats)


def test_corners_lie_where_the_official_parameters_put_them(db: None, tmp_path: Path) -> None:
    path = geotiff(tmp_path / "a.tif", np.ones((40, 60), "float32"))
    report = import_raster(path, slug="a", apply=True)
    assert report.found.where.zone is not None
    degree_m = 111_320
    difference = np.subtract(report.bounds_4326, official_box(120, 80))
    assert np.abs(difference).max() * degree_m < 0.05
    row = Raster.objects.get(slug="a")
    assert (row.west, row.south, row.east, row.north) == report.bounds_4326


def test_pixels_lie_within_5_cm_of_the_official_position(db: None, tmp_path: Path) -> None:
    # 5 cm pixels, so that the 0.80 m of the operation that libraries choose would show.
    values = np.zeros((400, 400), "uint8")
    values[200:, 200:] = 1
    fine = from_origin(EAST_M, NORTH_M, 0.05, 0.05)
    import_raster(
        geotiff(tmp_path / "a.tif", values, transform=fine, nodata=255), slug="a", apply=True
    )
    x, y = mercator(EAST_M + 10, NORTH_M - 10)  # where the ones begin
    with stored("a") as served:
        assert served.res[0] == pytest.approx(pixel_size_m(22))
        reach = 0.05 + served.res[0]
        for dx, dy, expected in ((1, -1, 1), (-1, -1, 0), (1, 1, 0), (-1, 1, 0)):
            (found,) = served.sample([(x + dx * reach, y + dy * reach)])
            assert found[0] == expected


@pytest.mark.parametrize("crs", ["EPSG:9210", ZONE.wkt, ZONE.proj4text])
def test_every_way_to_name_the_zone_gives_one_position(db: None, tmp_path: Path, crs: str) -> None:
    path = geotiff(tmp_path / "a.tif", np.ones((40, 60), "uint8"), crs=crs)
    report = import_raster(path, slug="a")
    assert report.found.where.zone == ZONE
    assert report.bounds_4326 == pytest.approx(official_box(120, 80), abs=1e-8)


def test_the_file_is_cloud_optimised_and_on_the_tile_grid(
    db: None, tmp_path: Path, folder: Path
) -> None:
    values = np.arange(700 * 900, dtype="float32").reshape(700, 900)
    import_raster(geotiff(tmp_path / "a.tif", values), slug="a", apply=True)
    with stored("a") as served:
        assert served.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert served.overviews(1)
        assert served.block_shapes == [(256, 256)]
        assert served.crs.to_epsg() == 3857
        size = pixel_size_m(17)
        assert served.res == pytest.approx((size, size))
        for offset in (served.transform.c + HALF_WORLD_M, HALF_WORLD_M - served.transform.f):
            assert offset / size / 256 == pytest.approx(round(offset / size / 256), abs=1e-6)
        kept = served.read(1, masked=True)
        assert set(np.unique(kept.compressed())) <= set(values.ravel().tolist())
        # Pixels are at most as large as the source's: hardly a value is lost.
        assert np.unique(kept.compressed()).size > 0.999 * values.size
    assert [path.name for path in folder.iterdir()] == [Raster.objects.get(slug="a").filename]


@pytest.mark.parametrize("kind", ["uint8", "int16", "uint16", "int32", "uint32", "float64"])
def test_what_is_beyond_the_file_is_not_a_value(db: None, tmp_path: Path, kind: str) -> None:
    values = np.zeros((50, 50), kind)
    values[0, 0] = np.iinfo(kind).max if kind != "float64" else 1e300
    import_raster(geotiff(tmp_path / "a.tif", values), slug="a", apply=True)
    with stored("a") as served:
        found = served.read(1, masked=True)
        assert found.mask.any()
        assert found.count() < found.size
        assert set(np.unique(found.compressed())) == set(np.unique(values).tolist())


def test_nodata_stays_nodata(db: None, tmp_path: Path) -> None:
    values = np.full((50, 50), -9999.0, "float32")
    values[10:20, 10:20] = 1.5
    report = import_raster(
        geotiff(tmp_path / "a.tif", values, nodata=-9999.0), slug="a", apply=True
    )
    assert (report.found.content.low, report.found.content.high) == (1.5, 1.5)
    with stored("a") as served:
        assert set(np.unique(served.read(1, masked=True).compressed())) == {1.5}


@pytest.mark.parametrize("alpha", [False, True])
def test_a_picture_keeps_colours_and_holes(db: None, tmp_path: Path, alpha: bool) -> None:
    picture = np.zeros((4 if alpha else 3, 60, 60), "uint8")
    picture[:3] = np.array([10, 20, 30])[:, None, None]
    if alpha:
        picture[3, :, :30] = 255
    more = {"photometric": "RGB", "alpha": "yes"} if alpha else {"photometric": "RGB"}
    import_raster(geotiff(tmp_path / "a.tif", picture, **more), slug="a", apply=True)
    row = Raster.objects.get(slug="a")
    assert row.legend == []
    with stored("a") as served:
        assert served.colorinterp[3] is ColorInterp.alpha
        pixels = served.read()
        seen = pixels[:, pixels[3] > 0]
        assert {tuple(pixel) for pixel in seen.T.tolist()} == {(10, 20, 30, 255)}
        share = seen.shape[1] * served.res[0] ** 2 / (120 * 120 * 1.0165**2)
        assert share == pytest.approx(0.5 if alpha else 1.0, rel=0.04)


def test_the_palette_of_a_file_becomes_its_legend(db: None, tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    values = np.array([[1, 2], [2, 1]], "uint8").repeat(20, 0).repeat(20, 1)
    geotiff(path, values)
    with rasterio.open(path, "r+") as file:
        file.write_colormap(1, {1: (255, 0, 0, 255), 2: (0, 255, 0, 255)})
    report = import_raster(path, slug="a")
    assert report.legend is not None
    assert [(s.value, s.color) for s in report.legend.stops] == [(1, "#FF0000FF"), (2, "#00FF00FF")]


def test_without_apply_nothing_is_written(db: None, tmp_path: Path, folder: Path) -> None:
    report = import_raster(geotiff(tmp_path / "a.tif", np.ones((9, 9), "uint8")), slug="a")
    assert not report.written
    assert not folder.exists()
    assert not Raster.objects.filter(slug="a").exists()


def test_an_import_again_keeps_what_is_not_said(db: None, tmp_path: Path, folder: Path) -> None:
    legend = [{"value": 1, "color": "#123456", "label_vi": "một"}]
    first = geotiff(tmp_path / "a.tif", np.ones((9, 9), "float32"))
    import_raster(
        first,
        slug="a",
        title_vi="Một",
        legend=legend,
        sensitivity=Sensitivity.INTERNAL,
        apply=True,
    )
    once = Raster.objects.values().get(slug="a")
    import_raster(first, slug="a", apply=True)
    assert Raster.objects.values().get(slug="a") == once
    second = geotiff(tmp_path / "b.tif", np.full((9, 9), 2, "float32"))
    import_raster(second, slug="a", unit="m", apply=True)
    row = Raster.objects.get(slug="a")
    assert (row.title_vi, row.unit, row.sensitivity) == ("Một", "m", 1)
    assert row.legend == once["legend"]
    assert row.filename != once["filename"]


def test_the_same_file_gives_the_same_bytes(db: None, tmp_path: Path, folder: Path) -> None:
    path = geotiff(tmp_path / "a.tif", np.random.default_rng(1).random((300, 300)))
    contents = []
    for _ in range(2):
        import_raster(path, slug="a", apply=True)
        (served,) = folder.iterdir()
        contents.append(served.read_bytes())
        served.unlink()
    assert contents[0] == contents[1]


def test_a_failed_write_leaves_nothing(
    db: None, tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object, **_options: object) -> None:
        raise OSError("No space left on device")

    path = geotiff(tmp_path / "a.tif", np.ones((9, 9), "uint8"))
    monkeypatch.setattr("importers.raster_writing.rasterio.shutil.copy", full)
    with pytest.raises(OSError, match="No space"):
        import_raster(path, slug="a", apply=True)
    assert list(folder.iterdir()) == []
    assert not Raster.objects.filter(slug="a").exists()


def _vrt(path: Path) -> Path:
    path.write_text(
        '<VRTDataset rasterXSize="9" rasterYSize="9"><SRS>EPSG:3857</SRS>'
        "<GeoTransform>0,1,0,0,0,-1</GeoTransform>"
        '<VRTRasterBand dataType="Byte" band="1"><SimpleSource>'
        "<SourceFilename>/etc/passwd</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>"
    )
    return path


def _pointer(path: Path) -> Path:
    geotiff(path, np.ones((64, 64), "uint8"))
    with rasterio.open(path, "r+") as file:
        file.update_tags(ns="OVERVIEWS", OVERVIEW_FILE="/vsicurl/http://127.0.0.1:9/x.tif")
    return path


def _cut_off(path: Path) -> Path:
    geotiff(path, np.random.default_rng(1).random((500, 500)))
    path.write_bytes(path.read_bytes()[:5000])
    return path


ONES = np.ones((9, 9), "uint8")


@pytest.mark.parametrize(
    "make",
    [
        _vrt,
        _pointer,
        _cut_off,
        lambda path: path.write_bytes(b"II*\0" + b"\xff" * 60) and path,
        lambda path: path.write_bytes(b"") or path,
        lambda path: geotiff(path, ONES, crs=None),
        lambda path: geotiff(path, np.ones((2, 9, 9), "uint8")),
        lambda path: geotiff(path, np.ones((3, 9, 9), "uint16")),
        lambda path: geotiff(path, np.ones((4, 9, 9), "uint8"), photometric="RGB", alpha="no"),
        lambda path: geotiff(path, np.ones((9, 9), "complex64")),
        lambda path: geotiff(path, ONES, transform=from_origin(0, 1e9, 2, 2)),
        lambda path: geotiff(path, ONES, crs="EPSG:4326", transform=from_origin(0, 90, 1, 1)),
    ],
    ids=[
        *(
            "vrt",
            "pointer",
            "cut-off",
            "damaged",
            "empty",
            "no-crs",
            "two-bands",
            "rgb16",
            "rgb-and-infrared",
        ),
        *("complex", "off-the-earth", "pole"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_words(db: None, tmp_path: Path, make: Any) -> None:
    with pytest.raises(RasterRefused) as caught:
        import_raster(make(tmp_path / "a.tif"), slug="a", apply=True)
    assert caught.value.detail
    assert not Raster.objects.filter(slug="a").exists()


def test_a_small_file_that_claims_a_huge_raster_is_refused(db: None, tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=100_000,
        height=100_000,
        count=1,
        dtype="uint8",
        crs="EPSG:9210",
        transform=from_origin(EAST_M, NORTH_M, 0.1, 0.1),
        tiled=True,
        sparse_ok=True,
        compress="deflate",
    ):
        pass
    with pytest.raises(RasterRefused, match=r"150|pixel"):
        import_raster(path, slug="a")


@pytest.mark.parametrize("slug", ["", "../a", "A b", "a/b", "a.b", "x" * 81])
def test_an_address_that_is_none_is_refused(db: None, tmp_path: Path, slug: str) -> None:
    path = geotiff(tmp_path / "a.tif", ONES)
    with pytest.raises(RasterRefused):
        import_raster(path, slug=slug, apply=True)


def test_windows_cover_every_pixel_once() -> None:
    seen = np.zeros((2500, 1030), int)
    for window in blocks(1030, 2500):
        rows, columns = window.toslices()
        seen[rows, columns] += 1
    assert (seen == 1).all()


def test_the_command_reports_then_writes(db: None, tmp_path: Path) -> None:
    path = geotiff(tmp_path / "a.tif", np.linspace(0, 2, 81, dtype="float32").reshape(9, 9))
    legend = tmp_path / "legend.toml"
    legend.write_text('mode = "ramp"\n[[legend]]\nvalue = 0\ncolor = "#FFFFFF"\nlabel_vi = "khô"\n')
    out = StringIO()
    call_command("import_raster", path, slug="depth", unit="m", legend=legend, stdout=out)
    text = out.getvalue()
    for part in ("9 × 9 px", "EPSG:9210", "Decision 05/2007", "0 to 2", "ramp: 0", "--apply"):
        assert part in text
    assert not Raster.objects.filter(slug="depth").exists()
    call_command(
        "import_raster",
        *(path, "--slug=depth", "--unit=m", f"--legend={legend}", "--title-vi=Độ sâu"),
        *("--illustrative", "--data-date=2026-01-15", "--sensitivity=internal", "--apply"),
        stdout=out,
    )
    row = Raster.objects.get(slug="depth")
    assert (row.title_vi, row.unit, row.illustrative, row.sensitivity) == ("Độ sâu", "m", True, 1)
    assert row.legend == [
        {"value": 0, "color": "#FFFFFF", "label_vi": "khô", "label_en": "", "mode": "ramp"}
    ]
    assert out.getvalue().rstrip().endswith("written")


def test_the_command_says_what_is_wrong(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="not a TIFF"):
        call_command("import_raster", _vrt(tmp_path / "a.tif"), slug="a")
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_raster", tmp_path / "none.tif", slug="a")
    path = geotiff(tmp_path / "b.tif", ONES)
    (tmp_path / "legend.json").write_text('{"legend": 1}')
    with pytest.raises(CommandError, match="legend"):
        call_command("import_raster", path, slug="a", legend=tmp_path / "legend.json")
