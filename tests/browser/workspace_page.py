"""What tests of the workspace do with its page: open a layer, set corners, read the draft."""

import json
import math
from typing import Any

from django.conf import settings
from playwright.sync_api import Page, expect

LAT, LON, ZOOM = 10.354, 106.3635, 19
PLACE = f"/vi/workspace#map={ZOOM}/{LAT}/{LON}&layers=parcels"
Position = tuple[float, float]  # longitude, latitude


def editing(page: Page, layer: str = "Thửa đất") -> None:
    """Press the pencil of a layer and wait for the tools and the shapes to snap to."""
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name=f"Sửa lớp “{layer}”").click()
    expect(page.get_by_role("toolbar", name="Công cụ chỉnh sửa")).to_be_visible()
    page.wait_for_load_state("networkidle")


def pixel(page: Page, position: Position) -> tuple[float, float]:
    """Return where a position is in the window while the map stands at PLACE."""
    box = page.locator("#map").bounding_box()
    assert box is not None
    (x, y), (x0, y0) = world(position), world((LON, LAT))
    return box["x"] + box["width"] / 2 + x - x0, box["y"] + box["height"] / 2 + y - y0


def world(position: Position) -> tuple[float, float]:
    """Return the pixel of the whole world's map at ZOOM."""
    lon, lat = position
    size = 256 * 2**ZOOM
    turned = math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))
    return (lon + 180) / 360 * size, (1 - turned / math.pi) / 2 * size


def click_at(page: Page, position: Position) -> None:
    """Move the pointer to a position and press there, as a hand does."""
    x, y = pixel(page, position)
    page.mouse.move(x, y, steps=3)
    page.mouse.click(x, y)


def draft(page: Page) -> dict[str, Any]:
    """Return the draft as this browser keeps it."""
    kept = page.evaluate(
        "Object.entries(localStorage).find(([key]) => key.startsWith('draft of '))?.[1] ?? 'null'"
    )
    return dict(json.loads(kept) or {})


def last_geometry(page: Page) -> dict[str, Any]:
    """Return the geometry of the newest step of the draft."""
    return dict(draft(page)["operations"][-1]["geometry"])


def parcels(page: Page, site: str, within_deg: float = 0.0006) -> list[dict[str, Any]]:
    """Return the parcels around PLACE, as the map has them."""
    west, south, east, north = (
        *(LON - within_deg, LAT - within_deg),
        *(LON + within_deg, LAT + within_deg),
    )
    box = f"{west},{south},{east},{north}"
    answer = page.request.get(f"{site}/ogc/collections/parcels/items?bbox={box}&limit=500")
    return list(answer.json()["features"])


def serious_faults(page: Page) -> list[str]:
    """Return what axe-core finds serious or critical on the page as it is now."""
    page.evaluate((settings.BASE_DIR / "node_modules/axe-core/axe.min.js").read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{fault['id']}: {fault['nodes'][0]['html'][:200]}"
        for fault in found["violations"]
        if fault["impact"] in {"serious", "critical"}
    ]
