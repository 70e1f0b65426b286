"""`manage.py import_layer`: what people see."""

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from small_files import parcels

from importers.progress import progress_on
from layers.feature import Layer

pytestmark = pytest.mark.usefixtures("db")


def run(path: Path, *arguments: str) -> str:
    out = StringIO()
    call_command(
        "import_layer", str(path), "--theme", "parcels", "--layer", "zz", *arguments, stdout=out
    )
    return out.getvalue()


def test_the_report_says_that_nothing_was_written(tmp_path: Path) -> None:
    text = run(parcels(tmp_path / "a.shp"), "--create-layer")
    assert "đọc 3 · mới 3 · thay đổi 0 · giữ nguyên 0 · bị loại 0 (chạy thử, chưa ghi gì" in text
    assert "so_to ← SHBANDO" in text
    assert not Layer.objects.filter(slug="zz").exists()


def test_a_new_layer_gets_its_facts(tmp_path: Path) -> None:
    run(
        parcels(tmp_path / "a.shp"), "--create-layer", "--apply", "--title-vi", "Thửa",
        "--title-en", "Parcels", "--sensitivity", "restricted", "--publication", "published",
    )  # fmt: skip
    layer = Layer.objects.get(slug="zz")
    assert (layer.title_vi, layer.title_en) == ("Thửa", "Parcels")
    assert (layer.sensitivity, layer.publication) == (2, "published")
    assert layer.geometry_type == "MultiPolygon"


def test_a_layer_is_a_draft_for_staff_unless_told_otherwise(tmp_path: Path) -> None:
    run(parcels(tmp_path / "a.shp"), "--create-layer", "--apply")
    layer = Layer.objects.get(slug="zz")
    assert (layer.sensitivity, layer.publication) == (1, "draft")


def test_json_and_the_list_of_rejected_rows(tmp_path: Path) -> None:
    path = parcels(tmp_path / "a.shp", SHTHUA=["1", "1", "2"])
    listed = tmp_path / "rejected.csv"
    report = json.loads(
        run(path, "--create-layer", "--report-json", "-", "--rejected", str(listed))
    )
    assert (report["read"], report["new"], report["rejected"]) == (3, 2, 1)
    assert report["issues"][0]["code"] == "duplicate_key"
    with listed.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [(row["rejected_row"], row["reason"], row["SHTHUA"]) for row in rows] == [
        ("2", "duplicate_key", "1")
    ]
    assert rows[0]["reason_vi"].startswith("Một dòng trước trong tệp có cùng khóa")
    assert rows[0]["wkt"].startswith("POLYGON")


def test_mapping_and_key_options(tmp_path: Path) -> None:
    text = run(parcels(tmp_path / "a.shp"), "--create-layer", "--map", "address=GHICHU")
    assert "address ← GHICHU" in text
    with pytest.raises(CommandError, match="không có cột"):
        run(parcels(tmp_path / "b.shp"), "--create-layer", "--key", "NONE")


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"none\.shp") as caught:
        run(tmp_path / "none.shp")
    assert "\n" not in str(caught.value)


def test_a_bar_is_drawn_on_a_terminal_only() -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    terminal, plain = Terminal(), StringIO()
    for stream in (terminal, plain):
        progress_on(stream)(10, 10)
    assert terminal.getvalue().endswith("10 trên 10 dòng\n")
    assert "█" in terminal.getvalue()
    assert plain.getvalue() == ""
