"""Importing rasters: dry run and replacement, what is refused, the command."""

from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from django.core.management import CommandError, call_command
from raster_files import EAST_M, NORTH_M, geotiff
from rasterio.transform import from_origin

from gis_core.access import Sensitivity
from importers.raster import RasterRefused, import_raster
from importers.raster_content import blocks
from layers.raster import Raster

pytestmark = pytest.mark.usefixtures("folder")


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
