"""Forms, copied attributes, a geometry from a file, and leaving with unsaved changes."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect
from workspace_page import (
    LAT,
    LON,
    PLACE,
    click_at,
    draft,
    editing,
    last_geometry,
    parcels,
    serious_faults,
)

OpenPage = Callable[..., Page]
CORNERS = """STT;X;Y
1;1145090,25;566950,50
2;1145100,25;566980,50
3;1145070,25;566990,50
4;1145060,25;566960,50
"""


def from_file(page: Page, text: str) -> None:
    """Make a new feature from a list of corners."""
    page.get_by_role("button", name="Lấy hình từ tệp").click()
    page.locator("#geometry-file").set_input_files(
        {"name": "goc.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )
    take = page.get_by_role("button", name="Dùng hình này")
    expect(take).to_be_enabled()
    take.click()
    expect(page.locator("#field-so_thua")).to_be_visible()


def test_a_list_of_corners_becomes_a_parcel_with_a_form_that_explains_itself(
    open_page: OpenPage,
) -> None:
    page = open_page(PLACE, role="planner")
    editing(page)
    from_file(page, CORNERS)
    assert len(last_geometry(page)["coordinates"][0][0]) == 5
    expect(page.locator(".figures")).to_contain_text("1.000")
    summary = page.locator(".error-summary")
    expect(summary).to_contain_text("2 chỗ cần sửa")
    assert serious_faults(page) == []
    summary.get_by_role("button", name=re.compile("Số thửa")).click()
    expect(page.locator("#field-so_thua")).to_be_focused()
    page.locator("#field-so_to").fill("9")
    page.locator("#field-so_thua").fill("77")
    page.locator("#field-land_use_code").fill("do thi")
    page.keyboard.press("Enter")
    expect(page.locator("#field-land_use_code")).to_have_value(re.compile("^ODT"))
    page.locator("#field-area_m2").fill("mười")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Nhập một số, ví dụ 1.234,5.")).to_be_visible()
    page.locator("#field-area_m2").fill("1.000,5")
    expect(page.locator("#field-legal_area_m2")).to_be_disabled()
    expect(page.get_by_text("Chỉ người có quyền công bố lớp này")).to_be_visible()
    page.get_by_text("Hiệu lực và quyền xem").click()
    page.locator("#field-valid_from").fill("1/7/2025")
    page.keyboard.press("Tab")
    expect(summary).to_be_hidden()
    values = draft(page)["operations"][0]["values"]
    assert (values["land_use_code"], values["area_m2"], values["valid_from"]) == (
        "ODT",
        1000.5,
        "2025-07-01",
    )


def test_limits_of_building_are_asked_for_built_land(open_page: OpenPage) -> None:
    page = open_page(f"/vi/workspace#map=19/{LAT}/{LON}&layers=planned_land_use", role="planner")
    editing(page, "Quy hoạch sử dụng đất")
    page.get_by_role("button", name="Lấy hình từ tệp").click()
    page.locator("#geometry-file").set_input_files(
        {"name": "goc.csv", "mimeType": "text/csv", "buffer": CORNERS.encode()}
    )
    page.get_by_role("button", name="Dùng hình này").click()
    limits = page.get_by_role("group", name="Chỉ tiêu xây dựng")
    expect(page.locator("#field-plot_code")).to_be_visible()
    expect(limits).to_be_hidden()
    page.locator("#field-land_use_code").fill("TMD")
    page.keyboard.press("Enter")
    expect(limits).to_be_visible()
    page.locator("#field-land_use_code").fill("SON")
    page.keyboard.press("Enter")
    expect(limits).to_be_hidden()


def test_attributes_of_another_parcel_are_copied_in_one_step(
    open_page: OpenPage, site: str
) -> None:
    page = open_page(PLACE, role="planner")
    editing(page)
    from_file(page, CORNERS)
    page.wait_for_timeout(600)  # the map glides to the new parcel
    page.evaluate(f"location.hash = 'map=19/{LAT}/{LON}'")
    page.wait_for_timeout(600)
    source = next(one for one in parcels(page, site) if one["properties"]["land_use_code"])
    ring = source["geometry"]["coordinates"][0][0][:-1]
    page.get_by_role("button", name="Chép thuộc tính từ đối tượng khác").click()
    middle = tuple(sum(corner[axis] for corner in ring) / len(ring) for axis in (0, 1))
    click_at(page, (middle[0], middle[1]))
    dialogue = page.get_by_role("dialog", name=re.compile("Chép thuộc tính từ"))
    expect(dialogue).to_be_visible()
    before = draft(page)["operations"][0]["values"]
    dialogue.get_by_role("button", name="Chép").click()
    copied = draft(page)["operations"][0]["values"]
    assert copied["land_use_code"] == source["properties"]["land_use_code"]
    assert copied.get("so_thua") == before.get("so_thua")
    page.locator("#map").focus()
    page.keyboard.press("Control+z")
    assert draft(page)["operations"][0]["values"] == before


def test_closing_a_layer_with_unsaved_changes_asks(open_page: OpenPage) -> None:
    page = open_page(PLACE, role="planner")
    editing(page)
    page.route("**/api/change-sets**", lambda route: route.abort())
    page.keyboard.press("g")
    for northing, easting in (("1145090", "566950"), ("1145100", "566980"), ("1145070", "566990")):
        page.get_by_label("X (Bắc), m", exact=True).fill(northing)
        page.get_by_label("Y (Đông), m", exact=True).fill(easting)
        page.keyboard.press("Enter")
    page.locator("#map").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#field-so_thua")).to_be_visible()
    close = page.get_by_role("button", name="Xong")
    close.click()
    question = page.get_by_role("dialog", name="1 thay đổi chưa lưu lên máy chủ")
    question.get_by_role("button", name="Giữ bản nháp").click()
    expect(page.locator(".edit-bar")).to_be_hidden()
    assert len(draft(page)["operations"]) == 1
    editing_again = page.get_by_role("button", name="Sửa lớp “Thửa đất”")
    editing_again.click()
    close.click()
    question.get_by_role("button", name="Bỏ", exact=True).click()
    expect(page.locator(".edit-bar")).to_be_hidden()
    assert draft(page)["operations"] == []
    page.unroute("**/api/change-sets**")
