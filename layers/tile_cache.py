"""Tiles that were made before, kept in this process until something is written where they lie.

The key of a tile says what its reader may see, so nobody gets what was made for others; the change
log says whether it is still true. A tile is at most `change_log.LATE_S` behind the database.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from django.conf import settings

from gis_core import change_log
from gis_core.tile_grid import Bbox

V = TypeVar("V")
_OVERHEAD_BYTES = 700  # of an entry: its key, its box, the dictionary


@dataclass(frozen=True, slots=True)
class Place:
    """What a tile depends on: one layer as read by a login at a level, in a box (EPSG:3857)."""

    database: str
    layer_id: int
    level: int
    box_3857: Bbox


@dataclass(slots=True, eq=False)
class Piece:
    """One layer of a tile as bytes of MVT, true up to the `mark` of the change log."""

    body: bytes
    mark: int = 0


NOTHING = Piece(b"")


class Store(Generic[V]):
    """Values by key, in at most `limit` bytes; the least recently used ones are dropped."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = Lock()
        self._values: OrderedDict[Hashable, tuple[V, int]] = OrderedDict()
        self.size = 0  # bytes

    def get(self, key: Hashable) -> V | None:
        """Return the value, or None."""
        with self._lock:
            found = self._values.get(key)
            if found is None:
                return None
            self._values.move_to_end(key)
            return found[0]

    def put(self, key: Hashable, value: V, size: int) -> None:
        """Keep a value that takes about `size` bytes; a very large one is not kept."""
        cost = size + _OVERHEAD_BYTES
        with self._lock:
            before = self._values.pop(key, None)
            if before is not None:
                self.size -= before[1]
            if cost > self._limit // 8:
                return
            self._values[key] = (value, cost)
            self.size += cost
            while self.size > self._limit:
                self.size -= self._values.popitem(last=False)[1][1]

    def clear(self) -> None:
        """Drop everything."""
        with self._lock:
            self._values.clear()
            self.size = 0


_pieces: Store[Piece] = Store(settings.TILE_CACHE_MB * 1024**2)
_making: dict[Hashable, Lock] = {}


def kept(key: Hashable, place: Place, make: Callable[[], bytes]) -> Piece:
    """Return the piece under `key` if it is still true, else what `make` gives.

    Of several who ask at a time one makes it and the others wait for it.
    """
    log = change_log.of(place.database)
    found = _true_piece(key, place, log)
    if found is not None:
        return found
    if not settings.TILE_CACHE_MB:
        return Piece(make())
    gate = _making.setdefault(key, Lock())
    with gate:
        try:
            found = _true_piece(key, place, log)
            if found is None:
                mark = log.look()  # before the rows are read: what comes later is later
                found = Piece(make(), mark)
                _pieces.put(key, found, len(found.body))
            return found
        finally:
            _making.pop(key, None)


def _true_piece(key: Hashable, place: Place, log: change_log.ChangeLog) -> Piece | None:
    found = _pieces.get(key)
    if found is None:
        return None
    mark = log.look()
    if log.touched(place.layer_id, place.level, place.box_3857, found.mark):
        return None
    found.mark = mark
    return found


def forget() -> None:
    """Drop all tiles of this process."""
    _pieces.clear()
