"""One piece of work from the first corner to the map and back, on the pages, as three people do it.

Draw, snap, split, merge, move a shared boundary, undo five times, redo, reload, hand in, have it
returned, mend it, have it published, see it in the tile, restore a feature, undo the whole set.
"""

import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import mapbox_vector_tile
import shapely
from playwright.sync_api import Page, expect
from shapely.geometry.base import BaseGeometry
from workspace_page import (
    LAT,
    LON,
    PLACE,
    Position,
    click_at,
    draft,
    editing,
    parcels,
    pixel,
    world,
)

OpenPage = Callable[..., Page]
SHEET, FIRST, SECOND = "77", "7701", "7702"
TITLE = "Lập thửa mới bên đường"
SNAP_REACH_PX = 16
DEEP_DEG = 0.00008  # of the new parcel: about 9 m, 30 pixels
FREE_WINDOW = (
    520,
    340,
    930,
    640,
)  # between the panels, below the tools; all parcels are known here
CORNER = ".marker-icon:not(.marker-icon-middle)"


@dataclass(frozen=True)
class Site:
    """A side of a parcel that no other one touches, and the new parcel's corners beyond it."""

    feature: dict[str, Any]
    start: Position
    end: Position
    far_end: Position
    far_start: Position

    def between(self, share: float, out: float) -> Position:
        """Return a place along the side, `out` times as far beyond it as the new parcel is deep."""
        near = [a + (b - a) * share for a, b in zip(self.start, self.end, strict=True)]
        far = [a + (b - a) * share for a, b in zip(self.far_start, self.far_end, strict=True)]
        lon, lat = (n + (f - n) * out for n, f in zip(near, far, strict=True))
        return lon, lat


def shape_of(feature: dict[str, Any]) -> BaseGeometry:
    return shapely.from_geojson(json.dumps(feature["geometry"]))


def free_site(page: Page, site: str) -> Site:
    """Return a side in the free middle of the map with room for a new parcel beyond it."""
    found = parcels(page, site)
    shapes = [shape_of(f) for f in found]
    for feature, shape in zip(found, shapes, strict=True):
        others = shapely.union_all([other for other in shapes if other is not shape])
        ring = feature["geometry"]["coordinates"][0][0]
        for start, end in pairwise(ring):
            made = _beyond(feature, shape, others, (start, end))
            corners = (start, end, made.far_end, made.far_start) if made else ()
            free = all(_is_free(page, corner) for corner in corners)
            if made and free and not any(_crowded(page, found, end) for end in (start, end)):
                return made
    raise AssertionError("no free side in the middle of the map")


def _beyond(
    feature: dict[str, Any], shape: BaseGeometry, others: BaseGeometry, side: Any
) -> Site | None:
    (x0, y0), (x1, y1) = side
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    if not 0.00012 < length < 0.0004:  # 13 to 44 m
        return None
    # Outer rings run to the left: what lies to the right of a side lies outside.
    out = ((y1 - y0) / length * DEEP_DEG, -(x1 - x0) / length * DEEP_DEG)
    far_end, far_start = (x1 + out[0], y1 + out[1]), (x0 + out[0], y0 + out[1])
    room = shapely.Polygon([(x0, y0), (x1, y1), far_end, far_start])
    if shapely.intersection(room, shapely.union(shape, others)).area > room.area / 1000:
        return None
    return Site(feature, (x0, y0), (x1, y1), far_end, far_start)


def _is_free(page: Page, position: Position) -> bool:
    left, top, right, bottom = FREE_WINDOW
    x, y = pixel(page, position)
    return left < x < right and top < y < bottom


def _crowded(page: Page, features: list[dict[str, Any]], corner: Position) -> bool:
    """Tell whether snapping might take another corner than this one."""
    places = shapely.get_coordinates([shape_of(feature) for feature in features])
    at = pixel(page, corner)
    apart = [math.dist(at, pixel(page, (lon, lat))) for lon, lat in places]
    return any(0.5 < distance < SNAP_REACH_PX for distance in apart)


def to_the_map(page: Page) -> None:
    page.locator("#map").focus()


def ready(open_page: OpenPage, role: str) -> Page:
    page = open_page(PLACE, role=role)
    page.wait_for_load_state("networkidle")
    return page


