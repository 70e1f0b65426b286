"""Sheets as city offices make them: titles, groups of headings, units and totals around data."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from import_jobs import checked, zipped
from small_files import ACTOR, codes, rejected, run
from workbooks import Cell, workbook

from importers.reader.sheet_layout import layout_of
from importers.rejected_rows import write_rejected
from importers.request import ImportRequest
from layers.models import TouristSite

pytestmark = pytest.mark.usefixtures("db", "import_root")

OFFICE: dict[int, list[Cell]] = {
    1: ["ỦY BAN NHÂN DÂN", None, None, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
    2: ["DANH SÁCH CÁC ĐIỂM DU LỊCH TRÊN ĐỊA BÀN NĂM 2025"],
    4: ["STT", "Tên", "Tọa độ (VN-2000)", None, "Diện tích", "Ghi chú"],
    5: [None, None, "X", "Y", "(m2)"],
    6: ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"],
    7: [1.0, "Chùa Vĩnh Tràng", 1145000.25, 567000.5, 400.5],
    8: [2.0, "Bảo tàng Tiền Giang", "chưa đo", 567010.0, 12.0],
    9: [3.0, "Công viên Lạc Hồng", 1145020.0, 567020.0, 5.0, "gần sông"],
    10: [None, "Tổng cộng", None, None, 417.5],
    12: [None, None, "NGƯỜI LẬP BIỂU", None, "CHỦ TỊCH"],
}
JOINED = ("A2:F2", "A4:A5", "B4:B5", "C4:D4", "F4:F5")


def as_csv(path: Path, rows: dict[int, list[Cell]]) -> Path:
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream, delimiter=";")
        for number in range(1, max(rows) + 1):
            cells = rows.get(number, [])
            writer.writerow(
                [cell if cell is not None else "" for cell in cells + [None] * (6 - len(cells))]
            )
    return path


@pytest.mark.parametrize(
    "made", [lambda p, r: workbook(p.with_suffix(".xlsx"), r, JOINED), as_csv],
    ids=["xlsx", "csv"],
)  # fmt: skip
def test_a_list_of_an_office_comes_in_with_no_hint(
    made: Callable[[Path, dict[int, list[Cell]]], Path], tmp_path: Path
) -> None:
    path = made(tmp_path / "điểm.csv", OFFICE)
    report = run(path, theme="tourism")
    assert (report.read, report.new) == (3, 2)
    assert rejected(report) == {8: "no_place"}  # as the row is numbered in the sheet
    names = set(TouristSite.objects.filter(layer__slug="zz").values_list("name", flat=True))
    assert names == {"Chùa Vĩnh Tràng", "Công viên Lạc Hồng"}
    told = {group.code: str(group.first[0].detail) for group in report.issues}
    assert told["sheet_rows"] == "dữ liệu từ dòng 7"
    assert told["rows_left_out"] == "dòng 10 đến 12"
    target = tmp_path / "sai.csv"
    request = ImportRequest(path=path, theme="tourism", slug="zz")
    assert write_rejected(ACTOR, request, report.rejections, target) == 1
    with target.open(encoding="utf-8-sig") as stream:
        [row] = csv.DictReader(stream)
    assert (row["rejected_row"], row["Tên"]) == ("8", "Bảo tàng Tiền Giang")


def test_the_page_and_its_map_number_rows_as_the_sheet_does(admin: Client, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Tên,Kinh độ,Vĩ độ\nA,106.36,10.35\nB,chưa đo,\nC,106.37,10.36\n")
    job = checked(admin, zipped(path), theme="tourism", new_layer_title="Điểm")
    [group] = [one for one in job["report"]["issues"] if one["code"] == "no_place"]
    assert [one["row"] for one in group["first"]] == [3]
    on_map = admin.get(f"/api/imports/{job['id']}/rows").json()
    kinds = {row["row"]: row["kind"] for row in on_map["rows"]}
    assert kinds == {2: "new", 3: "rejected", 4: "new"}


def test_a_total_below_plain_headings_is_no_row(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        {1: ["Tên", "X", "Y"], 2: ["A", 1145000.0, 567000.0], 3: ["Tổng cộng: 1 điểm"]},
    )
    report = run(path, theme="tourism")
    assert (report.read, report.new, codes(report)["rows_left_out"]) == (1, 1, 1)


@pytest.mark.parametrize("last", ["Tổng công ty cấp nước,,", "Công viên,,", "B,chưa đo,"])
def test_a_last_row_that_is_no_total_is_told_and_not_left_out(tmp_path: Path, last: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"Tên,X,Y\nA,1145000,567000\n{last}\n")
    assert rejected(run(path, theme="tourism")) == {3: "no_place"}


def test_a_table_without_headings_begins_with_row_1(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        {1: [1145000.0, 567000.0], 2: [None, 567000.0], 3: [1145001.0, 567001.0]},
    )
    assert rejected(run(path, theme="tourism")) == {2: "no_place"}


words = st.sampled_from(["Tên", "Loại", "Ghi chú", "Địa chỉ", "Mã"])


@given(
    titles=st.lists(st.sampled_from(["DANH SÁCH NĂM 2025", "", "Phường 1"]), max_size=4),
    extra=st.lists(words, unique=True, max_size=4),
    units=st.booleans(),
)
def test_headings_are_found_below_any_titles(
    titles: list[str], extra: list[str], units: bool
) -> None:
    names = [*extra, "X", "Y"]
    blank = [""] * len(names)
    rows: list[Any] = [[title, *blank[1:]] for title in titles]
    rows.append(names)
    if units:
        rows.append([*[""] * len(extra), "(m)", "(m)"])
    first = len(rows)
    rows += [[*["a"] * len(extra), "1145000", "567000"]] * 2
    found = layout_of(rows)
    assert found is not None
    assert (found.first, found.names) == (first, tuple(names))
    assert found.ordinary == (first == 1)
