"""From a GeoTIFF to the file that is served: where it lies and what it keeps."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from raster_files import EAST_M, NORTH_M, ZONE, geotiff, stored
from rasterio.enums import ColorInterp
from rasterio.transform import from_origin

from gis_core.crs import to_wgs84
from gis_core.tile_grid import HALF_WORLD_M, pixel_size_m
from importers.raster import import_raster
from layers.raster import Raster

pytestmark = pytest.mark.usefixtures("folder")


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
