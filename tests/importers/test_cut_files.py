"""A file that was cut off: never read as a shorter one in silence, and told by its name."""

import shutil
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely
from good_files import files_of_every_format

from importers.issues import Issue
from importers.refusals import Unreadable
from importers.source import layers_of, open_source

SAID = {"file_cut", "last_line_cut"}
NAMED = ("a.", "b.")
# What is left of a .shx is made anew, and a .prj says nothing of rows.
PARTS = (
    *("a.shp", "a.dbf", "a.tab", "a.dat", "a.map", "a.id", "b.mif", "b.mid", "a.gpkg", "a.geojson"),
    *("a.geojsonl", "a.fgb", "a.kml", "a.kmz", "a.csv", "a.gpx", "a.zip", "a.xlsx", "a.dxf"),
    *("a.dgn", "a.osm", "a.pbf", "a.json"),
)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> list[list[Path]]:
    return files_of_every_format(tmp_path_factory.mktemp("good"))


def rows_of(path: Path) -> tuple[int, tuple[Issue, ...]]:
    layers = layers_of(path)
    with open_source(path, layer=layers[0] if len(layers) > 1 else "") as source:
        return sum(batch.num_rows for batch, _ in source.batches()), source.issues


def cut_copy(good: list[list[Path]], part: str, keep: float, folder: Path) -> tuple[Path, Path]:
    """Return the file that is opened: as it was, and with one of its parts cut."""
    files = next(files for files in good if part in {file.name for file in files})
    for file in files:
        shutil.copy(file, folder / file.name)
    data = (folder / part).read_bytes()
    (folder / part).write_bytes(data[: int(len(data) * keep)])
    return files[0], folder / files[0].name


@pytest.mark.parametrize("keep", [0.45, 0.93])
@pytest.mark.parametrize("part", PARTS)
def test_a_cut_file_is_refused_by_name_or_warned_of(
    good: list[list[Path]], part: str, keep: float, tmp_path: Path
) -> None:
    whole, cut = cut_copy(good, part, keep, tmp_path)
    try:
        rows, issues = rows_of(cut)
    except Unreadable as error:
        assert any(f"{stem}{suffix}" in error.detail for stem in NAMED for suffix in _suffixes(cut))
        assert error.reason in {
            *("damaged", "cut_off", "rows_missing", "archive_damaged", "not_as_named"),
        }, error.detail
        return
    # Of an index or a last block some bytes may be spare.
    assert SAID & {issue.code for issue in issues} or rows == rows_of(whole)[0]


def _suffixes(path: Path) -> list[str]:
    return [file.suffix[1:] for file in path.parent.glob(f"{path.stem}.*")]


def test_a_flatgeobuf_that_ends_between_two_rows_is_not_taken_for_a_shorter_one(
    tmp_path: Path,
) -> None:
    path = tmp_path / "thửa.fgb"
    points = shapely.points(106.36 + np.arange(3000) / 1e6, 10.35)
    pyogrio.raw.write(
        path, shapely.to_wkb(points), [np.arange(3000)], ["so"], geometry_type="Point",
        crs="EPSG:4326", driver="FlatGeobuf", SPATIAL_INDEX="NO",
    )  # fmt: skip
    data = path.read_bytes()
    size = 4 + int.from_bytes(data[-4 - _last(data) : -_last(data)], "little")
    path.write_bytes(data[: -1000 * size])
    with pytest.raises(Unreadable, match=r"thửa\.fgb.*3\.000.*2\.000") as caught:
        rows_of(path)
    assert caught.value.reason == "rows_missing"


def _last(data: bytes) -> int:
    """Return the bytes of the last row, which stand before it as a number."""
    sizes = range(20, 400)
    return next(n for n in sizes if int.from_bytes(data[-4 - n : -n], "little") == n)


def test_a_cut_index_is_made_anew(good: list[list[Path]], tmp_path: Path) -> None:
    whole, cut = cut_copy(good, "a.shx", 0.5, tmp_path)
    assert rows_of(cut) == rows_of(whole)


def test_a_damaged_line_of_a_sequence_is_named(good: list[list[Path]], tmp_path: Path) -> None:
    _, path = cut_copy(good, "a.geojsonl", 1, tmp_path)
    lines = path.read_text().splitlines()
    lines[4] = lines[4][:40]
    path.write_text("\n".join(lines))
    with pytest.raises(Unreadable, match=r"a\.geojsonl.*dòng 5"):
        rows_of(path)


def test_a_collection_of_a_mif_is_one_row(tmp_path: Path) -> None:
    path = tmp_path / "a.mif"
    path.write_text(
        'Version 650\nCharset "WindowsLatin1"\nDelimiter ","\nCoordSys Earth Projection 1, 104\n'
        "Columns 1\n  Point Char(10)\nData\n\nCollection 2\nRegion 1\n  4\n106 10\n106.1 10\n"
        "106.1 10.1\n106 10\nPline 2\n106 10\n106.2 10.2\nPoint 106.3 10.3\n"
    )
    path.with_suffix(".mid").write_text('"a"\n"b"\n')
    assert rows_of(path)[0] == 2
