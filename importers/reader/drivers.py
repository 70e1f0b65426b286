"""Leaves GDAL one driver: the one whose format the file was found to have.

GDAL tries all its drivers on a file, among them those that read other files and call addresses that
a file names. pyogrio has no way to name one, so the others are taken off GDAL's own list.
"""

import ctypes
from pathlib import Path

import importers.reader.lean  # noqa: F401 -- loads pyogrio

# isort: split
import pyogrio

_MAPS = Path("/proc/self/maps")


def keep_only(names: frozenset[str]) -> None:
    """Take every driver but these off GDAL's list; OSError if any other remains."""
    gdal = _gdal
    gdal.GDALGetDriver.restype = ctypes.c_void_p
    gdal.GDALGetDriverShortName.restype = ctypes.c_char_p
    gdal.GDALGetDriverShortName.argtypes = [ctypes.c_void_p]
    gdal.GDALDeregisterDriver.argtypes = [ctypes.c_void_p]
    gdal.GDALDeregisterDriver.restype = None
    for place in reversed(range(gdal.GDALGetDriverCount())):
        driver = gdal.GDALGetDriver(place)
        if gdal.GDALGetDriverShortName(driver).decode() not in names:
            gdal.GDALDeregisterDriver(driver)
    if gdal.GDALGetDriverCount() > len(names) or not pyogrio.list_drivers().keys() <= names:
        raise OSError("GDAL keeps drivers that nobody asked for")


def _library() -> str:
    """Return the path of the GDAL that pyogrio uses, whether its own or the system's."""
    for line in _MAPS.read_text(encoding="utf-8", errors="replace").splitlines():
        path = line[line.find("/") :]
        if "libgdal" in Path(path).name:
            return path
    raise OSError("no GDAL is loaded")


_gdal = ctypes.CDLL(_library())  # found before the walls stand: afterwards nobody reads _MAPS
