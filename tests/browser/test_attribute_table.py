"""The attribute table of the workspace: sort, filter, select with the map, edit many, undo."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

OpenPage = Callable[..., Page]
PLACE = "/vi/workspace#map=17/10.35400/106.36350&layers=parcels"


def table_of(page: Page, name: str = "Thửa đất") -> Locator:
    """Open the table of a layer and wait for its rows."""
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name=f"Bảng thuộc tính của lớp “{name}”").click()
    grid = page.get_by_role("grid")
    expect(grid.locator("tbody tr").first).to_be_visible()
    return grid


def cells(grid: Locator, title: str) -> list[str]:
    """Return the texts of a column from top to bottom."""
    heads = grid.locator("thead th").all_inner_texts()
    place = next(n for n, head in enumerate(heads) if head.strip() == title)
    return [
        str(text) for text in grid.locator(f"tbody td:nth-child({place + 1})").all_inner_texts()
    ]


def areas(grid: Locator) -> list[float]:
    texts = cells(grid, "Diện tích đo đạc")
    return [float(t.removesuffix("m²").strip().replace(".", "").replace(",", ".")) for t in texts]


def filtered(page: Page, column: str, fill: Callable[[Locator], None]) -> None:
    page.get_by_role("button", name=f"Sắp xếp và lọc: {column}", exact=True).click()
    menu = page.locator(".filter-menu")
    fill(menu)
    with page.expect_response(re.compile("/rows")):
        menu.get_by_role("button", name="Lọc", exact=True).click()
    expect(page.locator(".table-body[aria-busy]")).to_have_count(0)


def sorted_by(page: Page, title: str) -> None:
    with page.expect_response(re.compile("/rows")):
        page.locator(".sort-button", has_text=title).click()
    expect(page.locator(".table-body[aria-busy]")).to_have_count(0)


def test_sort_filter_select_edit_many_and_undo(open_page: OpenPage) -> None:
    page = open_page(PLACE, role="planner")
    grid = table_of(page)
    filtered(page, "Diện tích đo đạc", lambda menu: menu.get_by_label("Từ").fill("500"))
    sorted_by(page, "Diện tích đo đạc")
    assert min(areas(grid)) >= 500
    assert areas(grid) == sorted(areas(grid))
    sorted_by(page, "Diện tích đo đạc")
    assert areas(grid) == sorted(areas(grid), reverse=True)
    filtered(page, "Địa chỉ", lambda menu: menu.get_by_label("Giá trị").last.fill("phuong"))
    assert all("Phường" in text for text in cells(grid, "Địa chỉ"))

    # The keyboard alone: three rows, and the map shows them.
    grid.locator("tbody td").nth(1).click()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    expect(grid.locator("tr[aria-selected=true]")).to_have_count(3)
    expect(page.locator(".picked-pane path")).to_have_count(3)
    page.get_by_role("button", name="Tới phần đang chọn").click()

    before = cells(grid, "Địa chỉ")[:3]
    page.get_by_role("button", name="Sửa hàng loạt").click()
    dialogue = page.get_by_role("dialog")
    dialogue.locator(".bulk-change select").nth(0).select_option("address")
    dialogue.locator(".bulk-change select").nth(1).select_option("replace")
    dialogue.get_by_label("Tìm", exact=True).fill("Phường")
    dialogue.get_by_label("Thay bằng").fill("P.")
    expect(dialogue.get_by_text("3 thay đổi · 0 giữ nguyên · 0 không sửa được")).to_be_visible()
    expect(dialogue.get_by_text(re.compile("^Kiểm tra (không )?thấy"))).to_be_visible()
    with page.expect_response(re.compile(r"/operations\?")) as saved:
        dialogue.get_by_role("button", name="Đưa vào bản nháp").click()
    assert saved.value.json()["operation_count"] == 3  # one request for all of them
    assert cells(grid, "Địa chỉ")[:3] == [text.replace("Phường", "P.") for text in before]

    grid.locator("tbody td").nth(1).focus()
    with page.expect_response(re.compile(r"/operations\?")) as taken_back:
        page.keyboard.press("Control+z")
    assert taken_back.value.json()["operation_count"] == 0
    assert cells(grid, "Địa chỉ")[:3] == before


def test_a_cell_is_edited_with_the_keyboard(open_page: OpenPage) -> None:
    page = open_page(PLACE, role="planner")
    grid = table_of(page)
    heads = [head.strip() for head in grid.locator("thead th").all_inner_texts()]
    cell = grid.locator("tbody tr").first.locator("td").nth(heads.index("Địa danh"))
    before = cell.inner_text()
    cell.focus()
    page.keyboard.press("Enter")
    expect(cell.locator("input")).to_be_focused()
    page.keyboard.type("không giữ")
    page.keyboard.press("Escape")
    expect(cell).to_have_text(before)
    expect(cell).to_be_focused()
    page.keyboard.press("F2")
    expect(cell.locator("input")).to_be_focused()
    page.keyboard.type("Xóm thử")
    page.keyboard.press("Enter")
    expect(grid.locator("td.changed")).to_have_text(["Xóm thử"])
    page.keyboard.press("Control+z")
    expect(grid.locator("td.changed")).to_have_count(0)
    page.keyboard.press("End")
    page.keyboard.press("Control+End")
    assert (
        page.evaluate("document.activeElement.closest('tr').getAttribute('aria-rowindex')") == "101"
    )


def test_pages_window_rectangle_and_all_that_match(open_page: OpenPage) -> None:
    page = open_page(PLACE, role="planner")
    grid = table_of(page)
    first = cells(grid, "Số thửa")
    with page.expect_response(re.compile("/rows")):
        page.get_by_role("button", name="Trang sau").click()
    expect(page.get_by_text("101–200 trong")).to_be_visible()
    with page.expect_response(re.compile("/rows")):
        page.get_by_role("button", name="Trang trước").click()
    expect(page.get_by_text("1–100 trong")).to_be_visible()
    assert cells(grid, "Số thửa") == first

    page.get_by_role("button", name="Chọn bằng khung trên bản đồ").click()
    page.mouse.move(800, 330)
    page.mouse.down()
    page.mouse.move(900, 430, steps=4)
    page.mouse.up()
    picked = page.locator(".picked-count")
    expect(picked).to_have_text(re.compile(r"Đang chọn \d+"))
    count = int(re.sub(r"\D", "", picked.inner_text()))
    assert count > 3
    with page.expect_response(re.compile("/rows")):
        page.get_by_role("button", name="Đang chọn", exact=True).click()
    expect(grid.locator("tr[aria-selected=true]")).to_have_count(min(count, 100))

    page.get_by_role("button", name="Bỏ mọi bộ lọc").click()
    page.get_by_role("button", name="Chọn tất cả kết quả").click()
    expect(page.get_by_text(re.compile("Chỉ chọn được 1000 trong"))).to_be_visible()
    expect(picked).to_have_text("Đang chọn 1000")


def test_many_are_deleted_and_brought_back_by_one_undo(open_page: OpenPage) -> None:
    page = open_page(PLACE, role="planner")
    grid = table_of(page)
    grid.locator("tbody td").nth(1).click()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Delete")
    page.get_by_role("dialog").get_by_role("button", name="Xóa 2 đối tượng").click()
    expect(grid.locator("tr.is-delete")).to_have_count(2)
    page.get_by_role("button", name=re.compile("^Hoàn tác: Xóa 2 đối tượng")).click()
    expect(grid.locator("tr.is-delete")).to_have_count(0)


def test_those_who_may_not_edit_read_only(open_page: OpenPage) -> None:
    page = open_page(PLACE, role="ward_officer")
    grid = table_of(page)
    expect(page.get_by_role("button", name="Sửa hàng loạt")).to_have_count(0)
    cell = grid.locator("tbody tr").first.locator("td").nth(3)
    cell.focus()
    page.keyboard.press("F2")
    expect(cell.locator("input")).to_have_count(0)
    page.keyboard.press("Delete")
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("screen", ["phone", "desktop"])
def test_the_table_fits_the_screen(open_page: OpenPage, screen: str) -> None:
    page = open_page(PLACE, screen, role="planner")
    page.wait_for_load_state("networkidle")
    if screen == "phone":
        page.get_by_role("button", name=re.compile("Chiều cao của bảng")).first.click()
    table_of(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    box = page.locator(".table-dock").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= page.viewport_size["height"] + 1  # type: ignore[index]
