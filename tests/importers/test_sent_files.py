"""What people send by mistake or cut off: each is named, with what is missing."""

import zipfile
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely
from django.utils import translation
from small_files import codes, parcels, rejected, run, square

from importers.refusals import Unreadable, refusal
from importers.source import layers_of, open_source

KML = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{}</Document></kml>'
PLACE = (
    "<Placemark><name>{}</name><Point><coordinates>106.36,10.35</coordinates></Point></Placemark>"
)


@pytest.mark.parametrize("suffix", [".dbf", ".shx", ".prj"])
def test_a_part_alone_says_which_file_is_missing(tmp_path: Path, suffix: str) -> None:
    part = parcels(tmp_path / "thua.shp").with_suffix(suffix)
    (tmp_path / "thua.shp").unlink()
    with pytest.raises(Unreadable, match=r"còn thiếu thua\.shp") as caught:
        layers_of(part)
    assert caught.value.reason == "part_alone"


def test_the_contents_page_of_a_kmz_is_no_layer(tmp_path: Path) -> None:
    path = tmp_path / "a.kmz"
    link = "<NetworkLink><Link><href>layers/tram.kml</href></Link></NetworkLink>"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("doc.kml", KML.format(link))
        archive.writestr("layers/tram.kml", KML.format(PLACE.format("Trạm 1")))
    with open_source(path) as source:
        assert [batch.num_rows for batch, _ in source.batches()] == [1]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("doc.kml", KML.format(link + PLACE.format("Trạm 2")))
        archive.writestr("layers/tram.kml", KML.format(PLACE.format("Trạm 1")))
    assert layers_of(path) == ["doc", "tram"]


@pytest.mark.usefixtures("db")
def test_a_shapefile_that_is_cut_off_says_so(tmp_path: Path) -> None:
    path = parcels(tmp_path / "thua.shp", 6)
    assert "file_cut" not in codes(run(path, apply=False))
    path.write_bytes(path.read_bytes()[:-200])
    report = run(path, apply=False)
    assert codes(report)["file_cut"] == 1
    assert (report.read, report.rejected) == (6, 2)


@pytest.mark.usefixtures("db")
def test_a_row_of_a_table_without_a_place_is_told_as_one(tmp_path: Path) -> None:
    path = tmp_path / "tram.csv"
    path.write_text(
        "MA,Kinh độ,Vĩ độ\nQ1,106.36,10.35\nQ2,không rõ,10.35\nQ3,106.37,10.36\nQ4,106.38,10.36\n"
    )
    report = run(path, "environment", apply=False)
    assert rejected(report) == {3: "no_place"}


def test_data_that_is_no_map_is_not_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "danhsach.json"
    path.write_text('{"a": [1, 2]}')
    with pytest.raises(Unreadable) as caught:
        layers_of(path)
    assert caught.value.reason == "unknown_kind"


@pytest.mark.usefixtures("db")
def test_a_system_of_its_own_is_a_question_with_all_that_fit(tmp_path: Path) -> None:
    """MapInfo has no VN-2000: offices describe it on the datum of WGS 84, shifted or not."""
    path = tmp_path / "thua.mif"
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.array([square(1), square(2)], dtype=object)),
        [np.array(["1", "2"], dtype=object)],
        ["SHTHUA"],
        geometry_type="Polygon",
        crs="+proj=tmerc +lat_0=0 +lon_0=105.75 +k=0.9999 +x_0=500000 +datum=WGS84 +units=m",
        driver="MapInfo File",
    )
    with pytest.raises(Unreadable, match=r"EPSG:9210 .*EPSG:9210\+unshifted") as caught:
        run(path, apply=False)
    assert caught.value.reason == "crs_unnamed"
    assert run(path, apply=False, source_crs="EPSG:9210").new == 2


@pytest.mark.parametrize(
    ("code", "reason", "words"),
    [
        ("damaged", "Failed to read; At line 3, character 574: Unterminated string", "(dòng 3, ký"),
        ("damaged", "sqlite3_prepare_v2(SELECT 1) failed: disk image is malformed", "cắt. Hãy"),
        ("archive_damaged", "File is not a zip file", "(thiếu phần cuối tệp)"),
        ("unreachable", "No such file or directory", "(không có tệp này)"),
        ("unreachable", "Input/output error", "a.gpkg. Hãy"),
        ("overpass_silent", "[Errno -2] Name or service not known", "(máy này không tìm thấy"),
    ],
)
def test_what_libraries_say_is_said_in_the_readers_words(
    code: str, reason: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "importers")
    with translation.override("vi"):
        told = refusal(code, "a.gpkg", {"reason": reason, "url": "u"}).detail
    assert words in told
    assert reason not in told
    assert reason in caplog.text
