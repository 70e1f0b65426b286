"""Saving one parcel in a layer of a million: server time of each request, and the tiles after it.

usage: python -m benchmarks.edits [--parcels 1000000] [--edits 100]
Each edit moves a corner of another parcel: the step is saved in a draft, then the draft is
published, with all checks against the neighbours, history and the change log. Requests go through
the whole of Django in this process; the network is left out. Bar: p95 < 50 ms for each request,
the touched tile new at once, the tiles around it not made again.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import django
import shapely

from benchmarks.bench_city import LAYER, environment, ready_database, server

BAR_MS = 50
SAMPLE = """SELECT id, version, ST_AsBinary(geom) FROM city.layers_parcel
    TABLESAMPLE SYSTEM (0.2) REPEATABLE (%s) WHERE ST_NPoints(geom) < 40
    ORDER BY random() LIMIT %s"""


def sample(name: str, count: int) -> list[tuple[int, int, Any]]:
    """Return id, version and shape (EPSG:4326) of parcels from all over the city."""
    connection = server().connect(name)
    with connection.cursor() as cursor:
        cursor.execute(SAMPLE, [7, count])
        found = [(row[0], row[1], shapely.from_wkb(bytes(row[2]))) for row in cursor.fetchall()]
    connection.close()
    return found


def moved(shape: Any) -> Any:
    """Return the shape with one corner some decimetres nearer to its middle."""
    (area,) = shape.geoms
    corners = list(area.exterior.coords)
    x, y = corners[1]
    middle = area.centroid
    corners[1] = (x + (middle.x - x) / 20, y + (middle.y - y) / 20)
    return shapely.geometry.mapping(shapely.MultiPolygon([shapely.Polygon(corners)]))


def editor() -> Any:
    """Return a client of somebody who may publish."""
    from django.test import Client  # noqa: PLC0415 -- the settings must be chosen first

    from gis_core.models import RoleGrant, User  # noqa: PLC0415

    user, _made = User.objects.get_or_create(username="benchmark")
    RoleGrant.objects.get_or_create(user=user, role="administrator")
    client = Client(HTTP_HOST="localhost")
    client.force_login(user)
    return client


def timed(times: list[float], ask: Callable[[], Any]) -> Any:
    """Return the JSON of an answer; note its milliseconds."""
    start = time.perf_counter()
    response = ask()
    times.append((time.perf_counter() - start) * 1000)
    if response.status_code not in (200, 201):
        raise SystemExit(f"{response.status_code}: {response.content.decode()[:500]}")
    return response.json()


def save(client: Any, row: tuple[int, int, Any], times: dict[str, list[float]]) -> None:
    """Save one step in a draft and publish it; note the milliseconds of each request."""
    number, version, shape = row
    kind = {"content_type": "application/json"}

    def post(path: str, body: Any, match: int | None = None) -> Callable[[], Any]:
        more = {} if match is None else {"HTTP_IF_MATCH": f'"{match}"'}
        return lambda: client.post(path, json.dumps(body), **kind, **more)

    about = {"title": "benchmark", "reason": "benchmark"}
    entry = timed(times["open a draft"], post("/api/change-sets", about))
    step = {
        **{"kind": "update", "layer": LAYER, "id": str(number), "base_version": version},
        "geometry": moved(shape),
    }
    where = f"/api/change-sets/{entry['id']}"
    body, match = json.dumps(step), f'"{entry["revision"]}"'
    entry = timed(
        times["save the step, checked"],
        lambda: client.put(f"{where}/operations/a", body, **kind, HTTP_IF_MATCH=match),
    )
    timed(times["publish, checked"], post(f"{where}/publish", {}, entry["revision"]))


def tiles_around(client: Any, shape: Any) -> dict[tuple[int, int], bytes]:
    """Return the nine tiles of zoom 16 around a parcel."""
    from gis_core.tile_grid import tile_at  # noqa: PLC0415

    place = tile_at(shape.centroid.x, shape.centroid.y, 16)
    found = {}
    for x in range(place.x - 1, place.x + 2):
        for y in range(place.y - 1, place.y + 2):
            found[x - place.x, y - place.y] = client.get(f"/tiles/{LAYER}/16/{x}/{y}.mvt").content
    return found


def main() -> None:
    """Print p50 and p95 of each request, and how many tiles were made anew for one edit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=1_000_000)
    parser.add_argument("--edits", type=int, default=100)
    chosen = parser.parse_args()
    name = ready_database(chosen.parcels)
    os.environ.update(environment(name))
    django.setup()
    from layers import tiles  # noqa: PLC0415

    made: list[int] = []
    make = tiles._layer_bytes
    tiles._layer_bytes = lambda *about: made.append(1) or make(*about)  # type: ignore[func-returns-value]
    client = editor()
    rows = sample(name, chosen.edits + 5)
    times: dict[str, list[float]] = {
        "open a draft": [], "save the step, checked": [], "publish, checked": [],
    }  # fmt: skip
    for row in rows[:5]:  # warm
        save(client, row, {key: [] for key in times})
    again: list[int] = []
    for row in rows[5:]:
        before = tiles_around(client, row[2])
        save(client, row, times)
        del made[:]
        after = tiles_around(client, row[2])
        again.append(len(made))
        if before[0, 0] == after[0, 0]:
            raise SystemExit("the tile of the parcel is not new")
    print(f"{len(rows) - 5} edits in a layer of {chosen.parcels} parcels")
    slow = False
    for what, values in times.items():
        p95 = sorted(values)[int(len(values) * 0.95)]
        slow |= p95 >= BAR_MS
        print(f"{what}: p50 {statistics.median(values):.1f} ms, p95 {p95:.1f} ms")
    print(f"tiles made anew of nine: mean {statistics.mean(again):.2f}, most {max(again)}")
    sys.exit(slow)


if __name__ == "__main__":
    main()
