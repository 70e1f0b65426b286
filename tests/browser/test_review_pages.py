"""Review with a divider and pinned remarks, conflicts, scans, and the map of an earlier moment."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

OpenPage = Callable[..., Page]
PLACE = "/vi/workspace#map=18/10.35400/106.36350&layers=parcels"
SETS = "/api/change-sets"
_CALL = """async ([method, path, body, revision]) => {
  const token = /(?:^|;\\s*)csrf=([^;]+)/.exec(document.cookie)?.[1] ?? "";
  const headers = {"Content-Type": "application/json", "X-CSRFToken": token};
  if (revision) headers["If-Match"] = `"${revision}"`;
  const sent = body ? JSON.stringify(body) : undefined;
  const answer = await fetch(path, {method, headers, body: sent});
  return await answer.json();
}"""


def call(page: Page, method: str, path: str, body: Any = None, revision: int = 0) -> Any:
    """Ask the service as the page's reader."""
    return page.evaluate(_CALL, [method, path, body, revision])


def parcels(page: Page) -> list[dict[str, Any]]:
    box = "106.3630,10.3535,106.3640,10.3545"
    return list(
        call(page, "GET", f"/ogc/collections/parcels/items?bbox={box}&limit=60")["features"]
    )


def drafted(page: Page, title: str, *steps: tuple[dict[str, Any], dict[str, Any]]) -> Any:
    """Return a draft of the page's reader that changes values of features."""
    entry = call(page, "POST", SETS, {"title": title, "reason": "Kiểm thử"})
    for number, (feature, values) in enumerate(steps):
        step = {"kind": "update", "layer": "parcels", "id": str(feature["id"]), "values": values}
        step["base_version"] = feature["properties"]["_version"]
        path = f"{SETS}/{entry['id']}/operations/s{number}"
        entry = call(page, "PUT", path, step, entry["revision"])
    return entry


def opened(page: Page, box: str, title: str) -> None:
    """Open a change set of a box of the home."""
    page.get_by_role("tab", name="Thay đổi").click()
    page.get_by_role("button", name=re.compile(f"^{box}")).first.click()
    page.locator(".box-content").get_by_role("button", name=re.compile(title)).click()


def ready(open_page: OpenPage, role: str) -> Page:
    page = open_page(PLACE, role=role)
    page.wait_for_load_state("networkidle")
    return page


def handed_in(planner: Page, title: str, scan: Path) -> None:
    """Attach a scan to a draft of the box and send it."""
    opened(planner, "Đang soạn", title)
    planner.get_by_role("button", name="Sửa tiếp").click()
    expect(planner.locator(".step-list li")).to_have_count(2)
    planner.set_input_files("#attach-file", scan)
    expect(planner.locator(".changes .attachment-list")).to_contain_text(scan.name)
    planner.get_by_role("button", name="Gửi duyệt").click()
    expect(planner.get_by_text("Đã gửi duyệt.")).to_be_visible()


def swiped(approver: Page) -> None:
    """Move the divider with the keyboard."""
    divider = approver.get_by_role("slider")
    expect(divider).to_have_attribute("aria-valuenow", "50")
    divider.focus()
    approver.keyboard.press("Shift+ArrowLeft")
    expect(divider).to_have_attribute("aria-valuenow", "40")


def pinned(approver: Page, text: str) -> None:
    """Pin a remark to the map."""
    approver.get_by_role("button", name="Ghim lên bản đồ").click()
    approver.mouse.click(700, 600)
    approver.get_by_label("Viết nhận xét…").fill(text)
    approver.get_by_role("button", name="Gửi", exact=True).click()
    expect(approver.locator(".comment-list:visible")).to_contain_text(text)
    expect(approver.locator(".leaflet-marker-pane .comment-pin")).to_have_count(1)


def approved(approver: Page) -> None:
    ways = approver.locator(".panel.right .ways")
    ways.get_by_role("button", name="Duyệt", exact=True).click()
    approver.get_by_role("dialog").get_by_role("button", name="Duyệt").click()
    expect(approver.get_by_text("Đã công bố.")).to_be_visible()


def partly_returned(approver: Page) -> None:
    """Mark the second step and return it alone."""
    cards = approver.locator(".step-card")
    cards.nth(1).get_by_role("button", name="Trả lại").click()
    cards.nth(1).get_by_label("Cần sửa gì?").fill("số nhà sai")
    approver.locator(".panel.right .ways").get_by_role("button", name="Trả lại").click()
    dialogue = approver.get_by_role("dialog")
    dialogue.locator("textarea").fill("Sửa một thửa")
    dialogue.get_by_role("button", name="Chỉ trả 1 đối tượng").click()
    expect(cards).to_have_count(1)