def opened(page: Page, box: str, title: str) -> None:
    """Open a change set of a box of the home."""
    page.get_by_role("tab", name="Thay đổi").click()
    page.get_by_role("button", name=re.compile(f"^{box}")).first.click()
    page.locator(".box-content").get_by_role("button", name=re.compile(title)).first.click()


def shown(page: Page, site: str) -> dict[str, list[dict[str, Any]]]:
    """Return sheet/number of a parcel → its pieces in the tiles around, as everybody gets them."""
    found: dict[str, list[dict[str, Any]]] = {}
    for x, y in tiles_around():
        answer = page.request.get(f"{site}/tiles/parcels/18/{x}/{y}.mvt")
        if answer.status != 200 or not answer.body():
            continue
        layer = mapbox_vector_tile.decode(answer.body()).get("parcels", {"features": []})
        for feature in layer["features"]:
            key = f"{feature['properties']['so_to']}/{feature['properties']['label']}"
            found.setdefault(key, []).append(feature["geometry"])
    return found


def tiles_around() -> list[tuple[int, int]]:
    x, y = (int(value / 256 / 2) for value in world((LON, LAT)))
    return [(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]


def number_of(place: Site) -> str:
    properties = place.feature["properties"]
    return f"{properties['so_to']}/{properties['so_thua']}"


def drawn_and_snapped(page: Page, place: Site) -> None:
    """Draw the new parcel; two corners are pressed beside the neighbour's and become these."""
    page.keyboard.press("3")
    expect(page.locator(".edit-hint")).to_contain_text("Bấm để đặt đỉnh")
    click_at(page, place.between(0, 0.1))  # some pixels beside it
    click_at(page, place.between(1, 0.1))
    click_at(page, place.far_end)
    click_at(page, place.far_start)
    page.keyboard.press("Enter")
    number = page.locator("#field-so_thua")
    expect(number).to_be_visible()
    ring = draft(page)["operations"][-1]["geometry"]["coordinates"][0][0]
    assert list(place.start) in ring
    assert list(place.end) in ring
    page.locator("#field-so_to").fill(SHEET)
    number.fill(FIRST)
    number.press("Tab")


def split(page: Page, place: Site) -> None:
    to_the_map(page)
    page.keyboard.press("x")
    click_at(page, place.between(0.5, 1.5))
    click_at(page, place.between(0.5, -0.3))
    page.keyboard.press("Enter")
    expect(page.get_by_text(re.compile("Đã tách thành 2 phần"))).to_be_visible()


def merged(page: Page, place: Site) -> None:
    """Merge the new piece in hand with the parcel that was there, which stays."""
    to_the_map(page)
    page.keyboard.press("c")
    lon, lat = shape_of(place.feature).representative_point().coords[0]
    click_at(page, (lon, lat))
    page.get_by_role("button", name="Gộp 2 đối tượng").click()
    keep = page.get_by_role("dialog").get_by_role("group", name="Giữ lại đối tượng")
    old = keep.get_by_role("radio").nth(1)
    old.check()
    page.get_by_role("dialog").get_by_role("button", name="Gộp", exact=True).click()
    expect(page.get_by_text(re.compile("Đã gộp 2 đối tượng"))).to_be_visible()


def boundary_moved(page: Page, place: Site) -> None:
    """Drag the corner on the far side that both pieces have now, and both follow."""
    to_the_map(page)
    page.keyboard.press("s")  # not onto something else
    page.keyboard.press("b")
    x, y = pixel(page, place.between(0.5, 1.0))
    page.mouse.move(x, y, steps=3)
    page.mouse.down()
    page.mouse.move(x + 10, y + 4, steps=6)
    page.mouse.up()
    expect(page.get_by_text("Đã dời ranh chung.")).to_be_visible()
    page.keyboard.press("s")
    page.keyboard.press("b")


def operations(page: Page) -> list[Any]:
    """Return the steps without what a reviewer says about them."""
    steps = draft(page)["operations"]
    plain = [{k: v for k, v in one.items() if k not in {"verdict", "note"}} for one in steps]
    return sorted(plain, key=lambda step: str(step["key"]))


def undone_and_redone(page: Page) -> None:
    """Undo five acts one by one and redo them; the draft is the same to the last bit."""
    to_the_map(page)
    done = operations(page)
    states = [done]
    for _act in range(5):
        page.keyboard.press("Control+z")
        states.append(operations(page))
    assert all(one != other for one, other in pairwise(states))
    for state in reversed(states[:-1]):
        page.keyboard.press("Control+Shift+z")
        assert operations(page) == state
    expect(page.locator(".keeping[data-state=kept]")).to_be_visible(timeout=15_000)


def handed_in(page: Page) -> None:
    expect(page.get_by_text("Đã kiểm tra, không có lỗi")).to_be_visible()
    page.get_by_role("button", name="Gửi duyệt").click()
    expect(page.get_by_text("Đã gửi duyệt.")).to_be_visible()


def returned(page: Page, note: str) -> None:
    opened(page, "Chờ duyệt", TITLE)
    page.locator(".panel.right .ways").get_by_role("button", name="Trả lại").click()
    page.get_by_role("dialog").locator("textarea").fill(note)
    page.get_by_role("dialog").get_by_role("button", name="Trả lại").click()
    expect(page.get_by_text("Đã trả hồ sơ lại cho người soạn.")).to_be_visible()


def approved(page: Page) -> None:
    opened(page, "Chờ duyệt", TITLE)
    page.locator(".panel.right .ways").get_by_role("button", name="Duyệt", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Duyệt").click()
    expect(page.get_by_text("Đã công bố.")).to_be_visible()


def restored(page: Page, place: Site) -> None:
    """Bring the old parcel back to its first version, from its history."""
    lon, lat = shape_of(place.feature).representative_point().coords[0]
    click_at(page, (lon, lat))
    page.get_by_role("button", name="Lịch sử").click()
    page.locator(".versions").get_by_role("button").last.click()
    page.get_by_role("button", name="Khôi phục phiên bản này").click()
    confirmed(page, "Khôi phục phiên bản này")
    expect(page.get_by_text("Đã khôi phục phiên bản 1.")).to_be_visible()


def confirmed(page: Page, yes: str) -> None:
    page.get_by_role("dialog").locator("textarea").fill("Kiểm thử")
    page.get_by_role("dialog").get_by_role("button", name=yes).click()


def undone(page: Page, title: str) -> None:
    opened(page, "Đã công bố", title)
    page.get_by_role("button", name="Hoàn tác hồ sơ").click()
    confirmed(page, "Hoàn tác hồ sơ")
    expect(page.get_by_text("Đã hoàn tác hồ sơ.")).to_be_visible()
    expect(page.get_by_text("Đã hoàn tác hồ sơ.")).to_be_hidden(timeout=15_000)


def test_the_whole_way(open_page: OpenPage, site: str) -> None:
    planner = ready(open_page, "planner")
    before = shown(planner, site)
    editing(planner)
    place = free_site(planner, site)
    drawn_and_snapped(planner, place)
    split(planner, place)
    merged(planner, place)
    boundary_moved(planner, place)
    undone_and_redone(planner)
    sent = operations(planner)

    planner.reload()
    planner.wait_for_load_state("networkidle")
    planner.get_by_role("tab", name="Thay đổi").click()
    assert operations(planner) == sent
    planner.get_by_label("Tên hồ sơ").fill(TITLE)
    planner.get_by_label("Lý do").fill("Kiểm thử")
    planner.get_by_label("Lý do").press("Tab")
    handed_in(planner)

    approver = ready(open_page, "approver")
    returned(approver, "Số thửa đã dùng: đổi thành 7702")
    assert shown(approver, site) == before

    planner.reload()
    planner.wait_for_load_state("networkidle")
    opened(planner, "Trả lại", TITLE)
    planner.get_by_role("button", name="Sửa tiếp").click()
    planner.locator(".step-list").get_by_role("button", name=f"{SHEET} / {FIRST}").click()
    planner.locator("#field-so_thua").fill(SECOND)
    planner.locator("#field-so_thua").press("Tab")
    expect(planner.locator(".keeping[data-state=kept]")).to_be_visible(timeout=15_000)
    handed_in(planner)
    approved(approver)
    after = shown(approver, site)
    assert f"{SHEET}/{SECOND}" in after
    assert f"{SHEET}/{SECOND}" not in before
    old = number_of(place)
    assert (after[old], set(after) - set(before)) != (before[old], set())

    administrator = ready(open_page, "administrator")
    restored(administrator, place)
    assert shown(administrator, site)[old] == before[old]
    undone(administrator, "[Kk]hôi phục")
    assert shown(administrator, site) == after
    undone(administrator, TITLE)
    assert shown(administrator, site) == before
