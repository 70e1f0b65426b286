"""Keeps pyogrio from taking packages along that a reader does not need; each costs time to load."""

import sys

for _unneeded in ("shapely", "pyproj", "geopandas"):
    sys.modules[_unneeded] = None  # type: ignore[assignment]
