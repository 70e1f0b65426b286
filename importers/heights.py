"""Heights and measures of shapes: apart from the flat shape, as columns that `extra` keeps."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

NAMES = ("Z_MIN", "Z_MAX", "M_MIN", "M_MAX")


def height_columns(wkb: pa.Array) -> dict[str, pa.Array]:
    """Return lowest and highest height and measure of each shape; null where it has none.

    `wkb` holds shapes that the geometry gate has let in.
    """
    shapes = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False), on_invalid="ignore")
    values, row = shapely.get_coordinates(shapes, include_z=True, include_m=True, return_index=True)
    heights = _range(values[:, 2], row, len(shapes))
    measures = _range(values[:, 3], row, len(shapes))
    return dict(zip(NAMES, (*heights, *measures), strict=True))


def _range(
    values: npt.NDArray[np.float64], row: npt.NDArray[np.int64], count: int
) -> tuple[pa.Array, pa.Array]:
    known = np.isfinite(values)
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(low, row[known], values[known])
    np.maximum.at(high, row[known], values[known])
    absent = ~np.isfinite(low)
    return pa.array(low, mask=absent), pa.array(high, mask=absent)
