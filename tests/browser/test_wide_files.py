"""Files with names of 120 letters, tables of 200 columns, archives of twelve layers."""

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import pytest
import shapely
from axe import serious_faults
from import_page import PATIENCE_MS, bring, clean, settled
from playwright.sync_api import Page, expect

TITLE = "Thửa đất tệp rộng"
LON, LAT = 106.3655, 10.3555
LONG_NAME = ("Ban_do_dia_chinh_chinh_ly_" * 5)[:112]
LAYERS = [f"Thua_dat_to_{sheet:02d}" for sheet in range(11)] + ["Ranh_quy_hoach_" + "dat_o_" * 8]

pytestmark = [
    pytest.mark.usefixtures("worker", "cleaned"),
    pytest.mark.parametrize("screen", ["phone", "desktop"]),
]


@pytest.fixture
def cleaned() -> Iterator[None]:
    yield
    clean(TITLE)


def square(number: int) -> Any:
    west = LON + 0.0004 * number
    return shapely.box(west, LAT, west + 0.0002, LAT + 0.0002)


def wide_table(folder: Path) -> Path:
    """Three parcels with 200 columns, five of which are known; those come last in the file."""
    features = [
        {
            "type": "Feature",
            "geometry": shapely.geometry.mapping(square(row)),
            "properties": {
                **{f"ghi_chu_{n:03d}": f"điều {n} dòng {row}" for n in range(194)},
                "Muc_dich_su_dung_dat_" * 5: "đất ở",
                **{"SHBANDO": "7", "SHTHUA": str(row + 1), "LOAI_DAT": "ODT"},
                **{"DIENTICH": "120", "TENCHU": f"Trần Thị Hồng {row}"},
            },
        }
        for row in range(3)
    ]
    path = folder / f"{LONG_NAME}.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def archive(folder: Path) -> Path:
    shapes = shapely.to_wkb(np.array([square(0)], dtype=object))
    path = folder / "bàn giao.zip"
    with zipfile.ZipFile(path, "w") as opened:
        for name in LAYERS:
            pyogrio.raw.write(
                folder / f"{name}.shp",
                shapes,
                [np.array(["1"])],
                ["SHTHUA"],
                geometry_type="Polygon",
                crs="EPSG:4326",
            )
        for part in sorted(folder.glob("*.*")):
            if part != path:
                opened.write(part, part.name)
    return path


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_table_of_200_columns_is_mapped_with_the_keyboard(
    open_page: Callable[..., Page], tmp_path: Path, screen: str
) -> None:
    page = open_page("/vi/import", screen, "administrator")
    bring(page, "parcels", TITLE, [wide_table(tmp_path)])
    assert fits(page)
    expect(page.get_by_text("196 cột đọc chắc chắn")).to_be_visible()
    page.get_by_role("button", name="Tiếp: các trường").click()
    rows = page.locator(".column-row:visible")
    expect(rows).to_have_count(13)  # those with a field, and some of the others
    expect(rows.first).to_contain_text("SHBANDO")
    assert fits(page)
    assert serious_faults(page) == []
    search = page.get_by_role("searchbox", name="Tìm cột")
    search.press_sequentially("GHI_CHÚ_150")
    expect(rows).to_have_count(1)
    expect(page.get_by_text("Đang hiện 1/200 cột")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_label("ghi_chu_150")).to_be_focused()
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.get_by_label("ghi_chu_150").select_option("address")
    search.focus()
    page.keyboard.press("Escape")
    expect(page.get_by_label("ghi_chu_150")).to_be_visible()  # it has a field now
    search.fill("dia chi")  # found by the field that it fills
    expect(rows).to_have_count(1)
    search.fill("zzz")
    expect(page.get_by_text("Không cột nào trong 200 cột")).to_be_visible()
    page.get_by_role("button", name="Hiện tất cả 200 cột").click()
    expect(rows).to_have_count(200)
    page.locator(".actions").get_by_role("button", name="Chạy thử").click()
    expect(page.locator(".tile.new dd")).to_have_text("3", timeout=PATIENCE_MS)
    finding = page.locator(".issue", has_text="không có trường tương ứng")
    expect(finding.locator("details")).not_to_have_attribute("open", "")
    assert fits(page)


def test_an_archive_of_twelve_layers_says_how_the_others_follow(
    open_page: Callable[..., Page], tmp_path: Path, screen: str
) -> None:
    page = open_page("/vi/import", screen, "administrator")
    bring(page, "parcels", TITLE, [archive(tmp_path)])
    expect(page.get_by_text("Tệp có 12 lớp. Mỗi lần nhập một lớp")).to_be_visible()
    expect(page.locator(".layer-list button")).to_have_count(12)
    assert fits(page)
    assert serious_faults(page) == []
    page.get_by_role("button", name=LAYERS[-1]).click()
    expect(page.get_by_role("heading", name="Trong tệp có gì")).to_be_visible(timeout=PATIENCE_MS)
    settled(page)
    assert fits(page)
