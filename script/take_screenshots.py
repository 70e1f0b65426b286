"""Pictures of the main pages for the README, taken from a running server with the demo city.

Needs the development packages (`script/bootstrap --development`) and Chromium. Pictures are 1200 px
wide (phones: 390 px) and have 255 colours, so that each stays below 300 kB.
"""

import json
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import rasterio
from playwright.sync_api import Browser, Page, sync_playwright
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile

from script.setup.browser import find_chromium
from script.setup.checkout import find_checkout
from script.setup.console import say

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "screenshots"
MAX_BYTES = 300_000
_DESKTOP = (1440, 900)
_PHONE = (390, 844)
_DESKTOP_SCALE = 1200 / 1440
_SETTLED_MS = 2500
_VIEW = "#map=16/10.3555/106.3650"
_PARCELS = "/vi/workspace#map=19/10.3555/106.3660&layers=parcels"


@dataclass(frozen=True)
class Picture:
    """One page at one size; `account` is a demo account, "" for a visitor.

    `clicks` are accessible names of buttons, or positions of the window, clicked one after another.
    """

    name: str
    address: str
    size: tuple[int, int]
    account: str = ""
    clicks: tuple[str | tuple[int, int], ...] = ()


PICTURES = (
    Picture("start", "/vi/", _DESKTOP),
    Picture("start-phone", "/vi/", _PHONE),
    Picture("place", "/vi/places/chua-vinh-trang", _DESKTOP),
    Picture("place-phone", "/vi/places/chua-vinh-trang", _PHONE),
    Picture("map", f"/vi/map{_VIEW}", _DESKTOP),
    Picture("map-phone", f"/vi/map{_VIEW}", _PHONE),
    Picture("workspace", f"/vi/workspace{_VIEW}", _DESKTOP, "demo-planner"),
    Picture("edit", _PARCELS, _DESKTOP, "demo-planner", ("Sửa lớp “Thửa đất”", (1045, 480))),
    Picture("table", _PARCELS, _DESKTOP, "demo-planner", ("Bảng thuộc tính của lớp “Thửa đất”",)),
    Picture("import", "/vi/import", _DESKTOP, "demo-planner"),
    Picture("security", "/vi/security", _DESKTOP, "demo-security-staff"),
    Picture("login", "/vi/login", _DESKTOP),
)


def main(arguments: list[str]) -> int:
    """Take every picture; the address of the server is the first argument."""
    origin = (arguments or ["http://127.0.0.1:8000"])[0].rstrip("/")
    checkout = find_checkout(None)
    accounts = json.loads(checkout.accounts_file.read_text(encoding="utf-8"))
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(checkout), args=["--no-sandbox", "--hide-scrollbars"]
        )
        for picture in PICTURES:
            password = accounts.get(picture.account, {}).get("password", "")
            png = reduced(_taken(browser, origin, picture, password))
            (FOLDER / f"{picture.name}.png").write_bytes(png)
            say(f"{picture.name}.png: {len(png) // 1000} kB")
            if len(png) > MAX_BYTES:
                say(f"  larger than {MAX_BYTES // 1000} kB")
        browser.close()
    return 0


def _taken(browser: Browser, origin: str, picture: Picture, password: str) -> bytes:
    width, height = picture.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=_DESKTOP_SCALE if picture.size == _DESKTOP else 1,
        color_scheme="light",
        reduced_motion="reduce",
        locale="vi-VN",
        timezone_id="Asia/Ho_Chi_Minh",
    )
    page = context.new_page()
    if picture.account:
        _sign_in(page, origin, picture.account, password)
    page.goto(origin + picture.address, wait_until="networkidle")
    page.wait_for_timeout(_SETTLED_MS)
    for click in picture.clicks:
        if isinstance(click, str):
            page.get_by_role("button", name=click, exact=True).click()
        else:
            page.mouse.click(*click)
        page.wait_for_timeout(_SETTLED_MS)
    png = page.screenshot()
    context.close()
    return png


def _sign_in(page: Page, origin: str, name: str, password: str) -> None:
    page.goto(f"{origin}/vi/login")
    page.fill("#username", name)
    page.fill("#password", password)
    page.press("#password", "Enter")
    page.wait_for_url(lambda url: "/login" not in url)


def reduced(png: bytes) -> bytes:
    """Return the picture with a palette of its 255 most frequent colours, each pixel the nearest.

    Colours are counted in steps of 8, which keeps flat areas of a map flat.
    """
    with MemoryFile(png) as file, file.open() as source:
        pixels = source.read((1, 2, 3)).reshape(3, -1).T
        height, width = source.height, source.width
    steps = pixels >> 3
    keys = (steps[:, 0].astype(np.int64) << 10) | (steps[:, 1].astype(np.int64) << 5) | steps[:, 2]
    _found, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
    sums = np.stack([np.bincount(inverse, weights=pixels[:, band]) for band in range(3)], axis=1)
    means = sums / counts[:, None]
    palette = means[np.argsort(-counts)[:255]]
    nearest = np.array([np.argmin(((palette - mean) ** 2).sum(axis=1)) for mean in means])
    indexed = nearest[inverse].astype(np.uint8).reshape(1, height, width)
    profile = {"driver": "PNG", "width": width, "height": height, "count": 1, "dtype": "uint8"}
    with MemoryFile() as file:
        with file.open(**profile, ZLEVEL=9) as target:
            target.write(indexed)
            colours = palette.round().astype(int).tolist()
            target.write_colormap(1, {i: (*colour, 255) for i, colour in enumerate(colours)})
        return bytes(file.read())


if __name__ == "__main__":
    import warnings

    warnings.simplefilter("ignore", NotGeoreferencedWarning)
    with rasterio.Env(GDAL_PAM_ENABLED="NO"):
        sys.exit(main(sys.argv[1:]))
