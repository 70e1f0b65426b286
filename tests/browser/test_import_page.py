"""The import pages, driven: a zipped shapefile from its upload to the tile and back again."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import mapbox_vector_tile
import pytest
from axe import serious_faults
from import_page import EAST, NORTH, PATIENCE_MS, clean, parcels
from playwright.sync_api import Page, expect

from gis_core import crs
from gis_core.tile_grid import tile_at
from importers.models import ImportJob

TITLE = "Thửa đất đo thử"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Three parcels in VN-2000 without a .prj, one twice, with letters in TCVN3."""
    return parcels(tmp_path, "SHTHUA")


@pytest.fixture
def cleaned() -> Iterator[None]:
    yield
    clean(TITLE)


def rows_in_tile(page: Page, site: str, slug: str) -> int:
    lon, lat = (float(value) for value in crs.to_wgs84(crs.zone_by_epsg(9210), EAST + 40, NORTH))
    tile = tile_at(lon, lat, 16)
    answer = page.request.get(f"{site}/tiles/{slug}/{tile.z}/{tile.x}/{tile.y}.mvt")
    found = mapbox_vector_tile.decode(answer.body()) if answer.body() else {}
    return len(found.get(slug, {}).get("features", []))


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
@pytest.mark.usefixtures("worker", "cleaned")
@pytest.mark.parametrize("screen", ["desktop", "phone"])
def test_from_the_zip_to_the_tile_and_back(
    open_page: Callable[..., Page], site: str, file: Path, screen: str
) -> None:
    page = open_page("/vi/import", screen, "administrator")
    page.on("dialog", lambda dialog: dialog.accept())
    expect(page.get_by_role("heading", name="Nhập dữ liệu")).to_be_visible()
    assert serious_faults(page) == []
    page.select_option("#target", "new:parcels")
    page.fill("#new-title", TITLE)
    page.set_input_files("#files", str(file))
    page.wait_for_url("**/import/*")
    # Without a .prj the place is found by the city, and the letters by their words.
    expect(page.locator(".place-card[aria-pressed=true]")).to_contain_text("105°45")
    expect(page.locator("#text-title").locator("..")).to_contain_text("TCVN3")
    assert serious_faults(page) == []
    page.get_by_role("button", name="Tiếp: các trường").click()
    expect(page.get_by_label("SHTHUA")).to_have_value("so_thua")
    expect(page.locator(".column-row", has_text="TENCHU")).to_contain_text("Nguyễn Văn Bình")
    assert serious_faults(page) == []
    page.locator(".actions").get_by_role("button", name="Chạy thử").click()
    expect(page.locator(".tile.new dd")).to_have_text("3")
    expect(page.locator(".tile.rejected dd")).to_have_text("1")
    # The map beside the numbers: a finding leads to its row.
    page.get_by_role("button", name="xem trên bản đồ, Dòng 3").first.click()
    expect(page.locator(".row-card")).to_contain_text("Bị loại")
    page.select_option("#walk-kind", "new")
    expect(page.locator(".row-card")).to_contain_text("Dòng 1")
    page.get_by_role("button", name="Dòng sau").click()
    expect(page.locator(".row-card")).to_contain_text("Dòng 2")
    assert serious_faults(page) == []
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    assert "duplicate_key" in Path(download.value.path()).read_text(encoding="utf-8-sig")
    page.get_by_role("button", name="Tiếp: công bố").click()
    page.get_by_label("Số quyết định").fill("12/QĐ-UBND")
    assert serious_faults(page) == []
    page.get_by_role("button", name="Công bố lên bản đồ").click()
    expect(page.get_by_role("heading", name="Đã nhập xong")).to_be_visible()
    assert serious_faults(page) == []
    slug = ImportJob.objects.get(new_layer_title=TITLE).slug
    assert rows_in_tile(page, site, slug) == 3
    page.get_by_role("button", name="Hoàn tác cả lần nhập").click()
    expect(page.get_by_role("heading", name="Lần nhập đã được hoàn tác")).to_be_visible()
    expect(page.get_by_text("cũng không còn trong danh mục")).to_be_visible()
    # The numbers are of the past: said in words, and not in the colours of what is there.
    expect(page.get_by_text("đã làm gì trước khi được hoàn tác")).to_be_visible()
    past = page.locator(".tiles.past .tile.new")
    expect(past).to_have_css("background-color", "rgba(0, 0, 0, 0)")
    assert serious_faults(page) == []
    assert rows_in_tile(page, site, slug) == 0
    page.get_by_role("button", name="Khôi phục lần nhập").click()
    expect(page.get_by_role("heading", name="Đã nhập xong")).to_be_visible()
    expect(past).to_have_count(0)
    assert rows_in_tile(page, site, slug) == 3


