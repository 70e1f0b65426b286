"""A minimal Debian in a folder, kept as an archive for the next time."""

import re
import shutil
import time
from collections.abc import Iterable
from pathlib import Path

from script.setup.commands import CommandError, run
from script.setup.console import duration, say, skipped
from script.setup.errors import SetupError

# Beside the essential packages: what the product asks for, and sudo for the ordinary user.
_INCLUDED = {
    "bookworm": "python3,git,sudo",
    "trixie": "python3,git,sudo",
    "jammy": "git,sudo",
    "noble": "python3,git,sudo",
}
SUITES = tuple(_INCLUDED)
# Python 3.10 of jammy is too old for the product; this one came with a later update.
_FROM_UPDATES = {"jammy": "python3.11"}
UBUNTU = ("jammy", "noble")
_DEFAULT = "http://deb.debian.org/debian"
_DEFAULT_SECURITY = "http://deb.debian.org/debian-security"
_UBUNTU = "http://archive.ubuntu.com/ubuntu"
_UBUNTU_KEYS = "ubuntu-archive-keyring.gpg"


def mirrors(texts: Iterable[str]) -> tuple[str, str]:
    """Return the addresses of Debian and of its security archive in apt's source files."""
    found = re.findall(
        r"^(?:deb\s+(?:\[[^]]*\]\s+)?|URIs:\s*)(https?://\S+)", "\n".join(texts), re.MULTILINE
    )
    main = [uri.rstrip("/") for uri in found if uri.rstrip("/").endswith("/debian")]
    security = [uri.rstrip("/") for uri in found if uri.rstrip("/").endswith("debian-security")]
    return (main or [_DEFAULT])[0], (security or [_DEFAULT_SECURITY])[0]


def host_mirrors() -> tuple[str, str]:
    """Return the mirrors that this machine uses."""
    files = [Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("*.sources")]
    files += Path("/etc/apt/sources.list.d").glob("*.list")
    return mirrors(path.read_text(encoding="utf-8") for path in files if path.is_file())


def base_archive(suite: str, folder: Path, log: Path) -> Path:
    """Return an archive of a minimal Debian, built when there is none yet."""
    archive = folder / f"{suite}.tar"
    if archive.exists():
        skipped(f"Minimal Debian {suite}", f"{archive.name} of an earlier run")
        return archive
    if shutil.which("debootstrap") is None:
        raise SetupError("debootstrap is missing: run apt-get install debootstrap.")
    say(f"- Minimal Debian {suite}: debootstrap ...")
    started = time.monotonic()
    tree = folder / f"{suite}.building"
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir()
    try:
        # An older debootstrap does not know a newer Ubuntu by name; all share one procedure.
        procedure = ["/usr/share/debootstrap/scripts/gutsy"] if suite in UBUNTU else []
        place = [suite, str(tree), _mirror(suite), *procedure]
        command = ["debootstrap", *_options(suite, folder), *place]
        run(command, log=log, umask=0o022)
        (tree / "etc/apt/sources.list").write_text(sources(suite, host_mirrors()), "utf-8")
        if suite in _FROM_UPDATES:
            _install(tree, _FROM_UPDATES[suite], log)
    except CommandError as error:
        raise SetupError(f"debootstrap {suite} failed; details in {log}") from error
    partial = archive.with_suffix(".partial")
    run(["tar", "-C", str(tree), "--one-file-system", "-cf", str(partial), "."])
    partial.rename(archive)
    shutil.rmtree(tree)
    say(f"  done in {duration(time.monotonic() - started)}")
    return archive


def _install(tree: Path, package: str, log: Path) -> None:
    apt = ["chroot", str(tree), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    shutil.copyfile("/etc/resolv.conf", tree / "etc/resolv.conf")
    (tree / "etc/resolv.conf").chmod(0o644)
    run([*apt, "update"], log=log, umask=0o022)
    run([*apt, "install", "-y", "--no-install-recommends", package], log=log, umask=0o022)


def unpack(archive: Path, tree: Path) -> None:
    """Unpack an archive to a new folder."""
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir()
    run(["tar", "-C", str(tree), "-xpf", str(archive)], umask=0o022)
    tree.chmod(0o755)


def sources(suite: str, debian: tuple[str, str]) -> str:
    """Return apt's sources.list of a suite; `debian`: the mirrors of Debian and its security."""
    if suite in UBUNTU:
        pockets = (suite, f"{suite}-updates", f"{suite}-security")
        return "".join(f"deb {_UBUNTU} {pocket} main universe\n" for pocket in pockets)
    main, security = debian
    return (
        f"deb {main} {suite} main\ndeb {main} {suite}-updates main\n"
        f"deb {security} {suite}-security main\n"
    )


def _mirror(suite: str) -> str:
    return _UBUNTU if suite in UBUNTU else host_mirrors()[0]


def _options(suite: str, folder: Path) -> list[str]:
    options = ["--variant=minbase", f"--include={_INCLUDED[suite]}"]
    if suite not in UBUNTU:
        return options
    for keys in (Path("/usr/share/keyrings") / _UBUNTU_KEYS, folder / _UBUNTU_KEYS):
        if keys.exists():
            return [*options, "--components=main,universe", f"--keyring={keys}"]
    raise SetupError(
        f"Ubuntu's archive keys are missing: install the package ubuntu-keyring, or put"
        f" {_UBUNTU_KEYS} in {folder}."
    )
