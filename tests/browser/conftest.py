"""The real server with the demo city, and a real Chromium, for the browser tests.

Screens are a phone (390×844, touch), a tablet (768×1024, touch) and a desktop (1440×900). Every
page is watched: an error in its console, or a request to another site, fails the test.
"""

import logging
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

# Playwright's synchronous interface keeps an event loop in this thread, which Django would refuse.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# A busy machine may take long to answer; what never comes still fails.
expect.set_options(timeout=20_000)

logger = logging.getLogger(__name__)

CHROMIUM = os.environ.get("CHROMIUM_PATH") or "/usr/bin/chromium"
PASSWORD = "Ba-Tri-Ben-Tre-68"  # of the accounts in tests/conftest.py
SCREENS = {
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
    "tablet": {"viewport": {"width": 768, "height": 1024}, "has_touch": True},
    "desktop": {"viewport": {"width": 1440, "height": 900}},
}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def site(world: str, accounts: dict[str, int]) -> Iterator[str]:
    """Address of the shipped server over the test database."""
    built = settings.BASE_DIR / "map_ui/static/map_ui/dist/map.js"
    assert built.exists(), "the front end is not built: run script/test, or npm run build"
    port = _free_port()
    env = {
        **os.environ,
        "DATABASE_NAME": world,
        "DATA_DIR": str(settings.DATA_DIR),
        "RASTER_ROOT": str(settings.RASTER_ROOT),
        "DJANGO_SETTINGS_MODULE": "gis_core.settings",
    }
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "-v", "0"],
        env=env,
        cwd=settings.BASE_DIR,
        check=True,
    )
    granian = Path(sys.executable).parent / "granian"
    server = subprocess.Popen(
        # Few threads, because each holds a connection of both database logins.
        [
            *(granian, "--interface", "wsgi", "--port", str(port)),
            *("--workers", "1", "--blocking-threads", "4", "--backpressure", "16"),
            "gis_core.wsgi:application",
        ],
        env=env,
        cwd=settings.BASE_DIR,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    ready = f"{address}/health/ready"
    try:
        for _attempt in range(120):
            try:
                with urllib.request.urlopen(ready, timeout=2) as answer:  # noqa: S310
                    if answer.status == 200:
                        break
            except (urllib.error.URLError, OSError):
                time.sleep(0.25)
        else:
            pytest.fail("the server did not start")
        yield address
    finally:
        server.terminate()
        server.wait(timeout=15)


@pytest.fixture(scope="module")
def worker(site: str, world: str) -> Iterator[None]:
    """The shipped background worker beside the shipped server."""
    env = {**os.environ, "DATABASE_NAME": world, "DATA_DIR": str(settings.DATA_DIR)}
    started = subprocess.Popen(
        [sys.executable, "manage.py", "worker", "--interval", "0.2", "--no-startup-delay"],
        env=env,
        cwd=settings.BASE_DIR,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield
    started.terminate()
    started.wait(timeout=30)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium of the distribution."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Open a path on a `phone`, `tablet` or `desktop` screen, signed in with a role if given."""
    contexts = []
    complaints: list[str] = []
    unanswered: dict[Request, None] = {}

    def broken(request: Request) -> None:
        unanswered.pop(request, None)
        logger.warning("%s: %s", request.failure, request.url)

    def open_it(
        path: str,
        screen: str = "desktop",
        role: str | None = None,
        expect_missing: bool = False,
        expect_refused: str = "",
    ) -> Page:
        context = browser.new_context(locale="vi-VN", **SCREENS[screen])
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: unanswered.update({request: None}))
        page.on("requestfinished", lambda request: unanswered.pop(request, None))
        page.on("requestfailed", broken)
        page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
        page.on(
            "console",
            lambda message: (
                # A refused address is told by the response below, with its name.
                complaints.append(f"console: {message.text}")
                if message.type == "error" and "Failed to load resource" not in message.text
                else None
            ),
        )
        page.on(
            "response",
            lambda answer: (
                complaints.append(f"{answer.status} {answer.url}")
                if answer.status >= 400
                and not (expect_missing and answer.url == site + path)
                and not (expect_refused and expect_refused in answer.url)
                else None
            ),
        )
        page.on(
            "request",
            lambda request: (
                complaints.append(f"foreign request: {request.url}")
                if not request.url.startswith((site, "data:", "blob:"))
                else None
            ),
        )
        if role is not None:
            page.goto(f"{site}/vi/login")
            page.fill("input[name=username]", f"test-{role}")
            page.fill("input[name=password]", PASSWORD)
            page.keyboard.press("Enter")
            page.wait_for_url(lambda url: "/login" not in url)
        page.goto(site + path)
        return page

    yield open_it
    for request in unanswered:  # shown where the test failed
        logger.warning("no answer yet: %s", request.url)
    for context in contexts:
        context.close()
    assert complaints == []
