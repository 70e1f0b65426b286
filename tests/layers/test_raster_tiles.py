"""Raster tiles and values, decoded and compared with the source's pixels at known positions."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import rasterio
from django.conf import settings
from django.test import Client
from rasterio.transform import from_origin
from rasterio.warp import transform
from rio_tiler.io import Reader
from shared_data import shared

from gis_core.access import ANONYMOUS, Sensitivity
from gis_core.errors import Invalid
from gis_core.tile_grid import HALF_WORLD_M, Tile, pixel_size_m, tile_at
from importers.raster import RasterReport, import_raster
from layers import raster_tiles, selectors
from layers.raster import Raster
from layers.raster_legend import Legend, Mode, Stop, read_legend

CENTER = (106.363, 10.354)
STEPS = [
    {"value": 0.1, "color": "#112233", "label_vi": "0,1–0,5 m", "label_en": "0.1–0.5 m"},
    {"value": 0.5, "color": "#445566", "label_vi": "từ 0,5 m", "label_en": "0.5 m and more"},
]


@pytest.fixture
def served(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Raster]]:
    """Import a file, committed, because anonymous readers have a connection of their own."""
    monkeypatch.setattr(settings, "RASTER_ROOT", tmp_path / "rasters")
    slugs: list[str] = []

    def add(path: Path, slug: str, **facts: object) -> Raster:
        import_raster(path, slug=slug, apply=True, **facts)  # type: ignore[arg-type]
        slugs.append(slug)
        return Raster.objects.get(slug=slug)

    yield add
    Raster.objects.filter(slug__in=slugs).delete()


def surface(folder: Path, values: np.ndarray, zoom: int = 16, nodata: float | None = None) -> Path:
    """Write values on the tile grid at `zoom`; the tile that holds CENTER is filled first."""
    tile = tile_at(*CENTER, zoom)
    west, _, _, north = tile.bounds_3857()
    size = pixel_size_m(zoom)
    path = folder / "surface.tif"
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=values.shape[1],
        height=values.shape[0],
        count=1,
        dtype=values.dtype,
        crs="EPSG:3857",
        nodata=nodata,
        transform=from_origin(west, north, size, size),
    ) as result:
        result.write(values, 1)
    return path


def decoded(png: bytes) -> np.ndarray:
    """(256, 256, 4) of a tile."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    with rasterio.MemoryFile(png) as memory, memory.open() as image:
        assert (image.width, image.height, image.count) == (256, 256, 4)
        return np.moveaxis(image.read(), 0, -1)


def position(tile: Tile, column: float, row: float) -> tuple[float, float]:
    """(lon, lat) of the middle of a pixel of a tile."""
    west, south, east, north = tile.bounds_3857()
    x = west + (column + 0.5) / 256 * (east - west)
    y = north - (row + 0.5) / 256 * (north - south)
    radius = HALF_WORLD_M / math.pi
    return math.degrees(x / radius), math.degrees(math.atan(math.sinh(y / radius)))


def test_each_pixel_of_a_tile_is_a_pixel_of_the_file(
    served: Callable[..., Raster], tmp_path: Path
) -> None:
    values = np.random.default_rng(7).random((256, 256)).astype("float32")
    values[10, 20] = np.nan
    row = served(surface(tmp_path, values), "depth", unit="m", legend=STEPS)
    tile = tile_at(*CENTER, 16)
    image = decoded(raster_tiles.tile_png(row, tile))
    low, high = (values >= 0.1) & (values < 0.5), values >= 0.5
    assert (image[low] == (0x11, 0x22, 0x33, 255)).all()
    assert (image[high] == (0x44, 0x55, 0x66, 255)).all()
    assert not image[~(low | high)].any()
    for column, line in ((0, 0), (255, 0), (0, 255), (255, 255), (101, 7), (20, 10)):
        found = raster_tiles.value_at(row, *position(tile, column, line), "vi")
        expected = float(values[line, column])
        assert found.value == (None if math.isnan(expected) else pytest.approx(expected, rel=1e-6))
        assert found.unit == "m"


