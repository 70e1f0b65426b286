"""Rows → shapefile → rows: what comes back is equal, or the report says which row lost what."""

from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio.raw
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_files import EAST, NORTH, codes, run, shapefile, square

from importers.charsets import charset
from importers.shapefile_limits import cut_rows
from layers.models import Parcel

WIDEST = 254
SLUGS = (f"zz{number}" for number in count())
LETTERS = st.sampled_from("aeiouyAĐđơướữẫỹộ Nghnt,.1/")
TEXTS = st.text(LETTERS, max_size=250).map(lambda text: " ".join(text.split()))
AREAS_M2 = st.none() | st.decimals(0, 10**9, places=1).map(float)
ROWS = st.lists(st.tuples(TEXTS, TEXTS, AREAS_M2), min_size=1, max_size=40)


def written(path: Path, rows: list[Parcel]) -> Path:
    """Write stored rows as a shapefile, as a program of an office would."""
    pyogrio.raw.write(
        path,
        np.array([bytes(row.geom.wkb) for row in rows], object),
        [
            np.array([row.so_to for row in rows], object),
            np.array([row.so_thua for row in rows], object),
            np.array([np.nan if row.area_m2 is None else float(row.area_m2) for row in rows]),
            np.array([row.address or None for row in rows], object),
            np.array([row.extra.get("GHI_CHU_CU") for row in rows], object),
        ],
        ["SHBANDO", "SHTHUA", "DIENTICH", "DIACHI_TD", "GHI_CHU_CU"],
        geometry_type="MultiPolygon",
        crs="EPSG:4326",
        encoding="UTF-8",
    )
    return path


def too_long(text: str) -> bool:
    return len(text.encode()) > WIDEST


@pytest.mark.usefixtures("db")
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=ROWS)
def test_what_a_shapefile_cannot_hold_is_reported(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, float | None]]
) -> None:
    folder, before, after = tmp_path_factory.mktemp("shp"), next(SLUGS), next(SLUGS)
    columns: dict[str, list[Any]] = {
        "SHBANDO": ["5"] * len(rows),
        "SHTHUA": [str(number) for number in range(len(rows))],
        "DIENTICH": [np.nan if area is None else area for _, _, area in rows],
        "DIACHI_TD": [address for address, _, _ in rows],
        "GHI_CHU_CU": [note for _, note, _ in rows],
    }
    shapes = [shapely.Point(EAST + 60 * n, NORTH).buffer(20 + n / 7) for n in range(len(rows))]
    run(shapefile(folder / "a.gpkg", shapes, columns), slug=before)
    stored = list(Parcel.objects.filter(layer__slug=before).order_by("pk"))
    report = run(written(folder / "b.shp", stored), slug=after)
    assert (report.new, report.rejected) == (len(rows), 0)
    found = {row.so_thua: row for row in Parcel.objects.filter(layer__slug=after)}
    lost = {"DIACHI_TD": 0, "GHI_CHU_CU": 0}
    for row in stored:
        other = found[row.so_thua]
        assert (other.geom.wkb, other.area_m2) == (row.geom.wkb, row.area_m2)
        pairs = {
            "DIACHI_TD": (row.address, other.address),
            "GHI_CHU_CU": (row.extra.get("GHI_CHU_CU", ""), other.extra.get("GHI_CHU_CU", "")),
        }
        for name, (text, back) in pairs.items():
            lost[name] += too_long(text)
            assert text.startswith(back) if too_long(text) else text == back
    told = {group.field: group.count for group in report.issues if group.code == "cut_in_file"}
    for name, number in lost.items():
        # Texts of 252 to 254 bytes are told as well: whether more followed, nobody can see.
        assert told.get(name, 0) >= number
        assert told.get(name, 0) <= sum(
            len(str(one).encode()) >= WIDEST - 2 for one in columns[name]
        )


def test_a_text_cut_within_a_letter_is_seen_at_any_width() -> None:
    whole = "Phường Thới Sơn".encode()
    column = pa.array([whole, whole[:6], None, b"", b"a" * 254], pa.binary())
    texts = pa.StringArray.from_buffers(len(column), *column.buffers()[1:], column.buffers()[0])
    assert cut_rows(texts, utf8=True).tolist() == [False, True, False, False, True]


def test_a_text_of_one_letter_a_byte_is_cut_at_254() -> None:
    raw = charset("tcvn3").encode("ơ" * 254).decode("iso-8859-1")
    assert cut_rows(pa.array([raw, raw[1:]]), utf8=False).tolist() == [True, False]


@pytest.mark.usefixtures("db")
def test_a_row_is_named_with_its_column(tmp_path: Path) -> None:
    notes = ["ngắn", "ữ" * 120, "ngắn"]
    columns = {"SHBANDO": ["5"] * 3, "SHTHUA": list("123"), "DIACHI_TD": notes}
    report = run(shapefile(tmp_path / "a.shp", [square(n) for n in range(3)], columns))
    [group] = [one for one in report.issues if one.code == "cut_in_file"]
    assert (group.field, [one.row for one in group.first]) == ("DIACHI_TD", [2])


@pytest.mark.usefixtures("db")
def test_names_that_were_cut_or_ran_together_are_told(tmp_path: Path) -> None:
    columns = {
        "SHBANDO": ["5"],
        "SHTHUA": ["1"],
        "nguon_goc_su_dung": ["nhà nước giao"],
        "nguon_goc_thua_dat": ["tách thửa"],
        "thoi_han_su_dung": ["lâu dài"],
    }
    report = run(shapefile(tmp_path / "a.shp", [square(0)], columns))
    details = {group.code: group.first[0].detail for group in report.issues}
    assert details["names_collided"] == "nguon_go_1"
    assert details["names_cut"] == "nguon_goc_, thoi_han_s"
    plain = run(shapefile(tmp_path / "b.gpkg", [square(0)], columns), slug="zz-gpkg")
    assert not {"names_collided", "names_cut", "cut_in_file"} & codes(plain).keys()
