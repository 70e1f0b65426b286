"""An open map follows what others write: the touched tiles only, the open sheet, no reload."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page, Response, expect
from sample_features import SYSTEM
from workspace_page import editing

from layers import changes, selectors
from layers.changes import Kind, Operation
from layers.undo import undo

OpenPage = Callable[..., Page]
PLACE = "/vi/map#map=18/10.35400/106.36350&layers=parcels"


def watched(page: Page) -> list[Response]:
    """Return the overlay tiles that arrive from now on; the list grows."""
    found: list[Response] = []
    page.on(
        "response", lambda answer: found.append(answer) if "/tiles/parcels/" in answer.url else None
    )
    return found


def quiet(page: Page, tiles: list[Response]) -> None:
    """Wait until the map has all its tiles."""
    count = -1
    while count != len(tiles):
        count = len(tiles)
        page.wait_for_timeout(2000)
    del tiles[:]


def parcel() -> tuple[int, int]:
    """Return id and version of a parcel in the middle of the map."""
    answer = (
        Client().get("/api/identify?lon=106.364036&lat=10.354045&zoom=19&layers=parcels").json()
    )
    feature = answer["features"][0]
    return int(feature["id"]), int(feature["provenance"]["version"])


def renumber(feature_id: int, version: int, number: str) -> int:
    step = Operation(
        Kind.UPDATE,
        selectors.layer(SYSTEM, "parcels"),
        {"so_thua": number},
        None,
        feature_id,
        version,
    )
    return int(changes.apply(SYSTEM, [step], title="t", channel="browser").change_set.pk)


@pytest.mark.parametrize("screen", ["phone", "desktop"])
def test_an_open_map_shows_what_others_change(open_page: OpenPage, screen: str) -> None:
    page = open_page(PLACE, screen)
    page.wait_for_load_state("networkidle")
    feature_id, version = parcel()
    tiles = watched(page)
    quiet(page, tiles)
    made = renumber(feature_id, version, "90210")
    try:
        for _attempt in range(400):  # `benchmarks.live` says how fast, this only whether
            if any(b"90210" in tile.body() for tile in list(tiles)):
                break
            page.wait_for_timeout(50)
        else:
            pytest.fail(f"not there after 20 seconds: {[tile.url for tile in tiles]}")
        page.wait_for_timeout(500)
        # The parcel and the names beside it lie in one tile, or in as many as meet at a corner.
        assert len(tiles) <= 4
    finally:
        undo(SYSTEM, made, "back")


def test_the_open_sheet_follows(open_page: OpenPage) -> None:
    page = open_page(PLACE)
    page.wait_for_load_state("networkidle")
    feature_id, version = parcel()
    page.mouse.click(820, 441)
    expect(page.locator("#panel-right")).to_be_visible()
    shown = re.compile("90211")
    expect(page.locator("#panel-right")).not_to_contain_text(shown)
    made = renumber(feature_id, version, "90211")
    expect(page.locator("#panel-right")).to_contain_text(shown)
    expect(page.get_by_text("Đối tượng này vừa được cập nhật.")).to_be_visible()
    undo(SYSTEM, made, "back")
    expect(page.locator("#panel-right")).not_to_contain_text(shown)


def test_a_page_that_nobody_sees_does_not_ask(open_page: OpenPage) -> None:
    page = open_page(PLACE)
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on(
        "request", lambda request: asked.append(request.url) if "/api/live" in request.url else None
    )
    for _attempt in range(100):
        page.wait_for_timeout(100)
        if len(asked) >= 2:
            break
    assert len(asked) >= 2
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(500)
    del asked[:]
    page.wait_for_timeout(2500)
    assert asked == []
    page.evaluate("Object.defineProperty(document, 'hidden', { value: false, configurable: true })")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(500)
    assert asked


def test_others_see_where_somebody_is_editing(open_page: OpenPage) -> None:
    place = "/vi/workspace#map=19/10.35400/106.36350&layers=parcels"
    planner = open_page(place, role="planner")
    editing(planner)
    planner.mouse.click(920, 433)
    expect(planner.locator("#field-so_thua")).to_be_visible()
    other = open_page(place, role="administrator")
    expect(other.get_by_text("Đang sửa: test-planner")).to_be_visible(timeout=15_000)
    editing(other)
    other.mouse.click(920, 433)
    warning = "cũng đang sửa đối tượng này"
    expect(other.get_by_text(f"test-planner {warning}")).to_be_visible(timeout=15_000)
    expect(planner.get_by_text(f"test-administrator {warning}")).to_be_visible(timeout=15_000)
    planner.keyboard.press("Escape")
    expect(other.get_by_text("Đang sửa: test-planner")).to_be_hidden(timeout=15_000)
