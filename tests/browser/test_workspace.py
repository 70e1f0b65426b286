"""The planners' workspace: draw, describe, undo, reload, send, approve, and the map shows it."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Response, expect

OpenPage = Callable[..., Page]
PLACE = "/vi/workspace#map=19/10.35400/106.36350&layers=parcels"
CORNERS = ((450, 300), (520, 300), (525, 370), (448, 372))


def editing(page: Page) -> None:
    """Press the pencil of the parcels and wait for the tools."""
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="Sửa lớp “Thửa đất”").click()
    expect(page.get_by_role("toolbar", name="Công cụ chỉnh sửa")).to_be_visible()
    page.wait_for_load_state("networkidle")


def drawn(page: Page) -> None:
    page.get_by_role("button", name="Vẽ mới").click()
    for x, y in CORNERS:
        page.mouse.move(x, y, steps=3)
        page.mouse.click(x, y)
    page.keyboard.press("Enter")
    expect(page.locator("#field-so_thua")).to_be_visible()


def kept(page: Page) -> None:
    expect(page.locator(".keeping[data-state=kept]")).to_be_visible(timeout=15_000)


def tiles_of(page: Page, layer: str) -> list[Response]:
    """Return the tiles of a layer that arrive from now on; the list grows."""
    found: list[Response] = []

    def watch(answer: Response) -> None:
        if "/tiles/" in answer.url and layer in answer.url and answer.status == 200:
            found.append(answer)

    page.on("response", watch)
    return found


def arrives(page: Page, tiles: list[Response], text: bytes) -> bool:
    """Tell whether one of the tiles, of which several are asked for at once, brings a text."""
    for _attempt in range(100):
        if any(text in tile.body() for tile in list(tiles)):
            return True
        page.wait_for_timeout(100)
    return False


def test_a_parcel_goes_from_the_first_corner_to_the_map(open_page: OpenPage) -> None:
    planner = open_page(PLACE, role="planner")
    editing(planner)
    drawn(planner)
    sheet, number = planner.locator("#field-so_to"), planner.locator("#field-so_thua")
    sheet.fill("9")
    number.fill("901")
    number.press("Tab")
    planner.locator("#map").focus()
    planner.keyboard.press("Control+z")
    expect(number).to_have_value("")
    planner.keyboard.press("Control+Shift+z")
    expect(number).to_have_value("901")
    kept(planner)

    planner.reload()
    planner.wait_for_load_state("networkidle")
    planner.get_by_role("tab", name="Thay đổi").click()
    expect(planner.get_by_role("button", name="9 / 901")).to_be_visible()
    planner.get_by_label("Tên hồ sơ").fill("Thửa 901 do thử nghiệm vẽ")
    planner.get_by_label("Lý do").fill("Kiểm thử")
    planner.get_by_label("Lý do").press("Tab")
    expect(planner.get_by_text("Đã kiểm tra, không có lỗi")).to_be_visible()
    planner.get_by_role("button", name="Gửi duyệt").click()
    expect(planner.get_by_text("Đã gửi duyệt.")).to_be_visible()

    approver = open_page(PLACE, role="approver")
    approver.wait_for_load_state("networkidle")
    approver.get_by_role("tab", name="Thay đổi").click()
    approver.get_by_role("button", name=re.compile("Thửa 901 do thử nghiệm vẽ")).click()
    expect(approver.get_by_role("heading", name="9 / 901")).to_be_visible()
    approver.get_by_role("button", name="Duyệt", exact=True).click()
    tiles = tiles_of(approver, "parcels")
    approver.get_by_role("dialog").get_by_role("button", name="Duyệt").click()
    expect(approver.get_by_text("Đã công bố.")).to_be_visible()
    assert arrives(approver, tiles, b"901"), [tile.url for tile in tiles]


def test_corners_snap_to_the_neighbours_and_undo_brings_them_back(open_page: OpenPage) -> None:
    page = open_page(PLACE, role="planner")
    editing(page)
    page.mouse.click(920, 433)
    corner = page.locator(".marker-icon:not(.marker-icon-middle)").first
    expect(corner).to_be_visible()
    before = page.locator(".figures").inner_text()
    box = corner.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 20, y + 6, steps=6)
    page.mouse.up()
    expect(page.locator(".figures")).not_to_have_text(before)
    page.keyboard.press("Control+z")
    expect(page.locator(".figures")).to_have_text(before)


def test_others_get_no_pencil(open_page: OpenPage) -> None:
    page = open_page(PLACE, role="ward_officer")
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("button", name=re.compile("^Sửa lớp"))).to_have_count(0)
    expect(page.get_by_role("tab", name="Thay đổi")).to_have_count(0)


@pytest.mark.parametrize("screen", ["phone", "desktop"])
def test_tools_fit_the_screen(open_page: OpenPage, screen: str) -> None:
    page = open_page(PLACE, screen, role="planner")
    page.wait_for_load_state("networkidle")
    if screen == "phone":
        page.get_by_role("button", name=re.compile("Chiều cao của bảng")).first.click()
    editing(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
