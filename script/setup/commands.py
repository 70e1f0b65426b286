"""Running other programs: the only place that starts one."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

from script.setup.errors import SetupError

TAIL_LINES = 6
# Variables of the caller that would redirect the product's own programs.
_STRAY = ("PROJ_DATA", "PROJ_LIB", "GDAL_DATA", "PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV")


@dataclass(frozen=True)
class Account:
    """An operating-system account that a program runs as."""

    name: str
    uid: int
    gid: int

    @property
    def is_caller(self) -> bool:
        """Whether it is the account that runs this command."""
        return self.uid == os.geteuid()


class CommandError(SetupError):
    """A program ended with a code other than 0; `output` is what it wrote."""

    def __init__(self, argv: Sequence[str], code: int, output: str) -> None:
        self.code = code
        self.output = output
        tail = " / ".join(
            line.strip() for line in output.splitlines()[-TAIL_LINES:] if line.strip()
        )
        super().__init__(f"`{' '.join(argv)}` failed with code {code}: {tail}")


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the caller's environment without variables that mislead libpq, PROJ or Python."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in _STRAY and not (name.startswith("PG") and name.isupper())
    }
    return {**kept, **(extra or {})}


def run(  # noqa: PLR0913 - optional and named, as those of subprocess.run
    argv: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    account: Account | None = None,
    stdin: str = "",
    log: Path | None = None,
    umask: int = 0o077,
    may_be_killed: bool = True,
) -> str:
    """Run a program to its end and return what it wrote (both streams).

    `account`: run as that account (only root can ask for another one), from `/`, because the
    current folder may be closed to it. `log`: keep the output in that file as well.
    `may_be_killed`: the program ends when this command is killed, so that the next start never
    works beside it; not for programs that must not be cut short.
    Raises CommandError on a code other than 0, SetupError when the program does not exist.
    """
    other = account is not None and not account.is_caller
    if shutil.which(argv[0]) is None:
        raise SetupError(f"The program {argv[0]} is not installed.")
    try:
        done = subprocess.run(  # noqa: S603 - callers pass fixed programs, never a shell line
            [*(dies_with_parent("KILL") if may_be_killed else []), *argv],
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            env=dict(clean_environment() if env is None else env),
            cwd="/" if other else cwd,
            user=account.uid if account and other else None,
            group=account.gid if account and other else None,
            extra_groups=[] if other else None,
            umask=umask,
        )
    except FileNotFoundError as error:  # the working folder
        raise SetupError(f"{error.filename} does not exist.") from error
    if log is not None:
        log.write_text(done.stdout, encoding="utf-8")
    if done.returncode != 0:
        raise CommandError(argv, done.returncode, done.stdout)
    return done.stdout


def dies_with_parent(number: str) -> list[str]:
    """Return a prefix that sends a program this signal when its parent ends without warning."""
    return ["setpriv", "--pdeathsig", number] if shutil.which("setpriv") else []


def succeeds(argv: Sequence[str], *, account: Account | None = None) -> bool:
    """Return whether a program exists and ends with code 0."""
    try:
        run(argv, account=account)
    except SetupError:
        return False
    return True


def show(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path,
    umask: int = 0o077,
    record: Path | None = None,
) -> int:
    """Run a program that talks to the terminal itself, or to a file; return its exit code."""
    with record.open("wb") if record else nullcontext() as output:
        return subprocess.run(  # noqa: S603 - callers pass fixed programs, never a shell line
            list(argv),
            env=dict(env),
            cwd=cwd,
            check=False,
            umask=umask,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
        ).returncode


Supervised = asyncio.subprocess.Process


async def start_supervised(argv: Sequence[str], *, env: Mapping[str, str], cwd: Path) -> Supervised:
    """Start a service in a session of its own: Ctrl+C reaches the supervisor alone."""
    return await asyncio.create_subprocess_exec(
        *argv, env=dict(env), cwd=cwd, stdin=subprocess.DEVNULL, start_new_session=True
    )
