"""The attribute table over a million parcels: server time of pages, counts and selections.

usage: python -m benchmarks.table [--parcels 1000000]
In one process, without HTTP: the view's function from the question to the JSON. Bars: p95 ≤ 100 ms
for pages in the order of an indexed column and for filters that an index serves, also for visitors
and for the thousandth page; every other question ends within its limit, with words.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import django

from benchmarks.bench_city import LAYER, manage, ready_database

if TYPE_CHECKING:
    from gis_core.access import Actor

BAR_MS = 100.0
PAGES = 30
WINDOW = (106.340, 10.350, 106.345, 10.355)  # degrees: about 550 m a side


def _prepared(parcels: int) -> None:
    name = ready_database(parcels)
    for command in ("prepare_database", "migrate"):
        manage(name, command)
    os.environ["DATABASE_NAME"] = name
    os.environ["DJANGO_SETTINGS_MODULE"] = "gis_core.settings"
    django.setup()


def _as_text(ask: Callable[[], object]) -> str:
    return json.dumps(ask())


def _times_ms(work: Callable[[], object], times: int) -> list[float]:
    found = []
    for _turn in range(times):
        start = time.perf_counter()
        work()
        found.append((time.perf_counter() - start) * 1000)
    return found


def main() -> None:
    """Print p50 and p95 of each question; exit code 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parcels", type=int, default=1_000_000)
    _prepared(parser.parse_args().parcels)
    missed = _measure()
    sys.exit(bool(missed))


SERVED: dict[str, dict[str, object]] = {
    "first page": {},
    "by area, down": {"sort": "-area_m2"},
    "by land use": {"sort": "land_use_code"},
    "sheet 12": {"where": {"so_to": {"is": "12"}}},
    "one land use, by area": {"where": {"land_use_code": {"in": ["LUK"]}}, "sort": "area_m2"},
    "area 500 to 510": {"where": {"area_m2": {"min": 500, "max": 510}}},
    "land uses and area": {
        "where": {"land_use_code": {"in": ["ODT", "ONT"]}, "area_m2": {"min": 300}}
    },
    "map window": {"bbox": WINDOW},
    "map window, by area": {"bbox": WINDOW, "sort": "area_m2"},
    "without an area": {"where": {"area_m2": {"empty": True}}},
}
OTHERS: dict[str, dict[str, object]] = {
    "by locality (all empty)": {"sort": "place_name"},
    "by last change": {"sort": "-changed_at"},
    "parcel number 12": {"where": {"so_thua": {"is": "12"}}},
    "part of a number, none": {"where": {"so_thua": {"has": "zz"}}},
    "free text, none": {"text": "khong co gi"},
}


def _measure() -> list[str]:
    from gis_core.access import ANONYMOUS, Actor, Grant  # noqa: PLC0415 -- Django is set up above

    missed = []
    for who, actor in (("planner", Actor(1, "b", (Grant("planner"),))), ("visitor", ANONYMOUS)):
        print(f"{who}: p50 and p95 in ms of {PAGES}")
        missed += [f"{who}: {name}" for name in _questions(actor)]
        _far_pages(actor)
    if missed:
        print("above the bar:", ", ".join(missed))
    return missed


def _questions(actor: "Actor") -> list[str]:
    from layers import selectors  # noqa: PLC0415
    from layers.rows import TooCostly, Wish, rows  # noqa: PLC0415

    entry = selectors.layer(actor, LAYER)
    missed = []
    for name, wish in (SERVED | OTHERS).items():
        ask = partial(rows, entry, Wish(**wish))  # type: ignore[arg-type]
        try:
            ask()
            found = _times_ms(partial(_as_text, ask), PAGES)
        except TooCostly as refusal:
            print(f"  {name:26s} refused: {refusal.detail}")
            continue
        p95 = statistics.quantiles(found, n=20)[-1]
        print(f"  {name:26s}{statistics.median(found):8.1f}{p95:8.1f}")
        if name in SERVED and p95 > BAR_MS:
            missed.append(name)
    return missed


def _far_pages(actor: "Actor") -> None:
    from layers import selectors  # noqa: PLC0415
    from layers.rows import Wish, row_ids, rows  # noqa: PLC0415

    entry = selectors.layer(actor, LAYER)
    by_area, after = Wish(sort="area_m2"), ""
    for _page in range(20):
        after = rows(entry, by_area, limit=500, after=after)["next"]
    far = _times_ms(lambda: rows(entry, by_area, after=after), PAGES)
    print(f"  {'page after 10,000 rows':26s}{statistics.median(far):8.1f}")
    large = Wish(where={"area_m2": {"min": 500}})
    ids = _times_ms(lambda: row_ids(entry, large), PAGES)
    print(f"  {'1,000 ids':26s}{statistics.median(ids):8.1f}")


if __name__ == "__main__":
    main()
