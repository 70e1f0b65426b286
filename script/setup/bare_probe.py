"""Run on a bare machine: start a command as a person would and check what it promises."""

import contextlib
import json
import math
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from script.setup import bare_refusals
from script.setup.console import complain, say

FIRST_START = 1800.0  # seconds
SECOND_START = 5.0
STOP = 30.0


class Broken(Exception):
    """A promise that was not kept."""


def main(command: str) -> int:
    """Check `server` or run `test`; return the exit code."""
    if command == "refusals":
        return bare_refusals.main()
    try:
        return _server() if command == "server" else _run_test()
    except Broken as error:
        complain(f"bare machine: {error}")
        return 1


def _run_test() -> int:
    return subprocess.run(["script/test"], check=False).returncode  # noqa: S607 - in the checkout


def _server() -> int:
    _one_start("first start", FIRST_START)
    # The promise is for a machine that has a processor free for it.
    crowd = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    _one_start("second start", SECOND_START * crowd)
    return 0


def _one_start(title: str, limit: float) -> None:
    log = Path(f"/tmp/{title.replace(' ', '-')}.log")  # noqa: S108 - a machine of our own
    started = time.monotonic()
    with log.open("w", encoding="utf-8") as stream:
        server = subprocess.Popen(  # our own command, in the checkout
            ["script/server"],  # noqa: S607
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_ready(server, started + limit, title)
        load = os.getloadavg()[0]
        say(f"  {title}: ready after {time.monotonic() - started:.1f} s (load {load:.1f})")
        for check in (_page, _tile, _accounts, _database_is_closed):
            check()
    except Broken:
        complain(log.read_text(encoding="utf-8"))
        raise
    finally:
        server.send_signal(signal.SIGTERM)
        code = server.wait(STOP)
    say("\n".join(f"    {line}" for line in _without_passwords(log).splitlines()))
    if code != 0:
        raise Broken(f"script/server ended with code {code} after TERM")
    _nothing_left()


def _wait_ready(server: "subprocess.Popen[bytes]", deadline: float, title: str) -> None:
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise Broken(f"{title}: script/server ended with code {server.returncode}")
        if _get("/health/ready")[0] == 200:  # noqa: PLR2004 - HTTP OK
            return
        time.sleep(0.1)
    raise Broken(f"{title}: not ready in time")


def _page() -> None:
    status, body = _get("/vi/map")
    _require(status == 200 and b"<html" in body, f"/vi/map: {status}")  # noqa: PLR2004 - HTTP OK


def _tile() -> None:
    """Fetch the tile in the middle of the first public layer that the catalogue shows."""
    _, body = _get("/api/catalog?lang=vi")
    catalog = json.loads(body)
    zoom = 14
    lon, lat = catalog["city"]["center"]
    x, y = _tile_of(lon, lat, zoom)
    sizes = {}
    for layer in catalog["layers"]:
        path = layer["tiles"].format(z=zoom, x=x, y=y)
        status, tile = _get(path)
        _require(status in {200, 204}, f"{path}: {status}")
        sizes[layer["slug"]] = len(tile)
    _require(any(sizes.values()), f"every tile at {zoom}/{x}/{y} is empty: {sizes}")
    say(f"  tiles {zoom}/{x}/{y}, bytes: {sizes}")


def _tile_of(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Return the column and row of the Web Mercator tile at a place (degrees)."""
    count = 2**zoom
    y = math.asinh(math.tan(math.radians(lat)))
    return int((lon + 180) / 360 * count), int((1 - y / math.pi) / 2 * count)


def _accounts() -> None:
    path = Path("var/demo_accounts.json")
    _require(path.exists(), f"{path} was not written")
    mode = path.stat().st_mode & 0o777
    _require(mode == 0o600, f"{path} has mode {mode:o}")  # noqa: PLR2004 - readable by its owner


def _database_is_closed() -> None:
    """Require that another account cannot log in, even with the password, and nobody is root."""
    url = json.loads(Path("var/instance.json").read_text(encoding="utf-8"))["database_url"]
    as_other = ["runuser", "-u", "nobody", "--"]
    if os.geteuid() != 0:
        as_other = ["sudo", "-n", "-u", "nobody"]
    for prefix, works in (([], True), (as_other, False)):
        done = subprocess.run(  # noqa: S603 - fixed programs
            [*prefix, "psql", "--no-psqlrc", "-c", "SELECT 1", url],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
        )
        _require((done.returncode == 0) == works, f"database login as {prefix}: {done.stderr}")
    owners = {name: path.stat().st_uid for path, name in _processes() if name == "postgres"}
    _require(bool(owners) and 0 not in owners.values(), f"the database runs as {owners}")


def _processes() -> list[tuple[Path, str]]:
    """Return the folder and the name of every running process of this machine."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            _, name, rest = re.split(
                r" \(|\) ", (process / "stat").read_text(encoding="utf-8"), maxsplit=2
            )
            if not rest.startswith("Z"):  # ended, and no init here to collect it
                found.append((process, name))
    return found


def _nothing_left() -> None:
    """Require that the database and every Python of the server ended with it."""
    own = str(os.getpid())
    left = [
        name
        for process, name in _processes()
        if re.match(r"postgres|python|granian", name) and process.name != own
    ]
    _require(not left, f"still running after TERM: {left}")


def _without_passwords(log: Path) -> str:
    text = log.read_text(encoding="utf-8")
    return re.sub(r"(?m)^(  \w+\s+\S+\s+)\S+$", r"\1********", text)


def _get(path: str) -> tuple[int, bytes]:
    address = f"http://127.0.0.1:{os.environ['PORT']}{path}"
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
    except OSError:
        return 0, b""


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise Broken(message)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
