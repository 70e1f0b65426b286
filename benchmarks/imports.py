"""Import of the generated parcels beside ogr2ogr and shp2pgsql, alternating: seconds and memory.

usage: python -m benchmarks.imports [--parcels 200000 1000000] [--rounds 3]
All sides start with a process and end with a table that can be queried: the peers load into a plain
table and build its index afterwards (ogr2ogr by itself builds it first and takes half as long
again; that is shown once); the product reads in a confined child, decodes, maps, checks, transforms
with the official parameters, compares with what is there, and writes with history, both geometries
and their indexes, keys and search. Its seconds end when all that stands; the seconds until the
indexes for sorting the attribute table stand as well are beside them.
Memory is the proportional set size of the command and its children at their largest moment
together; the database is not counted, it serves all sides.
geopandas loads once into a plain table with an index; it is installed into var/bench/peers.
GeoDjango's LayerMapping loads a few rows only; its time for all is that of a row times the rows.
"""

import argparse
import os
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from benchmarks.bench_city import (
    PYTHON,
    REPOSITORY,
    environment,
    import_parcels,
    make_database,
    parcels_file,
    server,
)
from benchmarks.memory import pss_kb
from benchmarks.peers import peer_python

DATABASE = "bench_import"
BAR, BAR_MB = 1.5, 400
MAPPED_ROWS = 2_000
GEOPANDAS = (
    "geopandas==1.1.1",
    "sqlalchemy==2.0.44",
    "geoalchemy2==0.18.0",
    "psycopg2-binary==2.9.13",
)


def ogr2ogr(count: int) -> None:
    """Load with ogr2ogr into a new table and build its spatial index afterwards."""
    _ogr2ogr(count, "-lco", "SPATIAL_INDEX=NONE")
    with closing(server().connect(DATABASE)) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE INDEX ON city.peer_load USING gist (geom)")
        connection.commit()


def ogr2ogr_by_itself(count: int) -> None:
    """Load with ogr2ogr as it is without options: the index is there before the rows."""
    _ogr2ogr(count)


def _ogr2ogr(count: int, *options: str) -> None:
    login = server()
    subprocess.run(
        [
            "ogr2ogr", "-f", "PostgreSQL",
            f"PG:host={login.host} user={login.user} dbname={DATABASE}",
            str(parcels_file(count)), "-nln", "peer_load", "-nlt", "MULTIPOLYGON", "-overwrite",
            "-lco", "SCHEMA=city", "-lco", "GEOMETRY_NAME=geom", *options,
        ],
        env={**os.environ, "PGPASSWORD": login.password, "PG_USE_COPY": "YES"},
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip


def shp2pgsql(count: int) -> None:
    """Load with shp2pgsql and psql into a new table with a spatial index."""
    login = server()
    made = subprocess.Popen(
        ["shp2pgsql", "-D", "-I", "-d", "-s", "4326", str(parcels_file(count)), "city.peer_shp"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    subprocess.run(
        ["psql", "-q", "-h", login.host, "-U", login.user, DATABASE],
        env={**os.environ, "PGPASSWORD": login.password, "PGPORT": login.port or "5432"},
        stdin=made.stdout,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    made.wait()


def product(count: int) -> float:
    """Import with the product into an empty layer; return seconds until the rows could be seen."""
    return import_parcels(DATABASE, count)


def geopandas(count: int) -> None:
    """Load with geopandas into a new table with a spatial index."""
    python = peer_python(*GEOPANDAS)
    login = server()
    where = f"host={quote(login.host, safe='')}"
    url = f"postgresql+psycopg2://{quote(login.user)}:{quote(login.password)}@/{DATABASE}?{where}"
    if login.port:
        url += f"&port={login.port}"
    script = str(REPOSITORY / "benchmarks/geopandas_load.py")
    subprocess.run([python, script, str(parcels_file(count)), url], check=True)


def layer_mapping(count: int) -> float:
    """Return seconds a row of GeoDjango's LayerMapping, over the first rows of the file."""
    done = subprocess.run(
        [PYTHON, "-m", "benchmarks.layer_mapping", str(parcels_file(count)), str(MAPPED_ROWS)],
        env=environment(DATABASE),
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout) / MAPPED_ROWS


def below(pid: int) -> Iterator[Path]:
    """Yield the processes that descend from a process."""
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found = [int(child) for child in task.read_text().split()]
        except OSError:
            continue
        for child in found:
            yield Path(f"/proc/{child}")
            yield from below(child)


def timed(work: Callable[[int], float | None], count: int) -> tuple[float, float, float]:
    """Return seconds until the rows are there, until the end, and the most memory (MB) together."""
    ended, peak = threading.Event(), [0.0]

    def watch() -> None:
        while not ended.wait(0.2):
            peak[0] = max(peak[0], sum(map(pss_kb, below(os.getpid()))) / 1024)

    os.sync()  # nobody pays for what the one before has left to be written
    watcher = threading.Thread(target=watch)
    watcher.start()
    start = time.perf_counter()
    seen = work(count)
    seconds = time.perf_counter() - start
    ended.set()
    watcher.join()
    return seen or seconds, seconds, peak[0]


def measure(count: int, rounds: int) -> float:
    """Print the rounds and medians of one size; return the product's peak memory in MB."""
    sides: dict[str, Callable[[int], float | None]] = {
        "ogr2ogr": ogr2ogr,
        "shp2pgsql": shp2pgsql,
        "product": product,
    }
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    whole: list[float] = []
    memory = dict.fromkeys(sides, 0.0)
    for number in range(rounds):
        make_database(DATABASE)
        shown = []
        for name, work in sides.items():
            took, ended, peak = timed(work, count)
            seconds[name].append(took)
            memory[name] = max(memory[name], peak)
            shown.append(f"{name} {took:.2f} s")
        whole.append(ended)
        print(f"  round {number + 1}: {', '.join(shown)}, all of it {ended:.2f} s", flush=True)
    middle = {name: statistics.median(values) for name, values in seconds.items()}
    for name in sides:
        ratio = middle[name] / middle["ogr2ogr"]
        print(f"  {name}: {middle[name]:.2f} s, {ratio:.2f} × ogr2ogr, {memory[name]:.0f} MB")
    last = statistics.median(whole)
    print(f"  product with all indexes: {last:.2f} s, {last / middle['ogr2ogr']:.2f} × ogr2ogr")
    peer_python(*GEOPANDAS)  # not timed
    took, _end, peak = timed(geopandas, count)
    print(f"  geopandas: {took:.2f} s, {took / middle['ogr2ogr']:.2f} × ogr2ogr, {peak:.0f} MB")
    took, _end, _peak = timed(ogr2ogr_by_itself, count)
    print(f"  ogr2ogr, index before the rows: {took:.2f} s, {took / middle['ogr2ogr']:.2f} ×")
    mapped = layer_mapping(count) * count
    ratio = mapped / middle["ogr2ogr"]
    print(f"  LayerMapping: {mapped:.0f} s extrapolated from {MAPPED_ROWS} rows, {ratio:.0f} ×")
    print(
        f"  product / ogr2ogr: {middle['product'] / middle['ogr2ogr']:.2f} (bar {BAR} at 1000000)"
    )
    return memory["product"]


def main() -> None:
    """Print each size and how memory grows between the first and the last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, nargs="+", default=[200_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    peaks = []
    for count in chosen.parcels:
        parcels_file(count)
        print(f"{count} parcels")
        peaks.append(measure(count, chosen.rounds))
    print(f"memory of the product: {' → '.join(f'{mb:.0f}' for mb in peaks)} MB (bar {BAR_MB})")


if __name__ == "__main__":
    main()
