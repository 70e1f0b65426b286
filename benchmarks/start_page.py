"""Bytes of the start page before tiles, as a phone receives them, and when it becomes usable.

usage: python -m benchmarks.start_page [--url http://127.0.0.1:8000/vi/], while script/server runs
A phone profile: 390×844, CPU four times slower, 1.6 Mbit/s, 150 ms. Compressed bytes are read from
the browser's network log. Bars: at most 300 KB before tiles, usable within 2.5 s.
"""

import argparse
import sys
import time
from typing import Any

from playwright.sync_api import sync_playwright

BAR_BYTES = 300_000
BAR_S = 2.5


def measure(url: str) -> tuple[dict[str, int], float]:
    """Return address → compressed bytes of a first visit, and seconds until the places show."""
    sizes: dict[str, int] = {}
    names: dict[str, str] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(
            viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True
        )
        client = page.context.new_cdp_session(page)
        client.send("Network.enable")
        client.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        client.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": 150,
                "downloadThroughput": 200_000,
                "uploadThroughput": 94_000,
            },
        )

        def started(event: dict[str, Any]) -> None:
            names[event["requestId"]] = event["request"]["url"]

        def finished(event: dict[str, Any]) -> None:
            sizes[names.get(event["requestId"], "?")] = int(event["encodedDataLength"])

        client.on("Network.requestWillBeSent", started)
        client.on("Network.loadingFinished", finished)
        start = time.perf_counter()
        page.goto(url, wait_until="commit")
        page.locator(".leaflet-marker-icon").first.wait_for(state="visible")
        usable_s = time.perf_counter() - start
        page.wait_for_load_state("networkidle")
        browser.close()
    return sizes, usable_s


def main() -> None:
    """Print the list and the sum; exit code 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8000/vi/")
    sizes, usable_s = measure(parser.parse_args().url)
    before = {url: size for url, size in sizes.items() if "/tiles/" not in url}
    for url, size in sorted(before.items(), key=lambda item: -item[1]):
        print(f"{size:8d}  {url}")
    total = sum(before.values())
    print(f"before tiles: {total / 1000:.0f} KB compressed (bar {BAR_BYTES / 1000:.0f} KB)")
    print(f"places on the map after {usable_s:.2f} s (bar {BAR_S} s)")
    sys.exit(total > BAR_BYTES or usable_s > BAR_S)


if __name__ == "__main__":
    main()
