"""What was written lately, and where: it tells which tiles and which open maps are out of date.

Triggers fill the table (gis_core/sql/change_log.sql), so that imports, undone change sets and bare
SQL are in it too. Each process keeps what it has read, for each database login on its own: visitors
read through the public views, like everything that they read.
"""

from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import NamedTuple

from django.db import connections

from gis_core.access import PUBLIC_DATABASE, STAFF_DATABASE
from gis_core.tile_grid import Bbox

LATE_S = 0.1  # how far behind the database a process may be
_MOST_READ = 20_000  # entries of one look
_MOST_KEPT = 5_000  # entries of one layer
_SINCE = (Path(__file__).parent / "sql/change_log_since.sql").read_text(encoding="utf-8")


class Entry(NamedTuple):
    """A place of a layer where rows that need `level` were written; metres of EPSG:3857.

    `written_us`: microseconds since 1970 (UTC) at which the transaction ended.
    """

    written_us: int
    layer_id: int
    level: int
    west_3857: float
    south_3857: float
    east_3857: float
    north_3857: float
    transaction_id: int

    @property
    def box_3857(self) -> Bbox:
        """Return west, south, east, north."""
        return self.west_3857, self.south_3857, self.east_3857, self.north_3857

    def touches(self, box_3857: Bbox) -> bool:
        """Tell whether the place and a box have a point in common."""
        west, south, east, north = box_3857
        return (
            self.west_3857 <= east
            and self.east_3857 >= west
            and self.south_3857 <= north
            and self.north_3857 >= south
        )


class _OfLayer:
    """The entries of a layer in the order of their arrival, each with the number of its arrival."""

    def __init__(self) -> None:
        self.arrivals: list[tuple[int, Entry]] = []
        self.forgotten = 0  # the number of the last one that was dropped

    def add(self, number: int, entry: Entry) -> None:
        if len(self.arrivals) >= _MOST_KEPT:
            half = _MOST_KEPT // 2
            self.forgotten = self.arrivals[half - 1][0]
            self.arrivals = self.arrivals[half:]
        self.arrivals.append((number, entry))


class ChangeLog:
    """The log as one database login sees it, at most LATE_S seconds behind."""

    def __init__(self, alias: str) -> None:
        self._alias = alias
        self._lock = Lock()
        self._due = 0.0
        self._asked = self._answered = 0
        self._horizon = 0
        self._arrived = 0
        self._unsettled: set[Entry] = set()
        self._by_layer: dict[int, _OfLayer] = {}
        self._by_time: list[tuple[Entry, float]] = []  # with the moment of arrival, monotonic

    def look_again(self) -> None:
        """Let the next look ask the database, however short ago the last one was."""
        self._asked += 1

    def look(self) -> int:
        """Read what is new when it is time to; return a mark of what is known now."""
        if monotonic() >= self._due or self._asked != self._answered:
            with self._lock:
                if monotonic() >= self._due or self._asked != self._answered:
                    self._read()
        return self._arrived

    def _read(self) -> None:
        asked, started = self._asked, monotonic()
        # What a process finds when it starts, the others have seen before.
        arrival = started if self._horizon else 0.0
        with connections[self._alias].cursor() as cursor:
            cursor.execute(_SINCE, {"horizon": self._horizon, "most": _MOST_READ})
            rows = cursor.fetchall()
        found = [
            Entry(row[7], row[1], row[2], row[3], row[4], row[5], row[6], row[8])
            for row in reversed(rows)
            if row[1] is not None
        ]
        arrived = [entry for entry in found if entry not in self._unsettled]
        for number, entry in enumerate(arrived, start=self._arrived + 1):
            self._by_layer.setdefault(entry.layer_id, _OfLayer()).add(number, entry)
        if arrived:
            kept = self._by_time[-_MOST_READ:] + [(entry, arrival) for entry in arrived]
            self._by_time = sorted(kept, key=lambda item: item[0])
        self._horizon = rows[0][0]
        self._unsettled = {entry for entry in found if entry.transaction_id >= self._horizon}
        # Last: whoever reads the mark without the lock finds what it promises.
        self._arrived += len(arrived)
        self._due, self._answered = started + LATE_S, asked

    def touched(self, layer_id: int, level: int, box_3857: Bbox, mark: int) -> bool:
        """Tell whether a reader of `level` may see something else in the box than at `mark`."""
        of_layer = self._by_layer.get(layer_id)
        arrivals = of_layer.arrivals if of_layer else []
        if not of_layer or arrivals[-1][0] <= mark:
            return False
        if of_layer.forgotten > mark:
            return True
        first = bisect_right(arrivals, mark, key=lambda arrival: arrival[0])
        return any(
            entry.level <= level and entry.touches(box_3857) for _number, entry in arrivals[first:]
        )

    def newest_first(self) -> Iterator[tuple[Entry, bool]]:
        """Yield the entries of the last day, and whether every process has had time to read each.

        A tile is asked of any process: one that has not looked yet would answer with the old one.
        """
        settled = monotonic() - LATE_S
        return ((entry, arrived <= settled) for entry, arrived in reversed(self._by_time))


_logs = {alias: ChangeLog(alias) for alias in (STAFF_DATABASE, PUBLIC_DATABASE)}


def of(alias: str) -> ChangeLog:
    """Return the log of a database login."""
    return _logs[alias]


def look_again() -> None:
    """Let the next reader in this process ask the database: something was written here."""
    for log in _logs.values():
        log.look_again()
