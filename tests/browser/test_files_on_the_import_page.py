"""Files as offices really have them, brought to the import page by somebody who answers nothing."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe import serious_faults
from import_page import PATIENCE_MS, bring, clean, dry_run
from playwright.sync_api import Page, expect
from pyproj import CRS
from shared_data import shared

TITLE = "Tệp mang tới thử"
ODD = {  # file → its theme
    "TestShape.zip": "infrastructure",
    "codepage.zip": "infrastructure",
    "zero-len-line.zip": "infrastructure",
    "invalid_geom.zip": "planned_land_use",
    "mixedcase.zip": "planned_land_use",
    "mixed_shape_type_non_conformant.*": "planned_land_use",
    "multipolygon_as_invalid_polygon.*": "planned_land_use",
    "huge_feature_count.gpkg": "planned_land_use",
}

pytestmark = pytest.mark.usefixtures("worker", "cleaned")


@pytest.fixture
def cleaned() -> Iterator[None]:
    yield
    clean(TITLE)


def parts(pattern: str) -> list[Path]:
    """Return the files of the shared data that a pattern names, or skip the test."""
    found = sorted(shared(Path(pattern).parent.as_posix()).glob(Path(pattern).name))
    assert found
    return found


@pytest.mark.parametrize(
    ("name", "letters"),
    [("wards_tcvn3_noprj", "TCVN3"), ("wards_utf8_cpg1252", "UTF-8")],
)
def test_wards_of_an_old_program_come_in_right_with_no_hint(
    open_page: Callable[..., Page], name: str, letters: str
) -> None:
    files = parts(f"data/legacy/{name}.*")
    page = open_page("/vi/import", "desktop", "administrator")
    bring(page, "admin_units", TITLE, files)
    expect(page.locator(".place-card[aria-pressed=true]")).to_contain_text("TM-3 105°45")
    expect(page.locator("#text-title").locator("..")).to_contain_text(letters)
    page.get_by_text("TEN1", exact=True).click()
    expect(page.locator(".column-text", has_text="TEN1")).to_contain_text("Phường 5")
    dry_run(page)
    expect(page.locator(".tile.new dd")).to_have_text("17")
    expect(page.locator(".tile.none dt", has_text="Bị loại")).to_be_visible()
    page.get_by_role("button", name="Trường", exact=False).first.click()
    expect(page.get_by_label("TEN1")).to_have_value("name")
    expect(page.get_by_label("SO0")).to_have_value("code")
    assert serious_faults(page) == []


@pytest.mark.parametrize(("language", "words"), [("vi", "không có gì đọc được"), ("en", "nothing")])
def test_a_refused_file_is_named_and_can_be_replaced_where_it_is_refused(
    open_page: Callable[..., Page], tmp_path: Path, language: str, words: str
) -> None:
    file = tmp_path / f"{'ban_do_hien_trang_' * 6}noshp.zip"
    file.write_bytes(parts("data/odd/noshp.zip")[0].read_bytes())
    page = open_page(f"/{language}/import", "phone", "planner")
    bring(page, "infrastructure", TITLE, [file])
    expect(page.get_by_role("alert")).to_contain_text("noshp.zip")
    expect(page.get_by_role("alert")).to_contain_text(words)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert serious_faults(page) == []
    page.set_input_files("#files", str(shared("data/odd/zero-len-line.zip")))
    page.get_by_role("button", name="noshp.zip").click()  # takes it out
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator(".actions .primary")).to_be_enabled()


@pytest.mark.parametrize(
    ("language", "screen", "words"),
    [
        ("vi", "phone", ("Tệp không có dòng nào", "Chọn tệp khác", "không có dòng nào")),
        ("en", "desktop", ("The file holds no rows", "Choose another file", "holds no rows")),
    ],
)
def test_a_file_without_rows_says_so_and_leads_back_to_the_files(
    open_page: Callable[..., Page],
    tmp_path: Path,
    language: str,
    screen: str,
    words: tuple[str, str, str],
) -> None:
    heading, button, complaint = words
    nothing = tmp_path / "ranh-giới.geojson"
    nothing.write_text('{"type": "FeatureCollection", "features": []}')
    page = open_page(f"/{language}/import", screen, "planner")
    bring(page, "infrastructure", TITLE, [nothing])
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    expect(page.locator("#step")).not_to_contain_text("%")
    expect(page.locator("#step section")).to_have_count(1)
    assert serious_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name=button).click()
    expect(page.locator("#step .note.caution")).to_contain_text(complaint)
    expect(page.locator(".actions .primary")).to_be_disabled()
    assert serious_faults(page) == []
    page.get_by_role("button", name=nothing.name).click()  # takes it out
    full = tmp_path / "đường.geojson"
    full.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {},'
        ' "geometry": {"type": "Point", "coordinates": [106.36, 10.36]}}]}'
    )
    page.set_input_files("#files", str(full))
    page.locator(".actions .primary").click()
    expect(page.locator(".place-card").first).to_be_visible(timeout=PATIENCE_MS)


def test_a_set_of_files_that_is_not_whole_says_what_is_missing_before_it_is_read(
    open_page: Callable[..., Page],
) -> None:
    shape = parts("data/legacy/wards_tcvn3_noprj.shp")
    page = open_page("/vi/import", "desktop", "administrator")
    bring(page, "admin_units", TITLE, shape)
    expect(page.locator("#step .note.caution")).to_contain_text(".shx, .dbf")
    page.set_input_files("#files", [str(path) for path in parts("data/odd/noshp.zip")])
    expect(page.locator("#step .note.caution")).to_contain_text("noshp.zip")
    expect(page.locator(".actions .primary")).to_be_disabled()


def test_a_false_coordinate_system_is_a_question_that_the_keyboard_answers(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    for part in parts("data/legacy/wards_tcvn3_noprj.*"):
        (tmp_path / part.name).write_bytes(part.read_bytes())
    elsewhere = CRS.from_epsg(32649).to_wkt("WKT1_ESRI")
    (tmp_path / "wards_tcvn3_noprj.prj").write_text(elsewhere)
    page = open_page("/vi/import", "phone", "administrator")
    bring(page, "admin_units", TITLE, sorted(tmp_path.iterdir()))
    expect(page.get_by_role("alert")).to_contain_text("UTM zone 49N")
    expect(page.get_by_text("Hãy trả lời câu hỏi")).to_be_visible()
    expect(page.get_by_role("button", name="Tiếp: các trường")).to_be_disabled()
    assert serious_faults(page) == []
    # The first card is the best one; its positions are on the map before anything is chosen.
    expect(page.locator(".place-card").first).to_contain_text("TM-3 105°45")
    page.locator(".place-card").first.focus()
    page.keyboard.press("Enter")
    chosen = page.locator(".place-card[aria-pressed=true]")
    expect(chosen).to_contain_text("TM-3 105°45", timeout=PATIENCE_MS)
    expect(page.get_by_role("button", name="Tiếp: các trường")).to_be_enabled()
    dry_run(page)
    expect(page.locator(".tile.new dd")).to_have_text("17")


def test_what_was_discarded_says_so_and_leads_on(open_page: Callable[..., Page]) -> None:
    files = parts("data/odd/noshp.zip")
    page = open_page("/vi/import", "phone", "planner")
    page.on("dialog", lambda dialog: dialog.accept())
    bring(page, "infrastructure", TITLE, files)
    address = page.url
    page.get_by_role("button", name="Bỏ lần nhập này").click()
    expect(page.locator("#target")).to_be_visible()
    page.goto(address)
    expect(page.get_by_role("heading", name="Lần nhập này đã bỏ")).to_be_visible()
    assert serious_faults(page) == []
    page.get_by_role("link", name="Nhập dữ liệu khác").click()
    expect(page.locator("#target")).to_be_visible()


@pytest.mark.slow
@pytest.mark.parametrize("name", ODD)
def test_every_odd_file_ends_in_numbers_or_in_words_that_name_it(
    open_page: Callable[..., Page], name: str
) -> None:
    """The fixture fails a test for any answer of 400 and above and for any error of a script."""
    files = parts(f"data/odd/{name}")
    page = open_page("/vi/import", "phone", "planner")
    bring(page, ODD[name], TITLE, files)
    if page.locator("#layers-title").is_visible():
        page.locator("#layers-title ~ ul button").first.click()
        expect(page.locator("#facts-title")).to_be_visible()
    assert serious_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    dry_run(page)
    expect(page.locator(".tiles, .note.bad").first).to_be_visible()
    assert serious_faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert "Traceback" not in page.inner_text("body")


def test_columns_of_coordinates_are_asked_for_only_where_they_are_what_is_missing(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    without, damaged = tmp_path / "điểm.csv", tmp_path / "hỏng.xlsx"
    without.write_text("ma,ten\n1,Một\n2,Hai\n")
    damaged.write_bytes(b"PK\x03\x04 and nothing more")
    page = open_page("/vi/import", "desktop", "administrator")
    columns = page.get_by_role("heading", name="Cột tọa độ của bảng")
    bring(page, "tourism", TITLE, [without])
    expect(page.get_by_role("alert")).to_contain_text("điểm.csv không có cột tọa độ")
    expect(columns).to_be_visible()
    page.goto(page.url.partition("/import/")[0] + "/import")
    bring(page, "tourism", TITLE, [damaged])
    expect(page.get_by_role("alert")).to_contain_text("Không đọc được hỏng.xlsx")
    expect(columns).to_have_count(0)
