"""A minimal Debian in a folder, kept as an archive for the next time."""

import re
import shutil
import time
from collections.abc import Iterable
from pathlib import Path

from script.setup.commands import CommandError, run
from script.setup.console import duration, say, skipped
from script.setup.errors import SetupError

SUITES = ("bookworm", "trixie")
# Beside the essential packages: what the product asks for, and sudo for the ordinary user.
_INCLUDED = "python3,git,sudo"
_DEFAULT = "http://deb.debian.org/debian"
_DEFAULT_SECURITY = "http://deb.debian.org/debian-security"


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
    main, security = host_mirrors()
    options = ("--variant=minbase", f"--include={_INCLUDED}")
    try:
        run(["debootstrap", *options, suite, str(tree), main], log=log, umask=0o022)
    except CommandError as error:
        raise SetupError(f"debootstrap {suite} failed; details in {log}") from error
    _sources(tree, suite, main, security)
    partial = archive.with_suffix(".partial")
    run(["tar", "-C", str(tree), "--one-file-system", "-cf", str(partial), "."])
    partial.rename(archive)
    shutil.rmtree(tree)
    say(f"  done in {duration(time.monotonic() - started)}")
    return archive


def unpack(archive: Path, tree: Path) -> None:
    """Unpack an archive to a new folder."""
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir()
    run(["tar", "-C", str(tree), "-xpf", str(archive)], umask=0o022)
    tree.chmod(0o755)


def _sources(tree: Path, suite: str, main: str, security: str) -> None:
    lines = (
        f"deb {main} {suite} main",
        f"deb {main} {suite}-updates main",
        f"deb {security} {suite}-security main",
    )
    (tree / "etc/apt/sources.list").write_text("\n".join(lines) + "\n", encoding="utf-8")
