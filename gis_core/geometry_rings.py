"""The geometry gate for polygons of one ring, many at once, without building a shape of any.

Most parcels are that. Only what surely passes is let in here; about all else `geometry_gate`
decides, so both give the same answers.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gis_core.geometry_refusal import GateLimits

Positions = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_HEAD = np.dtype([("order", "u1"), ("type", "<u4"), ("rings", "<u4"), ("positions", "<u4")])
_POLYGON = 3
_POSITION_BYTES = 16
_POSITION = np.dtype((np.void, _POSITION_BYTES))
_MIN_RING = 4  # three corners and the first again
# Of a turn's two products: thousands of times what doubles lose in them, so signs are certain.
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Rings:
    """Closed rings of some rows: which rows, all positions (n × 2), how many a ring."""

    rows: Counts
    positions: Positions
    counts: Counts

    def some(self, wanted: Flags) -> "Rings":
        """Return the wanted rings."""
        if wanted.all():
            return self
        kept = self.positions[np.repeat(wanted, self.counts)]
        return Rings(self.rows[wanted], kept, self.counts[wanted])


def admit_rings(
    data: npt.NDArray[np.uint8], starts: Counts, ends: Counts, limits: GateLimits
) -> Rings:
    """Return the polygons of one ring among rows of WKB that surely pass the gate.

    Row i has the bytes `starts[i]` to `ends[i]` of `data`; rows follow each other.
    """
    sizes = ends - starts
    bodies = sizes - _HEAD.itemsize
    fitting = (bodies >= _MIN_RING * _POSITION_BYTES) & (bodies % _POSITION_BYTES == 0)
    rows = np.flatnonzero(fitting & (sizes <= limits.max_bytes))
    heads = _records(data, starts[rows], _HEAD)
    counts = bodies[rows] // _POSITION_BYTES
    flat = (heads["order"] == 1) & (heads["type"] == _POLYGON) & (heads["rings"] == 1)
    flat &= (heads["positions"] == counts) & (counts <= limits.max_vertices)
    rows, counts = rows[flat], counts[flat]
    found = Rings(rows, _positions(data, starts[rows] + _HEAD.itemsize, counts), counts)
    return found.some(_surely_pass(found, limits))


def _records(
    data: npt.NDArray[np.uint8], places: Counts, record: np.dtype[np.void]
) -> npt.NDArray[np.void]:
    """Return the records that begin at the places, which need not be aligned."""
    most = max(0, len(data) - record.itemsize + 1)
    return np.ndarray(most, record, data, strides=(1,))[places]


def _positions(data: npt.NDArray[np.uint8], starts: Counts, counts: Counts) -> Positions:
    """Return the positions that follow each start, as one array."""
    before = np.cumsum(counts) - counts
    places = np.repeat(starts - _POSITION_BYTES * before, counts)
    places += _POSITION_BYTES * np.arange(len(places))
    return _records(data, places, _POSITION).view("<f8").reshape(-1, 2)


@np.errstate(over="ignore", invalid="ignore")  # absurd numbers are left to the gate
def _surely_pass(rings: Rings, limits: GateLimits) -> Flags:
    if not len(rings.rows):
        return np.zeros(0, np.bool_)
    lon, lat = np.abs(rings.positions).T
    inside = (lon <= limits.max_lon) & (lat <= limits.max_lat)  # NaN is not inside
    ends = np.cumsum(rings.counts)
    first, last = rings.positions[ends - rings.counts], rings.positions[ends - 1]
    passing: Flags = np.logical_and.reduceat(inside, ends - rings.counts)
    passing &= (first == last).all(axis=1)
    # A ring of fewer than three different positions has no area, without any rounding.
    passing &= twice_areas(rings.positions, rings.counts) != 0
    return passing


def surely_simple(rings: Rings) -> Flags:
    """Tell which closed rings are seen whole from the mean of their corners, so cross nowhere.

    Every edge then turns around that point the same way, and all together turn once: their sectors
    do not overlap. Parcels are nearly always such rings, which this finds in a sixth of the time
    of building and validating polygons. A ring of which this says nothing may be simple as well.
    """
    ends = np.cumsum(rings.counts)
    starts = ends - rings.counts
    if not len(starts):
        return np.zeros(0, np.bool_)
    x, y = (_from_mean(one, starts, rings.counts) for one in rings.positions.T)
    ahead, back = x[:-1] * y[1:], y[:-1] * x[1:]
    turn = np.append(ahead - back, 0.0)
    surely = np.append(_ROUNDING * (np.abs(ahead) + np.abs(back)), 0.0)
    below = y < 0
    rising = np.append(below[:-1] & ~below[1:], False)
    joint = np.zeros(len(x), np.bool_)  # from the end of a ring to the next one
    joint[ends - 1] = True
    left = np.logical_and.reduceat((turn > surely) | joint, starts)
    right = np.logical_and.reduceat((turn < -surely) | joint, starts)
    turns = np.add.reduceat((rising & ~joint).astype(np.int64), starts)
    found: Flags = (left | right) & (turns == 1)
    return found


def _from_mean(
    values: npt.NDArray[np.float64], starts: Counts, counts: Counts
) -> npt.NDArray[np.float64]:
    """Return one coordinate of each ring, counted from the mean of the ring."""
    values = np.ascontiguousarray(values)
    return values - np.repeat(np.add.reduceat(values, starts) / counts, counts)


def twice_areas(positions: Positions, counts: Counts) -> npt.NDArray[np.float64]:
    """Return twice the area of each closed ring, negative where it is clockwise."""
    ends = np.cumsum(counts)
    starts = ends - counts
    # From the first corner of its ring: far from the origin a small area drowns in rounding. The
    # closing corner is then zero, so nothing of a ring reaches into the next.
    x, y = (positions - np.repeat(positions[starts], counts, axis=0)).T
    twice = np.append(x[:-1] * y[1:] - x[1:] * y[:-1], 0.0)
    return np.add.reduceat(twice, starts)
