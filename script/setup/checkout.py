"""Where things are: the checkout, its virtual environment and its private folder `var/`."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from script.setup.errors import SetupError

PRIVATE_FOLDERS = ("log", "media", "rasters", "tiles")


@dataclass(frozen=True)
class Checkout:
    """One working copy of the product and the folder with everything it keeps."""

    root: Path
    var: Path

    @property
    def venv(self) -> Path:
        """The virtual environment."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """The Python of the virtual environment."""
        return self.venv / "bin" / "python"

    @property
    def logs(self) -> Path:
        """Logs of the set-up steps and of the services."""
        return self.var / "log"

    @property
    def instance_file(self) -> Path:
        """Secrets and database addresses of this installation."""
        return self.var / "instance.json"

    @property
    def accounts_file(self) -> Path:
        """Names and passwords of the demo accounts."""
        return self.var / "demo_accounts.json"


def find_checkout(data_dir: str | None) -> Checkout:
    """Return the checkout this file belongs to; `data_dir` replaces `var/` when given."""
    root = Path(__file__).resolve().parents[2]
    var = (root / data_dir) if data_dir else root / "var"
    return Checkout(root=root, var=var.resolve())


def open_var(checkout: Checkout) -> None:
    """Make `var/` and its private folders, for the owner only.

    Raises SetupError when the folder belongs to another account: two accounts working in one
    checkout would leave files that the other can neither read nor replace.
    """
    try:
        checkout.var.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = checkout.var.stat().st_uid
        if owner != os.geteuid():
            raise SetupError(
                f"{checkout.var} belongs to {account_name(owner)} and you are"
                f" {account_name(os.geteuid())}: run this command as {account_name(owner)},"
                " or work in a checkout of your own."
            )
        if stat.S_IMODE(checkout.var.stat().st_mode) & 0o007:
            checkout.var.chmod(0o700)
        for name in PRIVATE_FOLDERS:
            (checkout.var / name).mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise SetupError(
            f"Cannot write in {checkout.var} ({error.strerror}): run this command as the owner of"
            " the folder, or set DATA_DIR to a folder that you may write."
        ) from error


def account_name(uid: int) -> str:
    """Return the login name of a numeric user id, or the number when it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
