"""Corners by numbers and by keys: positions, distances and angles, the list of corners, arrows."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect
from workspace_page import PLACE, draft, editing, last_geometry

from gis_core.city import city
from gis_core.crs import to_wgs84

OpenPage = Callable[..., Page]
FIRST, SECOND = (1_145_090.25, 566_950.5), (1_145_100.25, 566_980.5)  # X north, Y east


def corners(geometry: dict[str, Any]) -> list[list[float]]:
    return list(geometry["coordinates"][0][0][:-1])


def close_to(position: list[float], northing: float, easting: float) -> bool:
    """Tell whether a position is that of VN-2000 metres, to half a millimetre."""
    lon, lat = to_wgs84(city().zone, easting, northing)
    return abs(position[0] - float(lon)) < 5e-9 and abs(position[1] - float(lat)) < 5e-9


def test_an_area_is_drawn_with_numbers_alone(open_page: OpenPage) -> None:
    page = open_page(PLACE, role="planner")
    editing(page)
    page.keyboard.press("g")
    for northing, easting in (FIRST, SECOND):
        page.get_by_label("X (Bắc), m", exact=True).fill(f"{northing}".replace(".", ","))
        page.get_by_label("Y (Đông), m", exact=True).fill(f"{easting}".replace(".", ","))
        page.keyboard.press("Enter")
    page.get_by_role("button", name="Khoảng cách, góc").click()
    page.get_by_label("Khoảng cách (m)").fill("25")
    page.get_by_label("Góc (độ)").fill("180")
    page.keyboard.press("Enter")
    expect(page.locator(".edit-figures")).to_contain_text("3 đỉnh")
    page.get_by_role("button", name="Các đỉnh", exact=True).click()
    expect(page.get_by_label("X (Bắc), m, đỉnh 3")).to_have_value("1145075,250")
    page.locator("#map").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#field-so_thua")).to_be_visible()
    made = corners(last_geometry(page))
    assert close_to(made[0], *FIRST)
    assert close_to(made[1], *SECOND)
    assert close_to(made[2], SECOND[0] - 25, SECOND[1])

    page.get_by_label("Y (Đông), m, đỉnh 2").fill("566990,75")
    page.keyboard.press("Enter")
    assert close_to(corners(last_geometry(page))[1], SECOND[0], 566_990.75)
    page.get_by_role("button", name="Bỏ đỉnh 2").click()
    expect(page.get_by_text("Không bỏ được")).to_be_visible()
    page.locator("#map").focus()
    page.keyboard.press("Control+z")
    assert close_to(corners(last_geometry(page))[1], *SECOND)


def test_a_number_that_is_no_position_says_how_to_type_one(open_page: OpenPage) -> None:
    page = open_page(PLACE, role="planner")
    editing(page)
    page.keyboard.press("g")
    page.get_by_label("X (Bắc), m", exact=True).fill("abc")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Chưa đọc được tọa độ.")).to_be_visible()
    assert draft(page).get("operations", []) == []
    page.get_by_label("X (Bắc), m", exact=True).fill("10°21'14\"B 106°21'48\"Đ")
    page.keyboard.press("Enter")
    expect(page.locator(".edit-figures")).to_contain_text("1 đỉnh")


def test_corners_are_moved_added_and_deleted_with_keys_alone(open_page: OpenPage) -> None:
    page = open_page(PLACE, role="planner")
    editing(page)
    page.locator("#map").focus()
    page.keyboard.press("3")
    for key in ("", "ArrowRight", "ArrowDown"):
        if key:
            page.keyboard.press(key)
            page.wait_for_timeout(400)  # the map glides to its new place
        page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.locator("#field-so_thua")).to_be_visible()
    before = corners(last_geometry(page))
    page.locator("#map").focus()
    page.keyboard.press(".")
    expect(page.locator(".edit-hint")).to_contain_text("Đỉnh 1/3")
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Control+ArrowUp")
    moved = corners(last_geometry(page))
    assert moved[1:] == before[1:]
    assert abs((moved[0][1] - before[0][1]) * 110_600 - 1.11) < 0.005  # metres of a degree here
    page.keyboard.press("i")
    assert len(corners(last_geometry(page))) == 4
    page.keyboard.press("Delete")
    assert len(corners(last_geometry(page))) == 3
    for _step in range(5):
        page.keyboard.press("Control+z")
    assert corners(last_geometry(page)) == before


def test_drag_rotate_and_cut_are_steps_that_can_be_undone(open_page: OpenPage) -> None:
    page = open_page(PLACE, role="planner")
    editing(page)
    page.mouse.click(920, 433)
    expect(page.locator(".marker-icon").first).to_be_visible()
    page.wait_for_timeout(500)  # the map glides until nothing covers the parcel
    figures = page.locator(".figures").inner_text()
    shape = page.locator(".edited-shape").bounding_box()
    assert shape is not None
    x, y = shape["x"] + shape["width"] / 2, shape["y"] + shape["height"] / 2
    page.get_by_role("button", name="Dời hình").click()
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 40, y + 30, steps=5)
    page.mouse.up()
    expect(page.get_by_role("button", name="Hoàn tác: Sửa hình")).to_be_enabled()
    dragged = last_geometry(page)
    page.get_by_role("button", name="Xoay hình").click()
    page.locator("#map").focus()
    page.keyboard.press("Shift+ArrowRight")
    turned = last_geometry(page)
    assert turned != dragged
    page.keyboard.press("s")  # a hole so small would snap to itself
    page.get_by_role("button", name="Cắt hoặc khoét lỗ").click()
    for dx, dy in ((32, 25), (48, 25), (48, 35), (32, 35)):
        page.mouse.move(x + dx, y + dy, steps=2)
        page.mouse.click(x + dx, y + dy)
    page.keyboard.press("Enter")
    expect(page.locator(".figures")).not_to_have_text(figures)
    assert len(last_geometry(page)["coordinates"][0]) == 2, "a hole"
    page.locator("#map").focus()
    page.keyboard.press("Control+z")
    assert last_geometry(page) == turned
    page.keyboard.press("Control+z")
    assert last_geometry(page) == dragged
    page.keyboard.press("Control+z")
    assert draft(page)["operations"] == []
    expect(page.locator(".figures")).to_have_text(figures)
