"""A tab that is gone in the middle of a save: nothing is lost, nothing is made twice."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, Route, expect
from workspace_page import PLACE, editing

OpenPage = Callable[..., Page]


def never_sent(route: Route) -> None:
    route.abort()


def answer_lost(route: Route) -> None:
    route.fetch()
    route.abort()


def answered(route: Route) -> None:
    route.fulfill(response=route.fetch())


def drafts_with(page: Page, site: str, address: str) -> list[dict[str, Any]]:
    """Return the steps with an address in all drafts of the reader, as the server has them."""
    found = page.request.get(f"{site}/api/change-sets?box=drafts&limit=200").json()
    steps = []
    for head in found["change_sets"]:
        whole = page.request.get(f"{site}/api/change-sets/{head['id']}").json()
        steps += [step for step in whole["operations"] if step["values"].get("address") == address]
    return steps


@pytest.mark.parametrize("fate", [never_sent, answer_lost, answered])
@pytest.mark.parametrize("request_for", ["**/api/change-sets?*", "**/operations*"])
def test_a_tab_that_dies_while_saving(
    open_page: OpenPage, site: str, request_for: str, fate: Callable[[Route], None]
) -> None:
    page = open_page(PLACE, role="planner")
    editing(page)
    page.mouse.click(920, 433)
    address = f"Số {uuid4().hex[:6]} Nam Kỳ Khởi Nghĩa"
    field = page.locator("#field-address")
    expect(field).to_be_visible()
    seen: list[str] = []

    def caught(route: Route) -> None:
        if route.request.method == "GET":
            route.continue_()
            return
        fate(route)
        seen.append(route.request.url)

    page.route(request_for, caught)
    field.fill(address)
    field.press("Tab")
    for _attempt in range(200):
        if seen:
            break
        page.wait_for_timeout(50)
    assert seen, "the draft was not saved"
    page.close(run_before_unload=False)

    again = page.context.new_page()
    again.goto(site + PLACE)
    for _attempt in range(200):
        steps = drafts_with(again, site, address)
        if steps:
            break
        again.wait_for_timeout(100)
    again.wait_for_timeout(2500)  # a second draft would come now
    assert len(drafts_with(again, site, address)) == 1
