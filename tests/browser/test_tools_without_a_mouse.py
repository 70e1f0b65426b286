"""Merging and mending by the keyboard alone, and by finger on a phone and a tablet."""

import json
import re
from collections.abc import Callable

import pytest
import shapely
from playwright.sync_api import Locator, Page, Route, expect
from test_review_pages import call
from workspace_page import LAT, LON, draft, editing, parcels

OpenPage = Callable[..., Page]
IN_A_PARCEL = f"/vi/workspace#map=20/{LAT + 0.00001}/{LON + 0.00020}&layers=parcels"
CHOSEN = "Đã chọn và liền kề"


def chips(page: Page, pressed: bool) -> Locator:
    return page.get_by_role("group", name=CHOSEN).get_by_role("button", pressed=pressed)


def kinds(page: Page) -> list[str]:
    return sorted(step["kind"] for step in draft(page)["operations"])


def fits(page: Page, part: Locator) -> None:
    """The part lies in the window as a whole, and the page does not scroll sideways."""
    box, window = part.bounding_box(), page.viewport_size
    assert box is not None
    assert window is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= window["width"] + 1
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= window["height"] + 1
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_two_parcels_are_merged_by_the_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page(IN_A_PARCEL, role="planner")
    editing(page)
    page.locator("#map").focus()
    page.keyboard.press("c")
    page.keyboard.press("Space")
    expect(chips(page, True)).to_have_count(1)
    neighbour = chips(page, False).first
    neighbour.focus()
    page.keyboard.press("Enter")
    expect(chips(page, True)).to_have_count(2)
    expect(chips(page, True).last).to_be_focused()
    page.keyboard.press("Space")  # and out again
    expect(chips(page, True)).to_have_count(1)
    page.keyboard.press("Space")
    expect(chips(page, True)).to_have_count(2)
    page.get_by_role("button", name="Gộp 2 đối tượng").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("radio").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("Đã gộp 2 đối tượng"))).to_be_visible()
    assert kinds(page) == ["delete", "update"]


def test_neighbours_that_come_after_the_choice_are_offered(open_page: OpenPage) -> None:
    page = open_page(IN_A_PARCEL, role="planner")
    page.wait_for_load_state("networkidle")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile(r"/parcels/items\?bbox"), hold)
    page.get_by_role("button", name="Sửa lớp “Thửa đất”").click()
    expect(page.get_by_role("toolbar", name="Công cụ chỉnh sửa")).to_be_visible()
    page.locator("#map").focus()
    page.keyboard.press("c")
    page.keyboard.press("Space")
    expect(chips(page, True)).to_have_count(1)
    assert held, "the shapes around were not asked for"
    expect(chips(page, False)).to_have_count(0)
    for route in held:
        route.continue_()
    expect(chips(page, False).first).to_be_visible()


@pytest.mark.parametrize("screen", ["phone", "tablet"])
def test_two_parcels_are_merged_by_finger(open_page: OpenPage, screen: str) -> None:
    page = open_page(IN_A_PARCEL, screen, role="planner")
    unfolded(page, screen)
    editing(page)
    page.get_by_role("button", name="Gộp các đối tượng (C)").tap()
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(chips(page, True)).to_have_count(1)
    chips(page, False).first.tap()
    expect(chips(page, True)).to_have_count(2)
    merge = page.get_by_role("button", name="Gộp 2 đối tượng")
    fits(page, merge)
    merge.tap()
    dialogue = page.get_by_role("dialog")
    expect(dialogue).to_be_visible()
    fits(page, dialogue)
    yes = dialogue.get_by_role("button", name="Gộp", exact=True)
    yes.scroll_into_view_if_needed()
    yes.tap()
    expect(page.get_by_text(re.compile("Đã gộp 2 đối tượng"))).to_be_visible()
    assert kinds(page) == ["delete", "update"]


def unfolded(page: Page, screen: str) -> None:
    page.wait_for_load_state("networkidle")
    if screen != "desktop":  # the layers are a sheet at the foot
        page.get_by_role("button", name=re.compile("Chiều cao của bảng")).first.click()


def overlapping(page: Page, site: str, title: str) -> None:
    """Make a draft with a new parcel inside one that is there."""
    here = shapely.Point(LON, LAT)
    shapes = [shapely.from_geojson(json.dumps(f["geometry"])) for f in parcels(page, site)]
    old = min(shapes, key=lambda shape: float(shapely.distance(shape, here)))
    inside = shapely.affinity.scale(old, 0.5, 0.5)
    values = {"survey_commune_code": "1", "so_to": "78", "so_thua": title[-2:]}
    step = {"kind": "create", "layer": "parcels", "values": values}
    step["geometry"] = shapely.geometry.mapping(inside)
    entry = call(page, "POST", "/api/change-sets", {"title": title, "reason": "Kiểm thử"})
    path = f"/api/change-sets/{entry['id']}/operations/new-1"
    call(page, "PUT", path, step, entry["revision"])


@pytest.mark.parametrize("screen", ["phone", "tablet", "desktop"])
def test_a_problem_in_the_feature_panel_has_its_fix(
    open_page: OpenPage, site: str, screen: str
) -> None:
    page = open_page(IN_A_PARCEL, screen, role="planner")
    page.wait_for_load_state("networkidle")
    title = f"Thử chồng lấn {['phone', 'tablet', 'desktop'].index(screen) + 11}"
    overlapping(page, site, title)
    page.reload()
    unfolded(page, screen)
    page.get_by_role("tab", name="Thay đổi").click()
    page.get_by_role("button", name=re.compile("^Đang soạn")).first.click()
    page.locator(".box-content").get_by_role("button", name=re.compile(title)).first.click()
    page.get_by_role("button", name="Sửa tiếp").click()
    page.locator(".step-list .list-row").first.click()
    panel = page.locator("#panel-right")
    panel.get_by_role("button", name="Xem cách sửa").first.click()
    ways = page.get_by_role("group", name="Cách sửa")
    expect(ways.get_by_role("radio").first).to_be_checked()
    take = ways.get_by_role("button", name="Áp dụng")
    take.scroll_into_view_if_needed()
    fits(page, take)
    take.click()
    expect(page.get_by_text("Đã sửa. Có thể hoàn tác.")).to_be_visible()
    expect(panel.get_by_role("button", name="Xem cách sửa")).to_have_count(0)