def test_tiles_above_and_below_the_files_own_zoom_lie_at_the_same_place(
    served: Callable[..., Raster], tmp_path: Path
) -> None:
    values = np.ones((256, 256), dtype="uint8")
    values[:128, :128] = 2
    row = served(surface(tmp_path, values), "quarters")
    colors = {stop["value"]: stop["color"] for stop in row.legend}
    two = tuple(int(colors[2.0][at : at + 2], 16) for at in (1, 3, 5))
    tile = tile_at(*CENTER, 16)
    parent = decoded(raster_tiles.tile_png(row, Tile(15, tile.x // 2, tile.y // 2)))
    left, top = (tile.x % 2) * 128, (tile.y % 2) * 128
    assert (parent[top : top + 64, left : left + 64, :3] == two).all()
    assert (parent[top + 64 : top + 128, left : left + 128, :3] != two).any(axis=-1).all()
    assert parent[..., 3].sum() == 128 * 128 * 255
    child = decoded(raster_tiles.tile_png(row, Tile(17, tile.x * 2, tile.y * 2)))
    assert (child[..., :3] == two).all()


def test_there_is_a_transparent_tile_where_there_is_nothing(
    served: Callable[..., Raster], tmp_path: Path
) -> None:
    served(surface(tmp_path, np.ones((256, 256), dtype="uint8")), "here")
    response = Client().get("/tiles/rasters/here/14/0/0.png")
    assert response.status_code == 200
    assert response["Content-Type"] == "image/png"
    assert not decoded(response.content).any()
    assert len(response.content) < 1000


def test_rgb_of_the_world_is_served_as_it_is(served: Callable[..., Raster]) -> None:
    path = shared("data/raster/RGB.byte.tif")
    row = served(path, "rgb")
    assert row.legend == []
    assert row.band_count == 3
    with rasterio.open(path) as source, Reader(str(raster_tiles.file_of(row))) as cog:
        native, pixels, mask = cog.maxzoom, source.read(), source.dataset_mask()
        checked = 0
        for column, line in ((400, 300), (200, 500), (600, 200), (350, 650), (5, 5)):
            x, y = source.xy(line, column)
            (lon,), (lat,) = transform(source.crs, "EPSG:4326", [x], [y])
            tile = tile_at(lon, lat, native)
            image = decoded(raster_tiles.tile_png(row, tile))
            west, south, east, north = tile.bounds_4326()
            at_column = int((lon - west) / (east - west) * 256)
            mercator = [math.asinh(math.tan(math.radians(v))) for v in (north, lat, south)]
            at_row = int((mercator[0] - mercator[1]) / (mercator[0] - mercator[2]) * 256)
            seen = image[at_row, at_column]
            if not mask[line, column]:
                assert seen[3] == 0
                continue
            # The pixel of the map that holds the source pixel's middle shows it or a neighbour.
            around = pixels[:, line - 1 : line + 2, column - 1 : column + 2].reshape(3, -1).T
            assert seen[3] == 255
            assert (around == seen[:3]).all(axis=1).any()
            checked += 1
        assert checked >= 3


def test_shade_comes_out_pixel_for_pixel(served: Callable[..., Raster]) -> None:
    path = shared("data/raster/shade.tif")
    row = served(path, "shade")
    with rasterio.open(path) as source:
        values = source.read(1)
        column0 = round((source.bounds.left + HALF_WORLD_M) / pixel_size_m(14))
        row0 = round((HALF_WORLD_M - source.bounds.top) / pixel_size_m(14))
    assert (column0 % 256, row0 % 256) == (0, 0)
    for at_x in range(4):
        for at_y in range(4):
            tile = Tile(14, column0 // 256 + at_x, row0 // 256 + at_y)
            image = decoded(raster_tiles.tile_png(row, tile))
            part = values[at_y * 256 : at_y * 256 + 256, at_x * 256 : at_x * 256 + 256]
            assert ((image[..., 3] == 255) == (part == 0)).all()


def test_a_hidden_raster_answers_as_a_missing_one(
    served: Callable[..., Raster], tmp_path: Path, sign_in: Callable[[str], Client]
) -> None:
    path = surface(tmp_path, np.ones((256, 256), dtype="uint8"))
    served(path, "plan", sensitivity=Sensitivity.INTERNAL)
    tile = tile_at(*CENTER, 16)
    paths = (f"/tiles/rasters/{{}}/16/{tile.x}/{tile.y}.png", "/api/rasters/{}/value?lon=1&lat=1")
    for pattern in paths:
        hidden, missing = (Client().get(pattern.format(slug)) for slug in ("plan", "nope"))
        assert (hidden.status_code, missing.status_code) == (404, 404)
        assert hidden.content.replace(b"/plan/", b"/nope/") == missing.content
        assert sign_in("planner").get(pattern.format("plan")).status_code == 200
    Raster.objects.filter(slug="plan").update(sensitivity=0, publication="draft")
    assert Client().get(paths[1].format("plan")).status_code == 404


def test_the_value_has_unit_and_label(served: Callable[..., Raster], tmp_path: Path) -> None:
    values = np.full((256, 256), 0.3, dtype="float32")
    values[:, 128:] = 0.01
    served(surface(tmp_path, values, nodata=-1), "depth", unit="m", legend=STEPS)
    lon, lat = position(tile_at(*CENTER, 16), 3, 3)
    found = Client().get(f"/api/rasters/depth/value?lon={lon}&lat={lat}&lang=en")
    assert found.json() == {"value": 0.3, "unit": "m", "label": "0.1–0.5 m"}
    lon, lat = position(tile_at(*CENTER, 16), 200, 3)
    found = Client().get(f"/api/rasters/depth/value?lon={lon}&lat={lat}")
    assert found.json() == {"value": 0.01, "unit": "m", "label": None}
    for elsewhere in ("lon=0&lat=0", "lon=106.363&lat=90", "lon=-180&lat=-90"):
        found = Client().get(f"/api/rasters/depth/value?{elsewhere}")
        assert found.json() == {"value": None, "unit": "m", "label": None}


@pytest.mark.parametrize("query", ["lon=200&lat=0", "lon=nan&lat=0", "lon=1", "lon=x&lat=1"])
def test_a_position_off_the_globe_is_refused(database: str, query: str) -> None:
    assert Client().get(f"/api/rasters/depth/value?{query}").status_code in {400, 422}


def test_zooms_that_are_not_served_are_refused(
    served: Callable[..., Raster], tmp_path: Path
) -> None:
    row = served(surface(tmp_path, np.ones((256, 256), dtype="uint8")), "here")
    for z, x, y in ((row.max_zoom + 1, 0, 0), (row.min_zoom - 1, 0, 0), (12, 4096, 0), (99, 0, 0)):
        assert Client().get(f"/tiles/rasters/here/{z}/{x}/{y}.png").status_code == 400
    assert Client().get("/tiles/rasters/here/12/-1/0.png").status_code == 404


def test_an_unchanged_tile_is_not_sent_twice(served: Callable[..., Raster], tmp_path: Path) -> None:
    row = served(surface(tmp_path, np.ones((256, 256), dtype="uint8")), "here")
    tile = tile_at(*CENTER, 16)
    path = f"/tiles/rasters/here/16/{tile.x}/{tile.y}.png"
    first = Client().get(path)
    again = Client().get(path, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    Raster.objects.filter(pk=row.pk).update(legend=[{**row.legend[0], "color": "#FF0000"}])
    changed = Client().get(path, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert (decoded(changed.content) == (255, 0, 0, 255)).all()
    head = Client().head(path)
    assert (head.status_code, head["ETag"]) == (200, changed["ETag"])


def test_a_name_in_the_table_does_not_lead_out_of_the_folder(
    served: Callable[..., Raster], tmp_path: Path
) -> None:
    row = served(surface(tmp_path, np.ones((256, 256), dtype="uint8")), "here")
    row.filename = "../surface.tif"
    assert raster_tiles.file_of(row).parent == settings.RASTER_ROOT
    Raster.objects.filter(pk=row.pk).update(filename="../surface.tif")
    tile = tile_at(*CENTER, 16)
    response = Client().get(f"/tiles/rasters/here/16/{tile.x}/{tile.y}.png")
    assert response.status_code == 503
    assert b"surface" not in response.content


def test_anonymous_people_read_rasters_by_the_public_login(
    served: Callable[..., Raster], tmp_path: Path
) -> None:
    served(surface(tmp_path, np.ones((256, 256), dtype="uint8")), "here")
    assert selectors.raster(ANONYMOUS, "here")._state.db == "public"


def test_a_ramp_blends_and_classes_do_not() -> None:
    stops = (Stop(0, "#000000"), Stop(10, "#C86400"))
    values, valid = np.array([[0.0, 5.0, 10.0, 99.0, -3.0]]), np.ones((1, 5), dtype=bool)
    ramp = Legend(Mode.RAMP, stops).paint(values, valid)[0].tolist()
    assert ramp == [[0, 0, 0, 255], [100, 50, 0, 255]] + 2 * [[200, 100, 0, 255]] + [[0, 0, 0, 255]]
    classes = Legend(Mode.CLASSES, stops).paint(values, valid)[0].tolist()
    assert classes == [[0, 0, 0, 255], [0] * 4, [200, 100, 0, 255], [0] * 4, [0] * 4]
    nothing = Legend(Mode.RAMP, ()).paint(values, valid)
    assert not nothing.any()


def test_a_value_on_the_edge_belongs_to_the_step_that_it_begins() -> None:
    legend = Legend(Mode.STEPS, (Stop(0.1, "#000000"), Stop(0.7, "#FFFFFF")))
    for kind in ("float32", "float64"):
        painted = legend.paint(np.array([[0.7]], dtype=kind), np.ones((1, 1), dtype=bool))
        assert painted[0, 0].tolist() == [255] * 4
    assert legend.label(0.7, "vi") == ""


@pytest.mark.parametrize(
    "entry",
    [
        {"value": 1, "color": "red"},
        {"value": 1, "color": "#12345"},
        {"value": "x", "color": "#123456"},
        {"value": float("nan"), "color": "#123456"},
        {"color": "#123456"},
        {"value": 1, "color": "#123456", "mode": "rainbow"},
        {"value": 2, "color": "#123456"},
    ],
)
def test_a_wrong_legend_is_refused(entry: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        read_legend([{"value": 2, "color": "#000000"}, entry])


def test_import_reports_are_values(tmp_path: Path, db: None) -> None:
    path = surface(tmp_path, np.ones((16, 16), dtype="uint8"))
    assert isinstance(import_raster(path, slug="dry"), RasterReport)
    assert not Raster.objects.filter(slug="dry").exists()
