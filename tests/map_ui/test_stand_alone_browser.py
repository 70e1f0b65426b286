"""The stand-alone map in a real browser: no network, no foreign script, the right features."""

import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, sync_playwright
from stand_alone_layers import PAYLOADS, SQUARE, Add, ground, layer, sites

from map_ui import stand_alone_content
from map_ui.stand_alone import document, stand_alone_map

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("ground")]
__all__ = ["ground", "layer"]  # fixtures that this module brings in by import
CHROMIUM = os.environ.get("CHROMIUM_PATH") or "/usr/bin/chromium"


def in_browser(text: str, folder: Path, visit: Callable[[Page], None]) -> None:
    """Open a document from a file in a real browser, and fail on anything but the page itself.

    In a thread, because Django and a second Playwright would take its event loop for their own.
    """
    path = folder / "map.html"
    path.write_text(text, encoding="utf-8")
    seen: list[str] = []

    def dismissed(dialog: Dialog) -> None:
        seen.append(dialog.message)
        dialog.dismiss()

    def run() -> None:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.on("request", lambda request: seen.append(request.url))
            page.on("dialog", dismissed)
            page.on("pageerror", lambda error: seen.append(str(error)))
            page.on("console", lambda message: seen.append(message.text))
            page.goto(path.as_uri())
            page.wait_for_function("window.cityMap !== undefined")
            visit(page)
            browser.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(run).result()
    assert set(seen) == {path.as_uri()}


COUNT = "slug => window.cityMap.groups.get(slug).getLayers().length"


def test_it_opens_without_a_network_and_runs_nothing_foreign(layer: Add, tmp_path: Path) -> None:
    rows = sites(*PAYLOADS, address=PAYLOADS[1], website="https://example.org/")
    layer(
        "t-attractions",
        *("tourism", "Point", rows),
        title_vi=PAYLOADS[0],
        description_vi=PAYLOADS[1],
        source_note=PAYLOADS[3],
        licence=PAYLOADS[2],
        illustrative=True,
    )
    layer("t-wards", "admin_units", "MultiPolygon", [
        {"name": PAYLOADS[1], "code": "1", "geom": SQUARE}
    ], source_note=PAYLOADS[0])  # fmt: skip
    content = stand_alone_content.collect(["t-attractions"], "vi", PAYLOADS[4])
    as_wards = content.text.replace('"slug":"t-wards"', '"slug":"wards"')

    def visit(page: Page) -> None:
        assert page.locator(".ward-name").inner_text() == PAYLOADS[1]
        assert page.title() == PAYLOADS[4]
        assert page.locator("h1").inner_text() == " ".join(PAYLOADS[4].split())
        assert page.evaluate(COUNT, "t-attractions") == len(PAYLOADS)
        assert page.locator(".pin").count() == len(PAYLOADS)
        for number, payload in enumerate(PAYLOADS):
            page.locator(".pin").nth(number).press("Enter")
            sheet = page.locator(".sheet")
            sheet.wait_for()
            shown = page.evaluate("document.querySelector('.sheet h3').textContent")
            assert shown in PAYLOADS
            assert PAYLOADS[1] in page.evaluate("document.querySelector('.sheet').textContent")
            assert page.locator(".sheet img, .sheet script, .sheet svg").count() == 0
            page.keyboard.press("Escape")
            assert payload in {row["name"] for row in rows}
        assert page.locator("#panel img, #panel script, .ward-name img").count() == 0

    in_browser(document(replace(content, text=as_wards), "vi"), tmp_path, visit)


def test_layers_switch_and_keep_their_order(layer: Add, tmp_path: Path) -> None:
    many = [
        {"code": str(n), "kind": "lamp", "geom": f"POINT({106.36 + n / 1e5} 10.355)"}
        for n in range(300)
    ]
    layer("t-lamps", "infrastructure", "Point", many, title_vi="Đèn", position=60)
    zone = {"plot_code": "A", "land_use_code": "ODT", "decision_number": "1", "geom": SQUARE}
    layer("t-plan", "planned_land_use", "MultiPolygon", [zone], title_vi="Quy hoạch", position=30)

    def visit(page: Page) -> None:
        assert page.evaluate(COUNT, "t-lamps") == 300
        assert page.locator("h2 label span").all_inner_texts() == ["Đèn", "Quy hoạch"]
        box = page.get_by_role("checkbox", name=re.compile("Quy hoạch"))
        shown = "window.cityMap.map.hasLayer(window.cityMap.groups.get('t-plan'))"
        box.uncheck()
        assert not page.evaluate(shown)
        box.check()
        assert page.evaluate(shown)
        middle = page.evaluate(
            "(() => { const p = window.cityMap.map.latLngToContainerPoint([10.357, 106.365]);"
            " return [p.x, p.y]; })()"
        )
        page.mouse.click(*middle)
        page.locator(".sheet").wait_for()
        assert "ODT" in page.locator(".sheet").inner_text()
        # The code list's own colour, not the theme's default.
        colour = page.evaluate(
            "window.cityMap.groups.get('t-plan').getLayers()[0].options.fillColor"
        )
        assert colour == page.evaluate("window.cityMap.values.layers[0].style.values.ODT.fill")

    in_browser(stand_alone_map(["t-lamps", "t-plan"], "vi"), tmp_path, visit)


def test_a_narrow_screen_keeps_the_map_free(layer: Add, tmp_path: Path) -> None:
    layer("t-attractions", "tourism", "Point", sites("A"), title_vi="Đ" * 100)

    def visit(page: Page) -> None:
        page.set_viewport_size({"width": 320, "height": 640})
        page.reload()
        page.wait_for_function("window.cityMap !== undefined")
        box = page.locator("#panel").bounding_box()
        assert box is not None
        assert box["height"] < 320
        assert page.evaluate("document.documentElement.scrollWidth") <= 320

    in_browser(stand_alone_map(["t-attractions"], "vi"), tmp_path, visit)
