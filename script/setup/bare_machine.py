"""`script/bare-machine`: both commands on a minimal Debian that sees nothing of this machine."""

import argparse
import os
import shutil
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from script.setup.checkout import Checkout, find_checkout, open_var
from script.setup.commands import run, show
from script.setup.console import duration, say, step
from script.setup.debian_base import SUITES, base_archive, unpack
from script.setup.errors import SetupError
from script.setup.registry_settings import RegistrySettings, collect

HELP = """script/bare-machine bookworm|trixie|jammy|noble [--as root|user]
    [--only refusals|server|test] [--keep]
Build a minimal Debian or Ubuntu, clone the committed state of this checkout into it and
run script/server and script/test there, as root and as an ordinary user with sudo; print
the minutes. Needs root.
Before that, starts that cannot work must end with one line (refusals)."""

USER = "citizen"
USER_ID = 1000
# Hard places on purpose: closed to other accounts, with blanks, longer than a socket's path may be.
_PLACES = {
    "root": "/root/the city",
    "user": f"/home/{USER}/a path with blanks/{'longer than a unix socket path allows/' * 3}city",
}
_HOMES = {"root": "/root", "user": f"/home/{USER}"}


@dataclass(frozen=True)
class Machine:
    """One unpacked Debian and the checkout in it."""

    tree: Path
    who: str
    settings: RegistrySettings

    @property
    def place(self) -> str:
        """Where the product lies inside."""
        return _PLACES[self.who]

    @property
    def checkout(self) -> Path:
        """Where that is seen from outside."""
        return self.tree / self.place.lstrip("/")


def main(arguments: Sequence[str]) -> int:
    """Run the commands on bare machines; return 0 when every one passed."""
    wanted = _parse(arguments)
    if os.geteuid() != 0:
        raise SetupError("building a Debian needs root: run sudo script/bare-machine.")
    checkout = find_checkout(os.environ.get("DATA_DIR"))
    open_var(checkout)
    folder = checkout.var / "bare"
    folder.mkdir(exist_ok=True)
    archive = base_archive(wanted.suite, folder, checkout.logs / "debootstrap.log")
    lines, failed = [], False
    for who in [wanted.who] if wanted.who else ["root", "user"]:
        machine = Machine(folder / f"{wanted.suite}-{who}", who, collect(os.environ, Path.home()))
        with step(f"Bare {wanted.suite}: cloning the product to {machine.place!r} as {who}"):
            _prepare(checkout, machine, archive)
        for command in [wanted.only] if wanted.only else ["refusals", "server", "test"]:
            _sudo_rights(machine, granted=command != "refusals")
            started = time.monotonic()
            code = _inside(machine, command)
            failed = failed or code != 0
            took = duration(time.monotonic() - started)
            verdict = "passed" if code == 0 else f"FAILED with code {code}"
            title = command if command == "refusals" else f"script/{command}"
            lines.append(f"{title} on bare {wanted.suite} as {who}: {verdict}, {took}")
            say(lines[-1])
        if not wanted.keep:
            shutil.rmtree(machine.tree)
    say("\n" + "\n".join(lines))
    return 1 if failed else 0


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bare-machine", usage=HELP)
    parser.add_argument("suite", choices=SUITES)
    parser.add_argument("--as", dest="who", choices=("root", "user"))
    parser.add_argument("--only", choices=("refusals", "server", "test"))
    parser.add_argument("--keep", action="store_true")
    return parser.parse_args(list(arguments))


def _prepare(checkout: Checkout, machine: Machine, archive: Path) -> None:
    unpack(archive, machine.tree)
    tree = machine.tree
    for name in ("resolv.conf", "hosts"):
        (tree / "etc" / name).unlink(missing_ok=True)
        shutil.copyfile(Path("/etc") / name, tree / "etc" / name)
        (tree / "etc" / name).chmod(0o644)
    _copy_apt_settings(tree)
    run(["chroot", str(tree), "useradd", "-m", "-u", str(USER_ID), "-s", "/bin/sh", USER])
    machine.checkout.parent.mkdir(parents=True, exist_ok=True)
    run(["git", "clone", "--quiet", "--no-hardlinks", str(checkout.root), str(machine.checkout)])
    _write_settings(machine)
    if machine.who == "user":
        run(["chown", "-R", f"{USER_ID}:{USER_ID}", str(tree / "home" / USER)])


