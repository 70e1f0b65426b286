"""`python -m importers.reader.read_osm`: as `read`, for OpenStreetMap data."""

from pathlib import Path

import importers.reader.lean  # noqa: F401 -- loads pyogrio

# isort: split
import pyogrio

from importers.reader import osm_file, overpass, read
from importers.reader.gdal_file import GdalFile
from importers.reader.job import Job

_CONFIGURATION = Path(__file__).parent / "osmconf.ini"


def _opened(job: Job) -> GdalFile:
    pyogrio.set_gdal_config_options({"OSM_CONFIG_FILE": str(_CONFIGURATION)})
    path = Path(job.asked["file"])
    if path.suffix == ".json":
        overpass.to_xml(path, path.with_suffix(".osm"))
        path = path.with_suffix(".osm")
    return osm_file.OsmFile(path)


if __name__ == "__main__":
    read.main(_opened, _CONFIGURATION)
