"""A file as GDAL reads it: its layers, what it says of one, and its rows."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import importers.reader.lean  # noqa: F401 -- loads pyogrio

# isort: split
import pyarrow as pa
import pyogrio
from pyogrio.raw import open_arrow

Batch = tuple[pa.RecordBatch, str]
PACKAGE = Path(pyogrio.__file__).parent


class GdalFile:
    """A file that needs no more than GDAL. `options` are GDAL's for opening it.

    `hide_empty`: layers without rows are none.
    """

    def __init__(
        self, path: Path, options: Mapping[str, str] | None = None, *, hide_empty: bool = False
    ) -> None:
        self.path, self._options, self._hide_empty = path, options or {}, hide_empty
        self.left_out = 0  # rows at the end, once all were read, that are no data

    def first_row(self, _layer: str) -> int:
        """Return the number of the first row, as people count the rows of such a file."""
        return 1

    def layers(self) -> list[str]:
        """Return the names of the layers with shapes."""
        names = [name for name, shape in self.all_layers().items() if shape is not None]
        if not self._hide_empty:
            return names
        return [name for name in names if self._info(name, force_feature_count=True)["features"]]

    def all_layers(self) -> Mapping[str, str | None]:
        """Return every layer with its type of shape, None for a table."""
        return {str(name): shape for name, shape in pyogrio.list_layers(self.path)}

    def described(self, layer: str, encoding: str | None) -> dict[str, Any]:
        """Return columns, geometry_type, rows, bounds and crs of a layer, as the file claims."""
        info = self._info(layer, encoding=encoding, force_total_bounds=True)
        bounds = info["total_bounds"]
        return {
            "columns": [str(name) for name in info["fields"]],
            "geometry_type": str(info["geometry_type"] or "Unknown"),
            "rows": int(info["features"]),
            "bounds": None if bounds is None else [float(value) for value in bounds],
            "crs": str(info["crs"] or ""),
        }

    def batches(self, layer: str, encoding: str | None, rows: int) -> Iterator[Batch]:
        """Yield (batch, name of the geometry column) of a layer."""
        with open_arrow(
            self.path,
            layer=layer,
            encoding=encoding,
            use_pyarrow=True,
            batch_size=rows,
            **self._options,
        ) as (meta, reader):
            geometry = meta["geometry_name"] or "wkb_geometry"
            for batch in reader:
                yield batch, geometry

    def _info(self, layer: str, **wanted: Any) -> dict[str, Any]:
        info: dict[str, Any] = pyogrio.read_info(self.path, layer=layer, **wanted, **self._options)
        return info
