"""Open maps that ask every second what is new, on the server as it is shipped.

usage: python -m benchmarks.live [--maps 500] [--signed-in 50] [--seconds 20]
A parcel of the demonstration city is changed every second; each map notes when it is told. Prints
the answers a second, their times, and how long after its commit a change was known.
Bar: every map knows a change within 2 s. Leaves the changed parcel as it was, some versions later.
"""

import argparse
import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.bench_city import PYTHON, REPOSITORY
from script.setup.serve import OPEN_CONNECTIONS

PORT = 8073
EVERY_S, SOON_S = 1.0, 0.15  # as map_ui/frontend/viewer/live.ts
_CHANGES = """
import sys, time
from gis_core.access import system_actor
from layers import changes, selectors
from layers.changes import Kind, Operation
who = system_actor("benchmark")
entry = selectors.layer(who, "parcels")
row = selectors.features(entry).order_by("pk").first()
words, version = row.address, row.version
for turn in range(int({seconds})):
    time.sleep(1)
    text = f"bench {{turn}}" if turn < int({seconds}) - 1 else words
    step = Operation(Kind.UPDATE, entry, {{"address": text}}, None, row.pk, version + turn)
    changes.apply(who, [step], title="benchmark", channel="command")
    print(time.time(), flush=True)
"""


@dataclass
class Figures:
    """What the maps saw: seconds of each answer, cursor → the moments at which maps learnt it."""

    answers_s: list[float] = field(default_factory=list)
    refused: int = 0
    told: dict[str, list[float]] = field(default_factory=dict)


@contextmanager
def shipped_server() -> Iterator[None]:
    """Run granian as script/server does."""
    granian = str(Path(sys.executable).parent / "granian")
    arguments = [
        *(granian, "--interface", "wsgi", "--http", "1", "--no-ws", "--log-level", "warning"),
        *("--port", str(PORT), "--workers", "2", "--blocking-threads", "4"),
        *("--backpressure", str(OPEN_CONNECTIONS), "gis_core.wsgi:application"),
    ]
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "gis_core.settings"}
    process = subprocess.Popen(arguments, env=env, cwd=REPOSITORY)
    try:
        time.sleep(8)
        yield
    finally:
        process.terminate()
        process.wait()


def session_cookie() -> str:
    """Return the cookie of a new session of a planner of the demonstration."""
    code = (
        "from django.contrib.sessions.backends.db import SessionStore\n"
        "from gis_core.models import User\n"
        "user = User.objects.get(username='demo-planner')\n"
        "store = SessionStore()\n"
        "store['_auth_user_id'] = str(user.pk)\n"
        "store['_auth_user_hash'] = user.get_session_auth_hash()\n"
        "store['_auth_user_backend'] = 'django.contrib.auth.backends.ModelBackend'\n"
        "store.create()\nprint('key', store.session_key)"
    )
    return "session=" + _shell(code).split()[-1]


def _shell(code: str) -> str:
    command = [PYTHON, "manage.py", "shell", "-v", "0", "-c", code]
    done = subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True, text=True)
    return done.stdout


async def one_map(until: float, cookie: str, figures: Figures) -> None:
    """Ask once a second over a connection of its own, as an open page does."""
    await asyncio.sleep(random.random() * EVERY_S)  # noqa: S311 -- not for secrets
    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
    cursor = ""
    while time.time() < until:
        started = time.perf_counter()
        query = f"?since={cursor}" if cursor else ""
        head = f"GET /api/live{query} HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\n"
        writer.write(
            f"{head}Cookie: {cookie}\r\n\r\n".encode() if cookie else f"{head}\r\n".encode()
        )
        status, body = await _answer(reader)
        soon = False
        figures.answers_s.append(time.perf_counter() - started)
        if status == 200:
            news = json.loads(body)
            said, soon = news["cursor"], news.get("soon", False)
            if cursor and said != cursor:
                figures.told.setdefault(said, []).append(time.time())
            cursor = said
        else:
            figures.refused += 1
        await asyncio.sleep(SOON_S if soon else EVERY_S)
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").lower().split("\r\n")
    length = next(int(line.split(":")[1]) for line in lines if line.startswith("content-length"))
    return int(lines[0].split()[1]), await reader.readexactly(length)


async def measure(maps: int, signed_in: int, seconds: int) -> Figures:
    """Return what `maps` open maps saw in so many seconds."""
    figures = Figures()
    cookie = session_cookie() if signed_in else ""
    until = time.time() + seconds + 3
    writer = await asyncio.create_subprocess_exec(
        *(PYTHON, "manage.py", "shell", "-v", "0", "-c", _CHANGES.format(seconds=seconds)),
        cwd=REPOSITORY,
    )
    pages = [one_map(until, cookie if n < signed_in else "", figures) for n in range(maps)]
    await asyncio.gather(*pages)
    await writer.wait()
    return figures


def main() -> None:
    """Print the figures; exit code 1 when a map was told later than the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--maps", type=int, default=500)
    parser.add_argument("--signed-in", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=20)
    chosen = parser.parse_args()
    with shipped_server():
        found = asyncio.run(measure(chosen.maps, chosen.signed_in, chosen.seconds))
    times = sorted(value * 1000 for value in found.answers_s)
    # The cursor is the moment at which the change was committed.
    late = sorted(at - int(cursor) / 1e6 for cursor, ats in found.told.items() for at in ats)
    print(f"{chosen.maps} maps, {chosen.signed_in} of them signed in, {len(found.told)} changes")
    print(f"answers: {len(times) / (chosen.seconds + 3):.0f}/s, refused {found.refused}")
    print(f"answer ms: p50 {statistics.median(times):.1f}, p95 {times[int(len(times) * 0.95)]:.1f}")
    print(
        f"told after s: p50 {statistics.median(late):.2f}, max {late[-1]:.2f} ({len(late)} times)"
    )
    sys.exit(late[-1] > 2)


if __name__ == "__main__":
    main()
