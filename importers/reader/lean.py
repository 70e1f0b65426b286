"""Loads pyogrio without packages that it takes along and most readers need not; each costs time."""

import sys

_UNNEEDED = [name for name in ("shapely", "pyproj", "geopandas") if name not in sys.modules]
for _name in _UNNEEDED:
    sys.modules[_name] = None  # type: ignore[assignment]

# isort: split
import pyogrio  # noqa: E402, F401

for _name in _UNNEEDED:
    del sys.modules[_name]
