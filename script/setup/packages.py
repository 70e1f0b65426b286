"""System packages of Debian and Ubuntu: which are missing, and installing them."""

import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from script.setup.browser import missing_packages
from script.setup.checkout import Checkout
from script.setup.commands import CommandError, clean_environment, run, succeeds
from script.setup.console import skipped, step
from script.setup.errors import SetupError
from script.setup.postgres_programs import (
    OLDEST_MAJOR,
    data_major,
    installed_versions,
    usable_version,
)

_CREATECLUSTER = Path("/etc/postgresql-common/createcluster.d")


def newest_major(package_names: Iterable[str]) -> int | None:
    """Return the newest PostgreSQL that a distribution offers with PostGIS and pgRouting."""
    names = set(package_names)
    majors = [
        int(match[1])
        for name in names
        if (match := re.fullmatch(r"postgresql-(\d+)-postgis-3", name))
    ]
    fitting = [major for major in majors if f"postgresql-{major}-pgrouting" in names]
    return max((major for major in fitting if major >= OLDEST_MAJOR), default=None)


def install_missing(checkout: Checkout, *, database: bool, browser: bool) -> None:
    """Install the packages that are missing; nothing is asked of apt when none is.

    `database`: PostgreSQL with its extensions (not when DATABASE_URL names another server).
    `browser`: Chromium for the browser tests. Raises SetupError with the command that an
    administrator must run when this account has no right to install.
    """
    if not (database and _needs_postgres(checkout)) and not _other(browser=browser):
        skipped("System packages")
        return
    if shutil.which("apt-get") is None:
        raise SetupError(_without_apt(database=database, browser=browser))
    wanted = [*_other(browser=browser)]
    if database and _needs_postgres(checkout):
        wanted += _postgres_packages(checkout)
    with step(f"System packages: installing {' '.join(wanted)}"):
        _apt_install(checkout, wanted)


def _needs_postgres(checkout: Checkout) -> bool:
    return usable_version(installed_versions(), data_major(checkout.var / "pg")) is None


def _other(*, browser: bool) -> list[str]:
    wanted = []
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        wanted.append(f"python{sys.version_info.major}.{sys.version_info.minor}-venv")
    return [*wanted, *(missing_packages() if browser else [])]


def _postgres_packages(checkout: Checkout) -> list[str]:
    try:
        major = data_major(checkout.var / "pg") or _offered_major()
    except PermissionError:
        major = _offered_major()
    if major is None:
        _update(checkout)
        major = _offered_major()
    if major is None:
        raise SetupError(
            "This system's package sources offer no PostgreSQL 14 or newer with PostGIS and"
            " pgRouting: use Debian 12 or newer, Ubuntu 22.04 or newer (with `universe`), or set"
            " DATABASE_URL."
        )
    return [
        f"postgresql-{major}",
        f"postgresql-{major}-postgis-3",
        f"postgresql-{major}-pgrouting",
    ]


def _offered_major() -> int | None:
    return newest_major(run(["apt-cache", "pkgnames", "postgresql-"]).split())


def _as_root(argv: Sequence[str]) -> list[str]:
    """Return a command line that runs as root, through sudo where needed."""
    if os.geteuid() == 0:
        return list(argv)
    if shutil.which("sudo") and (succeeds(["sudo", "-n", "true"]) or _may_ask()):
        return ["sudo", *argv]
    raise SetupError(
        "Installing system packages needs administrator rights: have an administrator run"
        f" `{' '.join(argv)}`, then start again."
    )


def _may_ask() -> bool:
    return sys.stdin.isatty() and "CI" not in os.environ


def _apt(checkout: Checkout, *arguments: str) -> None:
    argv = ["apt-get", "-o", "DPkg::Lock::Timeout=300", *arguments]
    _package_tool(checkout, argv)


def _package_tool(checkout: Checkout, argv: Sequence[str]) -> None:
    """Run a package tool as root, without questions; it is never cut short by us."""
    run(
        _as_root(["env", "DEBIAN_FRONTEND=noninteractive", *argv]),
        may_be_killed=False,
        env=clean_environment({"LC_ALL": "C.UTF-8"}),
        cwd=Path("/"),
        log=checkout.logs / "apt.log",
        umask=0o022,
    )


def _update(checkout: Checkout) -> None:
    try:
        _apt(checkout, "update")
    except CommandError as error:
        raise SetupError(
            f"The package lists could not be fetched ({cause(error.output)}): check the network and"
            f" /etc/apt/sources.list, then start again (details in {checkout.logs / 'apt.log'})."
        ) from error


def cause(output: str) -> str:
    """Return the first line in which apt names an error, without its letter."""
    errors = [line[2:].strip() for line in output.splitlines() if line.startswith("E:")]
    return errors[0] if errors else "apt-get gave no reason"


def _apt_install(checkout: Checkout, packages: Sequence[str]) -> None:
    install = ("install", "-y", "--no-install-recommends", *packages)
    _as_root(["apt-get", "install", *packages])  # says what is needed before anything is tried
    with _no_default_cluster(checkout):
        try:
            _apt(checkout, *install)
        except CommandError:
            # The lists may be missing or older than the mirror's packages, or an earlier
            # installation was interrupted.
            _package_tool(checkout, ["dpkg", "--configure", "-a"])
            _update(checkout)
            try:
                _apt(checkout, *install)
            except CommandError as error:
                raise SetupError(
                    f"apt-get could not install the system packages ({cause(error.output)}):"
                    f" check the network, or run apt-get install {' '.join(packages)} by hand,"
                    f" then start again (details in {checkout.logs / 'apt.log'})."
                ) from error


@contextmanager
def _no_default_cluster(checkout: Checkout) -> Iterator[None]:
    """Keep Debian from making and starting a cluster `main` that nobody asked for.

    Only where PostgreSQL was not installed before; the setting is taken back afterwards.
    """
    setting = _CREATECLUSTER / "city-set-up.conf"
    if Path("/etc/postgresql-common/createcluster.conf").exists():
        yield
        return
    run(_as_root(["mkdir", "-p", str(_CREATECLUSTER)]), umask=0o022)
    run(_as_root(["tee", str(setting)]), stdin="create_main_cluster = false\n", umask=0o022)
    try:
        yield
    finally:
        run(_as_root(["rm", "-f", str(setting)]))


def _without_apt(*, database: bool, browser: bool) -> str:
    needed = ["python3 with venv"]
    needed += ["PostgreSQL with PostGIS and pgRouting (or DATABASE_URL)"] if database else []
    needed += ["Chromium"] if browser else []
    return f"This is not Debian or Ubuntu: install {', '.join(needed)}, then start again."
