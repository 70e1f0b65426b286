"""Features that a file lacks: they may end where that is safe; where not, the page says so."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe import serious_faults
from import_page import PATIENCE_MS, bring, clean, dry_run, settled
from playwright.sync_api import Page, expect

from importers.models import ImportJob

TITLE = "Thửa đất thiếu trong tệp"


@pytest.fixture
def cleaned() -> Iterator[None]:
    yield
    slugs = set(ImportJob.objects.filter(new_layer_title=TITLE).values_list("slug", flat=True))
    ImportJob.objects.filter(slug__in=slugs, new_layer_title="").delete()
    clean(TITLE)


def written(path: Path, *numbers: str) -> Path:
    """Write a file of parcels with these numbers."""
    features = []
    for place, number in enumerate(numbers):
        west = 106.36 + place * 0.0004
        corners = [(0, 0), (0.0002, 0), (0.0002, 0.0002), (0, 0.0002), (0, 0)]
        ring = [[west + x, 10.36 + y] for x, y in corners]
        shape = {"type": "Polygon", "coordinates": [ring]}
        values = {"SHBANDO": "5", "SHTHUA": number}
        features.append({"type": "Feature", "properties": values, "geometry": shape})
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def again(page: Page, slug: str, file: Path) -> None:
    """Bring a later file into the layer, up to the end of its dry run."""
    page.goto(page.url.partition("/import")[0] + "/import")
    page.select_option("#target", slug)
    page.set_input_files("#files", str(file))
    page.wait_for_url("**/import/*")
    settled(page)
    dry_run(page)


@pytest.mark.usefixtures("worker", "cleaned")
@pytest.mark.parametrize("screen", ["desktop", "phone"])
def test_what_may_not_end_is_said_before_and_what_may_ends(
    open_page: Callable[..., Page], tmp_path: Path, screen: str
) -> None:
    page = open_page("/vi/import", screen, "administrator")
    bring(page, "parcels", TITLE, [written(tmp_path / "a.geojson", "1", "2", "3", "4")])
    dry_run(page)
    page.get_by_role("button", name="Tiếp: công bố").click()
    page.get_by_role("button", name="Công bố lên bản đồ").click()
    expect(page.get_by_role("heading", name="Đã nhập xong")).to_be_visible(timeout=PATIENCE_MS)
    slug = ImportJob.objects.get(new_layer_title=TITLE).slug
    end = page.get_by_role("button", name="Kết thúc hiệu lực")
    # A row is wrong: it may be the parcel that is missing.
    again(page, slug, written(tmp_path / "b.geojson", "1", "2", "3", "3"))
    expect(end).to_be_disabled()
    expect(page.get_by_label("Ngày cuối còn hiệu lực")).to_be_disabled()
    expect(page.locator("#retire-why")).to_contain_text("dòng 4")
    assert serious_faults(page) == []
    # A file of a part of the area: it may, but nobody should by mistake.
    again(page, slug, written(tmp_path / "c.geojson", "1"))
    expect(page.locator("#missing-title").locator("..")).to_contain_text("1 trong 4 đối tượng")
    expect(end).to_be_enabled()
    again(page, slug, written(tmp_path / "d.geojson", "1", "2", "3"))
    expect(page.get_by_text("phần địa bàn")).to_have_count(0)
    page.get_by_label("Ngày cuối còn hiệu lực").fill("2026-06-30")
    end.click()
    expect(page.get_by_text("sẽ hết hiệu lực ngày 30/06/2026")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Tiếp: công bố").click()
    expect(page.get_by_text("sẽ hết hiệu lực ngày 30/06/2026")).to_be_visible()
    assert serious_faults(page) == []
