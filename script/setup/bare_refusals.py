"""Run on a bare machine before anything is installed: what cannot work ends with one line."""

import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from script.setup.console import complain, say

_ROOT = os.geteuid() == 0


@dataclass(frozen=True)
class Refusal:
    """A start that must fail: what was done wrong and what the line must name."""

    title: str
    expected: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    prefix: tuple[str, ...] = ()
    only_root: bool | None = None


def refusals(taken_port: int) -> list[Refusal]:
    """Return the starts that must fail, for root and for a user without sudo rights."""
    return [
        Refusal("a taken port", (str(taken_port), "PORT="), {"PORT": str(taken_port)}),
        Refusal("a port that is none", ("PORT=http",), {"PORT": "http"}),
        Refusal("a data folder that cannot be written", ("DATA_DIR",), {"DATA_DIR": "/proc/city"}),
        Refusal("a missing profile", ("CITY_PROFILE",), {"CITY_PROFILE": "/none.toml"}),
        Refusal("no network", ("network",), prefix=("unshare", "--net"), only_root=True),
        Refusal("no rights", ("administrator", "apt-get", "install"), only_root=False),
    ]


def main() -> int:
    """Try every refusal; return 0 when each ended with its line."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        wanted = refusals(other.getsockname()[1])
        wrong = [refusal.title for refusal in wanted if not _holds(refusal)]
    if wrong:
        complain(f"not refused as promised: {', '.join(wrong)}")
    return 1 if wrong else 0


def _holds(refusal: Refusal) -> bool:
    if refusal.only_root not in {None, _ROOT}:
        return True
    code, lines = _start(refusal.prefix, refusal.environment)
    good = code != 0 and len(lines) == 1 and all(word in lines[0] for word in refusal.expected)
    say(f"  {'refused' if good else 'WRONG'}: {refusal.title} (code {code})")
    for line in lines:
        say(f"    {line}")
    return good


def _start(prefix: Sequence[str], environment: Mapping[str, str]) -> tuple[int, list[str]]:
    """Run script/server; return its code and what it wrote to standard error."""
    done = subprocess.run(  # noqa: S603 - our own command, in the checkout
        [*prefix, "script/server"],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    return done.returncode, [line for line in done.stderr.splitlines() if line.strip()]


if __name__ == "__main__":
    sys.exit(main())
