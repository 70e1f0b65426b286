"""Import of the generated parcels beside ogr2ogr, alternating: seconds and peak memory.

usage: python -m benchmarks.imports [--parcels 200000] [--rounds 3]
Both sides start with a process and end with a table that can be queried: ogr2ogr loads into a plain
table (PG_USE_COPY) and builds its index afterwards; the product reads, decodes, maps, checks,
transforms with the official parameters, compares with what is there, and writes with history, both
geometries and all indexes.
"""

import argparse
import os
import resource
import statistics
import subprocess
import time
from collections.abc import Callable

from benchmarks.bench_city import import_parcels, make_database, parcels_file, server

DATABASE = "bench_import"
BAR = 3.0


def ogr2ogr(count: int) -> None:
    """Load with ogr2ogr into a new table with a spatial index."""
    login = server()
    subprocess.run(
        [
            "ogr2ogr", "-f", "PostgreSQL",
            f"PG:host={login.host} user={login.user} dbname={DATABASE}",
            str(parcels_file(count)), "-nln", "peer_load", "-nlt", "MULTIPOLYGON", "-overwrite",
            "-lco", "SCHEMA=city", "-lco", "GEOMETRY_NAME=geom",
        ],
        env={**os.environ, "PGPASSWORD": login.password, "PG_USE_COPY": "YES"},
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip


def product(count: int) -> None:
    """Import with the product into an empty layer."""
    import_parcels(DATABASE, count)


def timed(work: Callable[[int], None], count: int) -> tuple[float, float]:
    """Return seconds, and the peak memory (MB) of the largest child process so far."""
    start = time.perf_counter()
    work(count)
    seconds = time.perf_counter() - start
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> None:
    """Print the rounds, the medians and the ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    parcels_file(chosen.parcels)
    seconds: dict[str, list[float]] = {"ogr2ogr": [], "product": []}
    for number in range(chosen.rounds):
        make_database(DATABASE)
        took, memory = timed(ogr2ogr, chosen.parcels)
        seconds["ogr2ogr"].append(took)
        print(f"round {number + 1}: ogr2ogr {took:.2f} s", end=", ", flush=True)
        took, memory = timed(product, chosen.parcels)
        seconds["product"].append(took)
        print(f"product {took:.2f} s (largest process {memory:.0f} MB)", flush=True)
    middle = {name: statistics.median(values) for name, values in seconds.items()}
    ratio = middle["product"] / middle["ogr2ogr"]
    print(f"median: ogr2ogr {middle['ogr2ogr']:.2f} s, product {middle['product']:.2f} s")
    print(f"product / ogr2ogr: {ratio:.2f} (bar {BAR})")


if __name__ == "__main__":
    main()
