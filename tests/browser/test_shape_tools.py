"""Tools over several features: split, merge, shared boundary; each is one act."""

import re

from playwright.sync_api import Page, expect
from test_workspace import PLACE, OpenPage, arrives, editing, kept, tiles_of

FIRST, NEIGHBOUR, ELSEWHERE = (920, 433), (938, 412), (746, 679)  # parcels on the screen at PLACE


def taken(page: Page, place: tuple[int, int]) -> None:
    """Take the parcel at a place of the window in hand."""
    page.mouse.click(*place)
    expect(page.locator(".marker-icon:not(.marker-icon-middle)").first).to_be_visible()


def cut_across(page: Page) -> None:
    """Draw a line from left to right through the shape in hand."""
    box = page.locator("path.edited-shape").first.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.keyboard.press("x")
    for x in (box["x"] - 25, box["x"] + box["width"] + 25):
        page.mouse.move(x, middle, steps=3)
        page.mouse.click(x, middle)
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("Đã tách thành 2 phần"))).to_be_visible()


def steps(page: Page, count: int) -> None:
    """Wait until the draft has so many steps."""
    page.get_by_role("tab", name="Thay đổi").click()
    expect(page.locator(".step:visible")).to_have_count(count)
    page.locator("#map").focus()


def test_a_split_is_one_act_and_reaches_the_map(open_page: OpenPage) -> None:
    page = open_page(PLACE, role="planner")
    editing(page)
    taken(page, ELSEWHERE)
    cut_across(page)
    number = page.locator("#field-so_thua")
    expect(number).to_be_focused()
    expect(number).to_have_value("")
    expect(page.locator("#field-so_to")).not_to_have_value("")
    page.locator("#map").focus()
    page.keyboard.press("Control+z")
    steps(page, 0)
    page.keyboard.press("Control+Shift+z")
    expect(page.get_by_text("“Số thửa” chưa được điền.")).to_be_visible()
    page.locator(".step:visible").filter(has_text="mới").get_by_role("button").first.click()
    number.fill("9309")
    number.press("Tab")
    kept(page)
    page.reload()
    page.wait_for_load_state("networkidle")
    page.get_by_role("tab", name="Thay đổi").click()
    page.get_by_label("Tên hồ sơ").fill("Tách thửa thử nghiệm")
    page.get_by_label("Lý do").fill("Kiểm thử")
    page.get_by_label("Lý do").press("Tab")
    expect(page.get_by_text("Đã kiểm tra, không có lỗi")).to_be_visible()
    page.get_by_role("button", name="Gửi duyệt").click()
    expect(page.get_by_text("Đã gửi duyệt.")).to_be_visible()

    approver = open_page(PLACE, role="approver")
    approver.wait_for_load_state("networkidle")
    approver.get_by_role("tab", name="Thay đổi").click()
    approver.get_by_role("button", name=re.compile("Tách thửa thử nghiệm")).click()
    approver.get_by_role("button", name="Duyệt", exact=True).click()
    tiles = tiles_of(approver, "parcels")
    approver.get_by_role("dialog").get_by_role("button", name="Duyệt").click()
    expect(approver.get_by_text("Đã công bố.")).to_be_visible()
    assert arrives(approver, tiles, b"9309"), [tile.url for tile in tiles]


def test_parcels_are_merged_and_a_boundary_moves_for_both(open_page: OpenPage) -> None:
    page = open_page(PLACE, role="planner")
    editing(page)
    taken(page, FIRST)
    page.keyboard.down("Shift")
    page.mouse.click(*NEIGHBOUR)
    page.keyboard.up("Shift")
    page.get_by_role("button", name="Gộp 2 đối tượng").click()
    dialogue = page.get_by_role("dialog")
    expect(
        dialogue.get_by_role("group", name="Giữ lại đối tượng").get_by_role("radio")
    ).to_have_count(2)
    dialogue.get_by_role("button", name="Gộp", exact=True).click()
    expect(page.get_by_text(re.compile("Đã gộp 2 đối tượng"))).to_be_visible()
    steps(page, 2)

    page.keyboard.press("b")
    corners = page.locator(".marker-icon:not(.marker-icon-middle)")
    expect(corners.first).to_be_visible()
    boxes = [box for box in (one.bounding_box() for one in corners.all()) if box]
    top = min(boxes, key=lambda box: box["y"])
    x, y = top["x"] + top["width"] / 2, top["y"] + top["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 14, y + 10, steps=4)
    page.mouse.up()
    expect(page.get_by_text("Đã dời ranh chung.")).to_be_visible()
    steps(page, 3)
    for key, count in (("Control+z", 2), ("Control+z", 0), ("Control+y", 2), ("Control+y", 3)):
        page.keyboard.press(key)
        steps(page, count)
    kept(page)
    page.reload()
    page.wait_for_load_state("networkidle")
    steps(page, 3)
    page.get_by_role("button", name="Xóa bản nháp").click()
    page.get_by_role("dialog").get_by_role("button", name="Xóa bản nháp").click()
    expect(page.get_by_text("Đã xóa bản nháp.")).to_be_visible()


def test_an_overlap_is_mended_as_its_preview_shows(open_page: OpenPage) -> None:
    page = open_page(PLACE, role="planner")
    editing(page)
    page.keyboard.press("s")  # without snapping
    page.get_by_role("button", name="Vẽ mới").click()
    for x, y in ((935, 425), (925, 470), (890, 462), (888, 430)):
        page.mouse.move(x, y, steps=3)
        page.mouse.click(x, y)
    page.keyboard.press("Enter")
    page.locator("#field-so_to").fill("7")
    page.locator("#field-so_thua").fill("9310")
    page.locator("#field-so_thua").press("Tab")
    page.get_by_role("tab", name="Thay đổi").click()
    page.get_by_role("button", name=re.compile("chồng lên.*Xem cách sửa")).first.click()
    ways = page.get_by_role("group", name="Cách sửa")
    expect(ways.get_by_role("radio").first).to_be_checked()
    ways.get_by_role("button", name="Áp dụng").click()
    expect(page.get_by_text("Đã kiểm tra, không có lỗi")).to_be_visible()
    page.locator("#map").focus()
    page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name=re.compile("chồng lên")).first).to_be_visible()
