"""A refusal of a file names the row that is its reason, wherever there is one."""

import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyogrio.raw
import pytest
import shapely
from django.utils import translation

from importers import reading
from importers.reader import frames
from importers.reader.confinement import Limits
from importers.reader.refusal import Refused
from importers.reader.sending import send_batch
from importers.refusals import REFUSALS, Unreadable, refusal
from importers.source import open_source

ROWS = 12_000


def read(path: Path) -> int:
    with open_source(path) as source:
        return sum(batch.num_rows for batch, _ in source.batches())


def test_damage_behind_good_rows_says_up_to_which_row_the_file_is_good(tmp_path: Path) -> None:
    path = tmp_path / "a.fgb"
    points = shapely.points(106.36 + np.arange(ROWS) / 1e6, 10.35)
    names = np.array([f"Mốc {number}" for number in range(ROWS)], object)
    pyogrio.raw.write(
        path,
        shapely.to_wkb(points),
        [names],
        ["ten"],
        geometry_type="Point",
        crs="EPSG:4326",
        driver="FlatGeobuf",
        SPATIAL_INDEX="NO",
    )
    assert read(path) == ROWS
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(Unreadable, match=r"a\.fgb.*1 đến 10\.000") as caught:
        read(path)
    assert caught.value.reason in {"damaged", "crashed"}


def test_a_row_that_is_too_large_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "MAX_BODY_BYTES", 5_000)
    texts = ["ngắn", "dài" * 4_000, "ngắn"]
    shapes = pa.array([shapely.to_wkb(shapely.Point(1, 2))] * 3, pa.binary())
    batch = pa.RecordBatch.from_arrays([pa.array(texts), shapes], names=["ghi_chu", "geom"])
    _, pipe = os.pipe()
    with pytest.raises(Refused, match="row_too_large") as caught:
        send_batch(pipe, batch, "geom", before=100)
    assert caught.value.facts == {"row": 102}


@pytest.mark.parametrize("code", REFUSALS)
def test_every_refusal_is_a_sentence_with_a_remedy(code: str) -> None:
    """Facts that a sentence names are given where it is raised; without them it still reads."""
    detail = refusal(code, "a.shp").detail
    assert "%(" not in detail
    assert detail.endswith(".")


@pytest.mark.parametrize(("language", "shown"), [("vi", "1.234,5 MB"), ("en", "1,234.5 MB")])
def test_numbers_are_written_as_the_language_does(language: str, shown: str) -> None:
    with translation.override(language):
        assert shown in refusal("archive_large", "a.zip", {"most_mb": 1234.5}).detail
        assert "“a 1.5”" in refusal("profile_of_other_theme", facts={"name": "a 1.5"}).detail


def limited(monkeypatch: pytest.MonkeyPatch, limits: Limits, wait_s: float = 30) -> None:
    monkeypatch.setattr(reading, "_allowed", lambda _files: (limits, wait_s))


def many_places(path: Path, driver: str) -> Path:
    points = shapely.points(106.36 + np.arange(60_000) / 1e6, 10.35)
    names = np.array(["Mốc " * 20] * 60_000, object)
    pyogrio.raw.write(
        path, shapely.to_wkb(points), [names], ["ten"], geometry_type="Point", crs="EPSG:4326",
        driver=driver,
    )  # fmt: skip
    return path


def test_a_reader_that_lacks_memory_does_not_call_the_file_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = many_places(tmp_path / "a.kml", "LIBKML")
    limited(monkeypatch, Limits(memory_bytes=30 << 20))
    with pytest.raises(Unreadable, match=r"a\.kml.*bộ nhớ") as caught:
        read(path)
    assert caught.value.reason == "too_much_memory"


def test_a_reader_that_used_up_its_time_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = many_places(tmp_path / "a.kml", "LIBKML")
    limited(monkeypatch, Limits(cpu_s=1))
    with pytest.raises(Unreadable, match=r"a\.kml.*quá lâu") as caught:
        read(path)
    assert caught.value.reason == "too_slow"