def press(page: Page, name: str) -> None:
    """Go on with Tab until a control of this name has the focus, then press Enter."""
    wanted = page.get_by_role("button", name=name, exact=True)
    expect(wanted.first).to_be_enabled()
    for _step in range(80):
        page.keyboard.press("Tab")
        if any(one.evaluate("node => node === document.activeElement") for one in wanted.all()):
            page.keyboard.press("Enter")
            return
    pytest.fail(f"no way with the keyboard to “{name}”")


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
@pytest.mark.usefixtures("worker", "cleaned")
def test_with_the_keyboard_alone_and_reloads_between(
    open_page: Callable[..., Page], file: Path
) -> None:
    page = open_page("/vi/import", "desktop", "administrator")
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#target").focus()
    for _option in range(60):
        page.keyboard.press("ArrowDown")
        if page.locator("#target").input_value() == "new:parcels":
            break
    page.keyboard.press("Tab")
    page.keyboard.type(TITLE)
    page.keyboard.press("Tab")
    expect(page.locator("#files")).to_be_focused()
    page.set_input_files("#files", str(file))  # the system's own dialogue
    page.wait_for_url("**/import/*")
    press(page, "Tiếp: các trường")
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.get_by_label("TENCHU").select_option("")
    page.reload()
    expect(page.get_by_label("TENCHU")).to_have_value("")  # the step and what was said
    press(page, "Chạy thử")
    results = page.get_by_role("heading", name="Kết quả chạy thử")
    expect(results).to_be_focused(timeout=PATIENCE_MS)
    expect(page.locator(".tile.new dd")).to_have_text("3")
    press(page, "Dòng sau")
    expect(page.locator(".row-card")).to_contain_text("Dòng 3")
    press(page, "Tiếp: công bố")
    page.reload()
    press(page, "Công bố lên bản đồ")
    expect(page.get_by_role("heading", name="Đã nhập xong")).to_be_visible()
    press(page, "Hoàn tác cả lần nhập")
    expect(page.get_by_role("heading", name="Lần nhập đã được hoàn tác")).to_be_visible()
    page.get_by_role("link", name="Nhập tệp đã sửa").press(
        "Enter"
    )  # into the same, with a better file
    expect(page.locator("#target")).to_have_value("new:parcels")
    expect(page.get_by_label("Tên lớp mới")).to_have_value(TITLE)


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
@pytest.mark.usefixtures("worker", "cleaned")
def test_what_is_handed_in_waits_in_the_workspace_of_the_reviewer(
    open_page: Callable[..., Page], file: Path
) -> None:
    page = open_page("/vi/import", "desktop", "planner")
    page.select_option("#target", "new:parcels")
    page.fill("#new-title", TITLE)
    page.set_input_files("#files", str(file))
    page.wait_for_url("**/import/*")
    page.get_by_role("button", name="Tiếp: các trường").click()
    page.locator(".actions").get_by_role("button", name="Chạy thử").click()
    page.get_by_role("button", name="Tiếp: công bố").click()
    page.get_by_label("Tên hồ sơ").fill("Đo lại phường Một")
    page.get_by_role("button", name="Gửi duyệt").click()
    expect(page.get_by_role("button", name="Rút lại")).to_be_visible()
    other = open_page("/vi/workspace", "desktop", "approver")
    other.get_by_role("tab", name="Thay đổi").click()
    other.get_by_role("link", name="Đo lại phường Một").click()
    expect(other.locator(".walker")).to_be_visible()
    other.get_by_role("button", name="Dòng sau").click()
    expect(other.locator(".row-card")).to_contain_text("Bị loại")
    assert serious_faults(other) == []
    other.get_by_role("button", name="Duyệt và công bố").click()
    expect(other.get_by_role("heading", name="Đã nhập xong")).to_be_visible()


