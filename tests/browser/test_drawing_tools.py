"""Drawing tools of the workspace: trace, locked shapes, keys."""

import math
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from playwright.sync_api import Page, expect
from workspace_page import PLACE, click_at, draft, editing, last_geometry, parcels, pixel

OpenPage = Callable[..., Page]
Ring = list[list[float]]


APART = 20  # pixels; nearer corners are within reach of each other's snapping


def outlines(page: Page, site: str, within_deg: float = 0.0006) -> list[Ring]:
    """Return the outer rings of the parcels around the middle, first corner not repeated."""
    found = parcels(page, site, within_deg)
    return [feature["geometry"]["coordinates"][0][0][:-1] for feature in found]


def free_parcel(page: Page, site: str) -> Ring:
    """Return the outline of a parcel in the free middle of the map, its corners well apart."""
    for ring in outlines(page, site):
        places = [pixel(page, (lon, lat)) for lon, lat in ring]
        sides = [math.dist(one, two) for one, two in pairwise([*places, places[0]])]
        inside = all(560 < x < 1100 and 330 < y < 780 for x, y in places)
        if inside and len(ring) >= 4 and min(sides) > APART:
            return ring
    raise AssertionError("no parcel in the middle of the map")


def way_round(ring: Ring, start: list[float], end: list[float]) -> list[tuple[float, ...]]:
    """Return the corners of an outline from `start` to `end`, its neighbour, the long way."""
    first = ring.index(start)
    turned = ring[first:] + ring[:first]
    way = turned if turned[-1] == end else [turned[0], *reversed(turned[1:])]
    return [tuple(corner) for corner in way] if way[-1] == end else []


def traced(page: Page, ring: Ring, key: str | None = None) -> list[tuple[float, ...]]:
    """Trace from an outline's first corner to its second; return the corners of the new area."""
    page.keyboard.press("3")
    page.keyboard.press("t")
    expect(page.get_by_role("button", name="Bám theo ranh có sẵn (T)")).to_have_attribute(
        "aria-pressed", "true"
    )
    click_at(page, (ring[0][0], ring[0][1]))
    x, y = pixel(page, (ring[1][0], ring[1][1]))
    page.mouse.move(x, y, steps=3)
    expect(page.locator(".edit-hint")).to_contain_text("Bám ranh:")
    if key:
        page.keyboard.press(key)
    page.mouse.click(x, y)
    page.keyboard.press("Escape")  # tracing ends, the drawing goes on
    if not key:
        page.mouse.click(x - 90, y - 40)
    page.keyboard.press("Enter")
    expect(page.locator("#field-so_thua")).to_be_visible()
    made: Ring = last_geometry(page)["coordinates"][0][0]
    return [tuple(corner) for corner in made[:-1]]


def test_a_trace_takes_the_neighbours_corners_exactly(open_page: OpenPage, site: str) -> None:
    page = open_page(PLACE, role="planner")
    editing(page)
    ring = free_parcel(page, site)
    made = traced(page, ring)
    assert made[:2] == [tuple(ring[0]), tuple(ring[1])]
    assert len(made) == 3
    page.locator("#map").focus()
    page.keyboard.press("Control+z")
    assert draft(page).get("operations", []) == []


def test_a_second_press_goes_the_other_way_round(open_page: OpenPage, site: str) -> None:
    page = open_page(PLACE, role="planner")
    editing(page)
    ring = free_parcel(page, site)
    made = traced(page, ring, key="t")
    # Two parcels may share the side: the long way is around either, the farther one too.
    near = outlines(page, site, 0.002)
    sharing = [one for one in near if ring[0] in one and ring[1] in one]
    assert made in [way_round(one, ring[0], ring[1]) for one in sharing]


def test_a_locked_layer_gives_its_attributes_only(open_page: OpenPage) -> None:
    page = open_page(PLACE, role="planner")
    editing(page)
    page.keyboard.press("l")
    expect(page.locator(".edit-head").get_by_text("Khóa hình")).to_be_visible()
    expect(page.get_by_role("button", name="Vẽ mới")).to_be_disabled()
    page.mouse.click(920, 433)
    address = page.locator("#field-address")
    expect(address).to_be_visible()
    expect(page.locator(".marker-icon")).to_have_count(0)
    figures = page.locator(".figures").inner_text()
    page.mouse.move(920, 433)
    page.mouse.down()
    page.mouse.move(990, 470, steps=5)
    page.mouse.up()
    expect(page.locator(".figures")).to_have_text(figures)
    address.fill("Số 1 Nam Kỳ Khởi Nghĩa")
    address.press("Tab")
    steps: list[dict[str, Any]] = draft(page)["operations"]
    assert [(step["geometry"], step["values"]) for step in steps] == [
        (None, {"address": "Số 1 Nam Kỳ Khởi Nghĩa"})
    ]
    page.reload()
    editing(page)
    expect(page.locator(".edit-head").get_by_text("Khóa hình")).to_be_visible()


def test_every_key_is_in_the_list_behind_the_question_mark(open_page: OpenPage) -> None:
    page = open_page(PLACE, role="planner")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Phím tắt")
    for words in ("Vẽ vùng", "Bám theo ranh có sẵn", "Hoàn tác", "Lưu bản nháp"):
        expect(keys.get_by_text(re.compile(words))).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_have_count(0)
    page.keyboard.press("2")
    expect(page.locator(".edit-layer")).not_to_have_text("Thửa đất")
    expect(page.locator(".edit-hint")).to_contain_text("Bấm để đặt đỉnh")
