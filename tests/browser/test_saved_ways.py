"""Saved ways of reading a file, on the import page: kept, used again, renamed, deleted."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe import serious_faults
from import_page import PATIENCE_MS, bring, clean, dry_run, parcels
from playwright.sync_api import Page, expect

TITLE = "Thửa đất đọc theo cách đã lưu"


@pytest.fixture
def cleaned() -> Iterator[None]:
    yield
    clean(TITLE)


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
@pytest.mark.usefixtures("worker", "cleaned")
def test_a_way_of_reading_is_saved_used_again_renamed_and_deleted(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    file = parcels(tmp_path, "SHTHUA")
    page = open_page("/vi/import", "phone", "administrator")
    page.on("dialog", lambda dialog: dialog.accept())
    bring(page, "parcels", TITLE, [file])
    page.get_by_role("button", name="Tiếp: các trường").click()
    page.get_by_label("TENCHU").select_option("place_name")
    page.get_by_text("Cách đọc đã lưu cho lần sau").click()
    page.get_by_label("Lưu cách đọc này với tên").fill(f"{TITLE} năm nay")
    page.get_by_role("button", name="Lưu", exact=True).click()
    # The box stays open, with the saved way chosen in it and the focus where it was.
    expect(page.get_by_text(f"Đã lưu cách đọc “{TITLE} năm nay”.")).to_be_visible()
    expect(page.locator("#profile")).to_have_value(f"{TITLE} năm nay")
    expect(page.get_by_role("button", name="Lưu", exact=True)).to_be_focused()
    assert serious_faults(page) == []
    # A file of the same shape: one press, and the next step knows everything.
    page.goto(page.url.partition("/import")[0] + "/import")
    bring(page, "parcels", TITLE, [file])
    page.get_by_role("button", name="Dùng", exact=True).click()
    used = page.get_by_text(f"Đọc theo cách đã lưu “{TITLE} năm nay”.")
    expect(used).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator(".place-card[aria-pressed=true]")).to_contain_text("105°45")
    assert serious_faults(page) == []
    page.get_by_role("button", name="Tiếp: các trường").click()
    expect(page.get_by_label("TENCHU")).to_have_value("place_name")
    expect(used).to_be_visible()
    assert serious_faults(page) == []
    # A file with other columns: what fits is used, and what does not is named.
    page.goto(page.url.partition("/import")[0] + "/import")
    bring(page, "parcels", TITLE, [parcels(tmp_path / "khác", "SO_THUA_MOI")])
    page.get_by_role("button", name="Dùng", exact=True).click()
    told = page.locator(".note.caution", has_text="Đọc theo cách đã lưu")
    expect(told).to_contain_text("SHTHUA", timeout=PATIENCE_MS)
    expect(told).not_to_contain_text("TENCHU")
    page.get_by_role("button", name="Tiếp: các trường").click()
    expect(page.get_by_label("TENCHU")).to_have_value("place_name")
    page.get_by_role("button", name="Nhận biết", exact=True).click()
    page.get_by_role("button", name="Đổi tên cách đọc đã chọn").press("Enter")
    expect(page.get_by_label(f"Tên mới cho cách đọc “{TITLE} năm nay”")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Đổi tên cách đọc đã chọn")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type(f"{TITLE} năm tới")
    assert serious_faults(page) == []
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Đã đổi tên cách đọc thành “{TITLE} năm tới”.")).to_be_visible()
    expect(page.locator("#profile")).to_have_value(f"{TITLE} năm tới")
    expect(page.get_by_role("button", name="Đổi tên cách đọc đã chọn")).to_be_focused()
    page.get_by_role("button", name="Xóa cách đọc đã chọn").click()
    expect(page.get_by_text(f"Đã xóa cách đọc “{TITLE} năm tới”.")).to_be_visible()
    expect(page.get_by_role("button", name="Dùng", exact=True)).to_have_count(0)


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
@pytest.mark.usefixtures("worker", "cleaned")
def test_who_saves_a_way_after_the_dry_run_stays_at_the_fields(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page("/vi/import", "desktop", "administrator")
    bring(page, "parcels", TITLE, [parcels(tmp_path, "SHTHUA")])
    dry_run(page)
    page.get_by_role("button", name="Trường", exact=False).first.click()
    page.get_by_text("Cách đọc đã lưu cho lần sau").click()
    page.get_by_label("Lưu cách đọc này với tên").fill(f"{TITLE} sau chạy thử")
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"Đã lưu cách đọc “{TITLE} sau chạy thử”.")).to_be_visible()
    expect(page.get_by_label("Lưu cách đọc này với tên")).to_be_focused()