@pytest.mark.usefixtures("worker", "cleaned")
@pytest.mark.parametrize("screen", ["desktop", "phone"])
def test_the_other_kinds_of_a_mixed_file_go_on_with_one_press(
    open_page: Callable[..., Page], tmp_path: Path, screen: str
) -> None:
    shapes = [
        {"type": "Point", "coordinates": [106.36, 10.36]},
        {"type": "LineString", "coordinates": [[106.36, 10.36], [106.37, 10.36]]},
        {"type": "LineString", "coordinates": [[106.36, 10.37], [106.37, 10.37]]},
    ]
    features = [
        {"type": "Feature", "properties": {"ma": f"zz{n}"}, "geometry": shape}
        for n, shape in enumerate(shapes)
    ]
    path = tmp_path / "hạ tầng.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    page = open_page("/vi/import", screen, "administrator")
    page.select_option("#target", "new:infrastructure")
    page.fill("#new-title", TITLE)
    page.set_input_files("#files", str(path))
    page.wait_for_url("**/import/*")
    page.get_by_role("button", name="Điểm 1").click()
    page.get_by_role("button", name="Tiếp: các trường").click()
    page.locator(".actions").get_by_role("button", name="Chạy thử").click()
    expect(page.get_by_text("Để riêng 2 đường")).to_be_visible()
    expect(page.locator(".tile.set_aside dd")).to_have_text("2")
    expect(page.locator(".tile.none dt")).to_have_text(["Thay đổi", "Giữ nguyên", "Bị loại"])
    expect(page.get_by_text("3 dòng trong tệp = 1 mới")).to_contain_text("+ 2 để riêng")
    # On the map they are set aside, and nothing is called wrong.
    expect(page.locator(".kind-chip")).to_have_text(["Mới1", "Để riêng2"])
    page.get_by_role("button", name="xem trên bản đồ, Dòng 2").click()
    expect(page.locator(".row-card .tag")).to_have_text("Để riêng")
    expect(page.locator(".issue.is-error")).to_have_count(0)
    page.get_by_role("button", name="Tiếp: công bố").click()
    page.get_by_role("button", name="Công bố lên bản đồ").click()
    first = page.url
    page.get_by_role("button", name="Nhập tiếp 2 đường của tệp này…").click()
    expect(page.locator("#target")).to_be_focused()
    expect(page.locator("#new-title")).to_have_value(f"{TITLE} – đường")
    assert serious_faults(page) == []
    page.fill("#new-title", "")
    page.get_by_role("button", name="Bắt đầu nhập").click()
    expect(page.get_by_role("alert")).to_contain_text("đặt tên cho lớp mới")
    page.fill("#new-title", TITLE)
    page.get_by_role("button", name="Bắt đầu nhập").click()
    page.wait_for_url(lambda url: url.split("#")[0] != first.split("#")[0])
    expect(page.get_by_role("button", name="Đường 2")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Tiếp: các trường").click()
    page.locator(".actions").get_by_role("button", name="Chạy thử").click()
    expect(page.locator(".tile.new dd")).to_have_text("2")
    page.goto(first)
    expect(page.get_by_role("link", name="2 đường: đã bắt đầu nhập")).to_be_visible()
    assert serious_faults(page) == []
    # Where imports are listed, what is set aside is not called rejected either.
    root = first.partition("/import/")[0]
    page.goto(f"{root}/import")
    lines = page.locator(".import-line .numbers")
    expect(lines.nth(0)).to_have_text("2 mới · 0 thay đổi · 0 bị loại · 1 để riêng")
    expect(lines.nth(1)).to_have_text("1 mới · 0 thay đổi · 0 bị loại · 2 để riêng")
    page.goto(f"{root}/workspace")
    page.get_by_role("tab", name="Thay đổi").click()
    page.get_by_role("button", name="Đang soạn").click()
    expect(page.get_by_text("2 mới, 0 thay đổi, 0 bị loại, 1 để riêng")).to_be_visible()


def test_a_file_of_another_kind_is_refused_by_name(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    wrong = tmp_path / "báo cáo.docx"
    wrong.write_bytes(b"PK\x03\x04 no map")
    page = open_page("/en/import", "desktop", "planner", expect_refused="/files/")
    page.set_input_files("#files", str(wrong))
    expect(page.get_by_role("alert")).to_contain_text("Choose a layer")
    page.select_option("#target", "new:parcels")
    page.fill("#new-title", "Report")
    page.get_by_role("button", name="Upload báo cáo.docx").click()  # it was not forgotten
    expect(page.get_by_role("alert")).to_contain_text("báo cáo.docx")
    expect(page.get_by_text("No imports yet")).to_be_visible()


def test_a_planner_sees_no_import_of_others(open_page: Callable[..., Page]) -> None:
    page = open_page("/vi/import/999999", "desktop", "planner", expect_missing=True)
    expect(page.get_by_role("heading")).to_contain_text("không tồn tại")
