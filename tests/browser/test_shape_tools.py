"""Tools over several features: split, merge, shared boundary; each is one act."""

import re

from playwright.sync_api import Page, expect
from test_workspace import PLACE, OpenPage, editing

PARCEL = (920, 433)  # on the screen, at PLACE


def taken(page: Page, x: int = PARCEL[0], y: int = PARCEL[1]) -> None:
    """Take the parcel at a place of the window in hand."""
    page.mouse.click(x, y)
    expect(page.locator(".marker-icon:not(.marker-icon-middle)").first).to_be_visible(
        timeout=15_000
    )


def box_of_hand(page: Page) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of the shape in hand."""
    box = page.locator("path.edited-shape").first.bounding_box()
    assert box is not None
    return box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]


def cut_across(page: Page) -> None:
    """Draw a line from left to right through the shape in hand."""
    left, top, right, bottom = box_of_hand(page)
    middle = (top + bottom) / 2
    page.keyboard.press("x")
    for x in (left - 25, right + 25):
        page.mouse.move(x, middle, steps=3)
        page.mouse.click(x, middle)
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("Đã tách thành 2 phần"))).to_be_visible()


def test_a_parcel_is_split_and_the_split_is_one_act(open_page: OpenPage) -> None:
    page = open_page(PLACE, role="planner")
    editing(page)
    taken(page)
    cut_across(page)
    expect(page.locator("#field-so_thua")).to_be_focused()
    expect(page.locator("#field-so_thua")).to_have_value("")
    expect(page.locator("#field-so_to")).not_to_have_value("")
    page.locator("#map").focus()
    page.keyboard.press("Control+z")
    page.get_by_role("tab", name="Thay đổi").click()
    expect(page.locator(".step:visible")).to_have_count(0)
    page.keyboard.press("Control+Shift+z")
    expect(page.locator(".step:visible").first).to_be_visible(timeout=15_000)
