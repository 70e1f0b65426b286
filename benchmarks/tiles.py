"""Uncached tiles, p50 per zoom: the product over HTTP, hand-written SQL, and tipg, alternating.

usage: python -m benchmarks.tiles [--parcels 200000] [--rounds 3]
tipg is installed into var/bench/peers when it is not there. All three deliver the same attributes.
"""

import argparse
import http.client
import json
import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.bench_city import (
    LAYER,
    REPOSITORY,
    SHARED,
    WORK,
    environment,
    ready_database,
    server,
)
from benchmarks.peers import peer_python

# What an engineer would write by hand for one known table: stored 3857 geometry, straight scaling.
RAW = """SELECT ST_AsMVT(t, 'parcels', 4096, 'geom', 'id') FROM (
    SELECT id, land_use_code::text AS class, so_thua::text AS label,
           so_to::text AS so_to, ST_TransScale(geom_3857, %(dx)s::float8, %(dy)s::float8,
           %(s)s::float8, -(%(s)s::float8)) AS geom
    FROM city.layers_parcel
    WHERE geom_3857 && ST_Expand(ST_TileEnvelope(%(z)s, %(x)s, %(y)s), %(margin)s::float8)
    ORDER BY id) AS t"""
PEER_TABLE = """CREATE TABLE IF NOT EXISTS public.peer_parcels AS
    SELECT id, land_use_code::text AS class, so_thua::text AS label, so_to::text AS so_to,
           geom::geometry(MultiPolygon, 4326) AS geom FROM city.layers_parcel"""
WORLD_M = 40075016.685578488
OURS_PORT, PEER_PORT = 8071, 8072
DENSE_BYTES = 4_000


def raw_parameters(z: int, x: int, y: int) -> dict[str, float]:
    """Return the parameters of RAW for one tile."""
    size_m = WORLD_M / 2**z
    west, north = -WORLD_M / 2 + x * size_m, WORLD_M / 2 - y * size_m
    unit_m = size_m / 4096
    return {
        "z": z, "x": x, "y": y, "s": 1 / unit_m, "margin": size_m * 64 / 4096,
        "dx": unit_m / 2 - west, "dy": -unit_m / 2 - north,
    }  # fmt: skip


@contextmanager
def running(arguments: list[str], port: int, env: dict[str, str], path: str) -> Iterator[None]:
    """Run a server until the block ends; wait until it answers."""
    process = subprocess.Popen(
        arguments, env=env, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _attempt in range(120):
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
                connection.request("GET", path)
                if connection.getresponse().status == 200:
                    break
            except OSError:
                pass
            time.sleep(0.25)
        else:
            raise SystemExit(f"no answer on port {port}: {' '.join(map(str, arguments))}")
        yield
    finally:
        process.terminate()
        process.wait()


def getter(port: int, path: str) -> Callable[[int, int, int], bytes]:
    """Return a function that fetches one tile over a kept connection.

    Plain bytes on a socket: Python's HTTP client takes longer to read the headers of an answer than
    the servers to write them, and the database is asked by a client in C.
    """
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def get(z: int, x: int, y: int) -> bytes:
        address = path.format(z=z, x=x, y=y)
        connection.sendall(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        answer = connection.recv(1 << 20)
        while (end := answer.find(b"\r\n\r\n")) < 0:
            answer += connection.recv(1 << 20)
        head = answer[:end].lower()
        status = int(head[9:12])
        if status not in (200, 204):
            raise SystemExit(f"{address}: {status}")
        length = re.search(rb"content-length: (\d+)", head)
        missing = (int(length[1]) if length else 0) - (len(answer) - end - 4)
        pieces = [answer[end + 4 :]]
        while missing > 0:
            pieces.append(connection.recv(1 << 20))
            missing -= len(pieces[-1])
        return b"".join(pieces)

    return get


def measure(count: int, rounds: int) -> dict[int, dict[str, list[float]]]:
    """Return zoom → way → milliseconds."""
    name = ready_database(count)
    trace = WORK / "trace.json"
    subprocess.run(
        [sys.executable, SHARED / "bench/make_trace.py", trace, "--minz", "14"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    tiles = {int(z): found for z, found in json.loads(trace.read_text()).items()}
    connection = server().connect(name)
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute(PEER_TABLE)
    cursor.execute("CREATE INDEX IF NOT EXISTS peer_geom ON public.peer_parcels USING gist (geom)")
    cursor.execute("VACUUM ANALYZE public.peer_parcels")

    def raw(z: int, x: int, y: int) -> bytes:
        cursor.execute(RAW, raw_parameters(z, x, y))
        return bytes(cursor.fetchone()[0])

    granian = [
        str(Path(sys.executable).parent / "granian"), "--interface", "wsgi", "--workers", "1",
        "--port", str(OURS_PORT), "--http", "1", "--no-ws", "--blocking-threads", "4",
        "gis_core.wsgi:application",
    ]  # fmt: skip
    python = str(peer_python("tipg==1.6.1", "uvicorn"))
    tipg = [python, "-m", "uvicorn", "tipg.main:app", "--port", str(PEER_PORT)]
    tipg_env = {
        **os.environ, "DATABASE_URL": server().url(name), "TIPG_MAX_FEATURES_PER_TILE": "1000000",
        "TIPG_DB_TABLES": '["public.peer_parcels"]',
    }  # fmt: skip
    with (
        # Without kept tiles: what is measured is the making of them.
        running(granian, OURS_PORT, {**environment(name), "TILE_CACHE_MB": "0"}, "/health/live"),
        running(tipg, PEER_PORT, tipg_env, "/healthz"),
    ):
        ways = {
            "raw": raw,
            "ours": getter(OURS_PORT, f"/tiles/{LAYER}/{{z}}/{{x}}/{{y}}.mvt"),
            "tipg": getter(
                PEER_PORT,
                "/collections/public.peer_parcels/tiles/WebMercatorQuad/{z}/{x}/{y}",
            ),
        }
        return _alternate(ways, tiles, rounds)


def _alternate(
    ways: dict[str, Callable[[int, int, int], bytes]],
    tiles: dict[int, list[list[int]]],
    rounds: int,
) -> dict[int, dict[str, list[float]]]:
    times: dict[int, dict[str, list[float]]] = {}
    for z, addresses in sorted(tiles.items()):
        times[z] = {way: [] for way in ways}
        # Near-empty tiles at the edge of the city would measure the request alone.
        dense = [(x, y) for x, y in addresses if len(ways["raw"](z, x, y)) >= DENSE_BYTES]
        for x, y in dense:  # warm the caches of all three alike
            for get in ways.values():
                get(z, x, y)
        for _round in range(rounds):
            for x, y in dense:
                for way, get in ways.items():
                    start = time.perf_counter()
                    get(z, x, y)
                    times[z][way].append((time.perf_counter() - start) * 1000)
    return times


def main() -> None:
    """Print p50 per zoom and the two ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    print("| z | raw SQL ms | product ms | tipg ms | product / raw | tipg / product |")
    print("|-|-|-|-|-|-|")
    for z, ways in measure(chosen.parcels, chosen.rounds).items():
        if not ways["raw"]:
            print(f"| {z} | no dense tile in the trace |||||")
            continue
        p50 = {way: statistics.median(values) for way, values in ways.items()}
        print(
            f"| {z} | {p50['raw']:.2f} | {p50['ours']:.2f} | {p50['tipg']:.2f}"
            f" | {p50['ours'] / p50['raw']:.2f} | {p50['tipg'] / p50['ours']:.2f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
