"""The Chromium that the browser tests drive."""

import shutil
from ctypes.util import find_library
from pathlib import Path

from script.setup.checkout import Checkout
from script.setup.commands import CommandError, run
from script.setup.console import step
from script.setup.errors import SetupError
from script.setup.front_end import tool_environment

PROGRAMS = ("chromium", "google-chrome", "google-chrome-stable")
# A font with all Vietnamese letters, for the pages that Chromium draws.
PACKAGES = ("chromium", "fonts-dejavu-core")


# The Node inside Playwright's package is linked to it, and a minimal system has it not.
DRIVER_LIBRARY = "libatomic1"


def distribution(os_release: Path = Path("/etc/os-release")) -> str:
    """Return the id of this machine's distribution (`debian`, `ubuntu`), or an empty text."""
    try:
        lines = os_release.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return ""
    values = [line.removeprefix("ID=").strip('"') for line in lines if line.startswith("ID=")]
    return values[0] if values else ""


def missing_packages() -> list[str]:
    """Return the system packages that browser tests lack here.

    No Chromium on Ubuntu, whose package is a pointer to a snap: there Playwright fetches its own.
    """
    missing = [] if find_library("atomic") else [DRIVER_LIBRARY]
    if distribution() == "ubuntu" or any(shutil.which(name) for name in PROGRAMS):
        return missing
    return [*PACKAGES, *missing]


def find_chromium(checkout: Checkout) -> str | None:
    """Return the path of the Chromium to drive, or None."""
    for name in PROGRAMS:
        if found := shutil.which(name):
            return found
    fetched = sorted(_own_browsers(checkout).glob("chromium-*/chrome-linux*/chrome"))
    return str(fetched[-1]) if fetched else None


def ensure_chromium(checkout: Checkout) -> None:
    """Fetch Playwright's Chromium where the distribution gave none; its packages need sudo."""
    if find_chromium(checkout):
        return
    log = checkout.logs / "chromium.log"
    env = {
        **tool_environment(checkout),
        "PLAYWRIGHT_BROWSERS_PATH": str(_own_browsers(checkout)),
        "DEBIAN_FRONTEND": "noninteractive",
    }
    command = [str(checkout.python), "-m", "playwright", "install", "--with-deps", "chromium"]
    with step("Browser: fetching Chromium with Playwright"):
        try:
            run(command, env=env, cwd=checkout.root, log=log)
        except CommandError as error:
            raise SetupError(
                "No Chromium for the browser tests: install the package chromium, or let Playwright"
                f" reach its download server (details in {log})."
            ) from error


def _own_browsers(checkout: Checkout) -> Path:
    return checkout.var / "browsers"
