"""Where the private PostgreSQL cluster may live and listen on this machine."""

import hashlib
import os
import pwd
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from script.setup.checkout import account_name
from script.setup.commands import Account, run
from script.setup.errors import SetupError

SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_BYTES = 107  # sun_path holds 108 bytes with the closing zero
SYSTEM_FOLDER = Path("/var/lib/postgresql")


@dataclass(frozen=True)
class Places:
    """Folders of one cluster. `home` holds both unless the socket path would be too long."""

    home: Path
    data: Path
    socket: Path

    @property
    def is_outside(self) -> bool:
        """Whether the data lies outside `var/`, because its account cannot enter the checkout."""
        return self.home.parent == SYSTEM_FOLDER


def cluster_account() -> Account:
    """Return the account that runs the database: the caller, or `postgres` when that is root.

    PostgreSQL refuses to run as root. Raises SetupError when root has no such account.
    """
    if os.geteuid() != 0:
        return Account(account_name(os.geteuid()), os.geteuid(), os.getegid())
    try:
        entry = pwd.getpwnam("postgres")
    except KeyError as error:
        raise SetupError(
            "The account `postgres` does not exist: install the package postgresql-common."
        ) from error
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def short_name(var: Path) -> str:
    """Return a short name for one `var/` folder, the same at every start."""
    return hashlib.sha256(os.fsencode(var)).hexdigest()[:12]


def choose_places(var: Path, uid: int, may_enter: Callable[[Path], bool]) -> Places:
    """Return where the cluster of this `var/` belongs.

    Data: `var/pg`, or below /var/lib/postgresql when the database's account may not enter `var/`
    (a checkout below /root, for instance). Socket: beside the data, or a folder in /tmp when the
    path is longer than a unix socket path allows.
    """
    home = var if may_enter(var) else SYSTEM_FOLDER / f"city-{short_name(var)}"
    socket = home / "run"
    if len(os.fsencode(socket / SOCKET_NAME)) > SOCKET_PATH_BYTES:
        socket = Path("/tmp") / f"city-{uid}-{short_name(var)}"  # noqa: S108 - made safely by make_socket_folder
    return Places(home=home, data=home / "pg", socket=socket)


def make_folder(path: Path, account: Account) -> None:
    """Make a folder that only `account` may enter; its parent belongs to trusted accounts."""
    path.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0:
        os.chown(path, account.uid, account.gid)
    path.chmod(0o700)


def make_socket_folder(places: Places, account: Account) -> None:
    """Make the socket's folder for `account` alone.

    In /tmp anybody could have put a link or a folder of the same name there first, so it is made
    by the account itself and must then be a real folder of that account, closed to all others.
    """
    path = places.socket
    if path.parent == places.home:
        make_folder(path, account)
        return
    if not os.path.lexists(path):
        run(["mkdir", "-m", "700", "--", str(path)], account=account)
    found = path.lstat()
    if (
        not stat.S_ISDIR(found.st_mode)
        or found.st_uid != account.uid
        or stat.S_IMODE(found.st_mode) != stat.S_IRWXU
    ):
        raise SetupError(
            f"{path} is not a private folder of {account.name}: remove it, or move the checkout"
            " to a shorter path."
        )
