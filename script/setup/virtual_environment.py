"""The Python packages of the product in `.venv`."""

import shutil
import sys
from pathlib import Path

from script.setup.checkout import Checkout
from script.setup.commands import CommandError, clean_environment, run, succeeds
from script.setup.console import skipped, step
from script.setup.errors import SetupError
from script.setup.stamps import fingerprint, write_private

_READABLE = 0o022  # packages are no secret; a web server may read the static files among them


def ensure_packages(checkout: Checkout, *, development: bool) -> None:
    """Make the virtual environment and install the pinned packages into it.

    It is made anew when the Python it was made from is gone or the checkout was moved (a virtual
    environment holds absolute paths). Raises SetupError when a package cannot be fetched.
    """
    if not is_usable(checkout):
        with step("Python: making the virtual environment .venv"):
            _make(checkout)
    names = ["requirements.txt", *(["requirements-dev.txt"] if development else [])]
    mark = fingerprint([checkout.root / name for name in names])
    stamp = checkout.venv / f"installed-{names[-1]}"
    if _content(stamp) == mark:
        skipped(f"Python packages of {names[-1]}")
        return
    with step(f"Python packages: installing {names[-1]}"):
        _install(checkout, names[-1])
        write_private(stamp, mark)


def is_usable(checkout: Checkout) -> bool:
    """Return whether `.venv` runs, has pip, is Python 3.11 or newer and belongs to this place."""
    check = (
        "import sys, pip; from pathlib import Path;"
        "sys.exit(sys.version_info < (3, 11) or Path(sys.prefix).resolve() != Path(sys.argv[1]))"
    )
    scripts = checkout.venv / "bin" / "pip"
    return (
        scripts.exists()
        and str(checkout.venv) in scripts.read_text(encoding="utf-8", errors="replace")
        and succeeds([str(checkout.python), "-c", check, str(checkout.venv)])
    )


def _make(checkout: Checkout) -> None:
    shutil.rmtree(checkout.venv, ignore_errors=True)
    try:
        run([sys.executable, "-m", "venv", str(checkout.venv)], umask=_READABLE)
    except CommandError as error:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise SetupError(
            f"The virtual environment cannot be made with {sys.executable}: install its venv module"
            f" (apt-get install python{version}-venv) and start again. ({error})"
        ) from error


def _install(checkout: Checkout, requirements: str) -> None:
    log = checkout.logs / "pip.log"
    command = (
        *(str(checkout.python), "-m", "pip", "install", "--disable-pip-version-check"),
        *("--no-input", "--progress-bar=off", "--requirement", requirements),
    )
    try:
        run(command, env=clean_environment(), cwd=checkout.root, log=log, umask=_READABLE)
    except CommandError as error:
        raise SetupError(
            f"The Python packages could not be installed: {cause(error.output)} Check the network"
            f" and pip's settings, then start again (details in {log})."
        ) from error


def cause(output: str) -> str:
    """Return the last line in which pip names an error, or a general sentence."""
    errors = [line.strip() for line in output.splitlines() if line.startswith("ERROR")]
    return errors[-1] if errors else "pip gave no reason."


def _content(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