def _sudo_rights(machine: Machine, *, granted: bool) -> None:
    sudoers = machine.tree / "etc/sudoers.d/citizen"
    sudoers.unlink(missing_ok=True)
    if granted:
        sudoers.write_text(f"{USER} ALL=(ALL) NOPASSWD: ALL\n", encoding="utf-8")
        sudoers.chmod(0o440)


def _copy_apt_settings(tree: Path) -> None:
    """Let apt reach the mirrors as it does here (proxies, clocks), without programs of ours."""
    for path in Path("/etc/apt/apt.conf.d").iterdir():
        text = path.read_text(encoding="utf-8", errors="replace")
        if "Acquire::" in text and "Invoke" not in text and "50appstream" not in path.name:
            target = tree / "etc/apt/apt.conf.d" / path.name
            target.write_text(text, encoding="utf-8")
            target.chmod(0o644)


def _write_settings(machine: Machine) -> None:
    """Write pip's and npm's settings and the certificates that they name."""
    tree, settings = machine.tree, machine.settings
    home = _HOMES[machine.who]
    for name, text in settings.texts.items():
        path = tree / (name if name.startswith("/") else f"{home}/{name}").lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o644)
    for name, source in settings.copies.items():
        path = tree / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.parent.chmod(0o755)
        shutil.copyfile(source, path)
        path.chmod(0o644)


def _inside(machine: Machine, command: str) -> int:
    """Run the probe of a command in the machine; nothing of it outlives the call.

    Processes and mounts are in namespaces of their own, which end with the call.
    """
    account = "root" if machine.who == "root" else USER
    # Folders that a Debian has itself (/usr as npm's `nodedir`, say) must not be this machine's.
    inside = {path: machine.tree / path.relative_to("/") for path in machine.settings.folders}
    folders = sorted(path for path, target in inside.items() if not target.exists())
    environment = {
        **machine.settings.environment,
        "HOME": _HOMES[machine.who],
        "USER": account,
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "TERM": "dumb",
        "PORT": str(_free_port()),
    }
    assignments = [f"{name}={value}" for name, value in environment.items()]
    probe = f"cd '{machine.place}' && exec $(command -v python3 || command -v python3.11)"
    probe += f" -m script.setup.bare_probe {command}"
    argv = [
        *("unshare", "--mount", "--pid", "--ipc", "--uts", "--fork", "--kill-child"),
        *("--propagation", "private", "sh", "-euc", _MOUNTS, "mounts", str(machine.tree)),
        *(str(len(folders)), *map(str, folders)),
        *("runuser", "-u", account, "--", "env", "-i", *assignments, "sh", "-c", probe),
    ]
    return show(argv, env=dict(os.environ), cwd=Path("/"), umask=0o022)


# Arguments: the tree, the number of folders to show, the folders, the command line.
_MOUNTS = """
tree=$1; number=$2; shift 2
mount --bind "$tree" "$tree"
mount -t proc proc "$tree/proc"
mount -t tmpfs -o mode=755 dev "$tree/dev"
for name in null zero full random urandom tty; do
    touch "$tree/dev/$name"; mount --bind "/dev/$name" "$tree/dev/$name"
done
mkdir -m 755 "$tree/dev/pts"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$tree/dev/pts"
ln -s pts/ptmx "$tree/dev/ptmx"
ln -s /proc/self/fd "$tree/dev/fd"
ln -s fd/0 "$tree/dev/stdin"; ln -s fd/1 "$tree/dev/stdout"; ln -s fd/2 "$tree/dev/stderr"
mkdir -m 1777 "$tree/dev/shm"; mount -t tmpfs -o mode=1777 shm "$tree/dev/shm"
mount -t tmpfs -o mode=755 run "$tree/run"
mkdir -m 1777 "$tree/run/lock"
while [ "$number" -gt 0 ]; do
    mkdir -p "$tree$1"; mount --bind "$1" "$tree$1"; mount -o remount,bind,ro "$tree$1"
    shift; number=$((number - 1))
done
hostname bare
# The shell stays as the init of this small world: it collects processes whose parents are gone.
status=0
chroot "$tree" "$@" || status=$?
exit "$status"
"""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