def test_a_part_is_returned_corrected_and_published(open_page: OpenPage, tmp_path: Path) -> None:
    planner = ready(open_page, "planner")
    one, two = parcels(planner)[20:22]
    title = "Hồ sơ thử trả lại một phần"
    drafted(planner, title, (one, {"address": "1 Phố Thử"}), (two, {"address": "sai"}))
    scan = tmp_path / "trích lục.pdf"
    scan.write_bytes(b"%PDF-1.7\n" + b"0" * 5000)
    handed_in(planner, title, scan)

    approver = ready(open_page, "approver")
    opened(approver, "Chờ duyệt", title)
    swiped(approver)
    with approver.expect_download() as download:
        approver.get_by_role("link", name=re.compile(scan.name)).click()
    assert download.value.path().read_bytes() == scan.read_bytes()
    pinned(approver, "Xem lại số nhà")
    partly_returned(approver)
    approved(approver)

    planner.reload()
    planner.wait_for_load_state("networkidle")
    opened(planner, "Trả lại", title)
    planner.get_by_role("button", name="Sửa tiếp").click()
    planner.locator(".step-list").get_by_role("button").first.click()
    field = planner.locator("#field-address")
    field.fill("2 Phố Thử")
    field.press("Tab")
    expect(planner.locator(".keeping[data-state=kept]")).to_be_visible(timeout=15_000)
    planner.get_by_role("button", name="Gửi duyệt").click()
    expect(planner.get_by_text("Đã gửi duyệt.")).to_be_visible()

    opened(approver, "Chờ duyệt", title)
    approved(approver)
    for feature, address in ((one, "1 Phố Thử"), (two, "2 Phố Thử")):
        path = f"/ogc/collections/parcels/items/{feature['id']}"
        assert call(approver, "GET", path)["properties"]["address"] == address


def test_a_conflict_is_resolved_field_by_field(open_page: OpenPage) -> None:
    planner = ready(open_page, "planner")
    feature = parcels(planner)[25]
    title = "Hồ sơ thử xung đột"
    drafted(planner, title, (feature, {"address": "của tôi", "place_name": "Khu tôi"}))
    other = ready(open_page, "administrator")
    theirs = drafted(other, "Người khác sửa", (feature, {"address": "của họ", "owner_name": "họ"}))
    published = call(other, "POST", f"{SETS}/{theirs['id']}/publish", {}, theirs["revision"])
    assert published["state"] == "published"

    planner.reload()
    planner.wait_for_load_state("networkidle")
    opened(planner, "Xung đột", title)
    card = planner.locator(".conflict-card")
    expect(card).to_contain_text("tự gộp: của bạn")
    expect(card).to_contain_text("tự gộp: của người khác")
    apply = planner.get_by_role("button", name="Đưa vào bản nháp")
    expect(apply).to_be_disabled()
    card.get_by_role("radio", name=re.compile("của tôi")).check()
    expect(apply).to_be_enabled()
    apply.click()
    expect(planner.get_by_text("Đã đưa lựa chọn vào bản nháp")).to_be_visible()
    sound = planner.get_by_text("Đã kiểm tra, không có lỗi")
    expect(sound).to_be_visible()
    planner.keyboard.press("Control+z")
    expect(planner.get_by_text(re.compile("^Đã hoàn tác: "))).to_be_visible()
    expect(planner.get_by_role("button", name="Xử lý xung đột")).to_be_visible()
    planner.keyboard.press("Control+Shift+z")
    expect(sound).to_be_visible()
    planner.get_by_role("button", name="Gửi duyệt").click()
    expect(planner.get_by_text("Đã gửi duyệt.")).to_be_visible()
    [sent] = call(planner, "GET", f"{SETS}?box=sent")["change_sets"]
    call(other, "POST", f"{SETS}/{sent['id']}/publish", {}, sent["revision"])
    now = call(other, "GET", f"/ogc/collections/parcels/items/{feature['id']}")["properties"]
    values = (now["address"], now["place_name"], now["owner_name"])
    assert values == ("của tôi", "Khu tôi", "họ")


@pytest.mark.parametrize("screen", ["phone", "desktop"])
def test_the_map_of_an_earlier_moment(open_page: OpenPage, screen: str) -> None:
    page = open_page(PLACE, screen, role="planner")
    page.wait_for_load_state("networkidle")
    page.get_by_role("tab", name="Thay đổi").click()
    asked = page.get_by_role("form", name="Bản đồ ngày…")
    day, time = asked.get_by_label("Ngày", exact=True), asked.get_by_label("Giờ", exact=True)
    for typed, at, fault in (
        (f"{datetime.now() + timedelta(days=2):%d/%m/%Y}", "", "Hãy chọn một thời điểm đã qua."),
        ("31/02/2020", "", "Nhập ngày theo"),
        ("1/2/2020", "25:00", "Giờ viết như 14:05"),
    ):
        day.fill(typed)
        time.fill(at)
        time.press("Enter")
        expect(asked.get_by_role("alert")).to_contain_text(fault)
    time.fill("7h30")
    time.press("Enter")
    banner = page.locator(".as-of-banner")
    expect(banner).to_contain_text("Bản đồ lúc 07:30 01/02/2020")
    expect(banner).to_contain_text("0 đối tượng")  # nothing was recorded yet
    expect(asked.get_by_role("alert")).to_be_hidden()
    page.get_by_role("button", name="Về hôm nay").click()
    expect(banner).to_be_hidden()
    time.fill("")
    time.press("Enter")
    expect(banner).to_contain_text("Bản đồ lúc 23:59 01/02/2020")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.mark.parametrize("screen", ["phone", "desktop"])
def test_home_fits_the_screen(open_page: OpenPage, screen: str) -> None:
    page = open_page(PLACE, screen, role="planner")
    page.wait_for_load_state("networkidle")
    page.get_by_role("tab", name="Thay đổi").click()
    expect(page.get_by_role("heading", name="Phường của tôi")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
