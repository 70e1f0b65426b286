"""Some positions of a file's first rows, by which its coordinate system is judged."""

import numpy as np
import pyarrow as pa
import shapely

from gis_core.geometry_gate import admit_many
from gis_core.geometry_refusal import GateLimits
from importers.positions import Positions

_SAMPLE_SHAPES, _SAMPLE_POSITIONS = 300, 400
_ANYWHERE = GateLimits(max_lon=1e9, max_lat=1e9, drop_z=True)


def sample_positions(first: tuple[pa.RecordBatch, str] | None) -> Positions:
    """Return some positions (n × 2, as in the file) of the shapes of a batch."""
    none = np.empty((0, 2))
    if first is None:
        return none
    batch, geometry = first
    step = max(1, batch.num_rows // _SAMPLE_SHAPES)
    rows = batch.column(geometry).take(pa.array(range(0, batch.num_rows, step)))
    shapes, _ = admit_many(rows.to_numpy(zero_copy_only=False), limits=_ANYWHERE)
    positions: Positions = shapely.get_coordinates(shapes)
    return positions[:: max(1, len(positions) // _SAMPLE_POSITIONS)]
