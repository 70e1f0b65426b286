"""`python -m importers.reader.read_drawing`: as `read`, for drawings, which need shapely."""

from pathlib import Path

import pyogrio

from importers.reader import drawing_file, dxf, read
from importers.reader.gdal_file import GdalFile
from importers.reader.job import Job

_LEVELS = {".dxf": "Layer", ".dgn": "Level"}


def _opened(job: Job) -> GdalFile:
    path, wanted = Path(job.asked["file"]), str(job.asked["wanted"])
    byte_by_byte = bool(job.asked["byte_by_byte"])
    if byte_by_byte:
        pyogrio.set_gdal_config_options({"DXF_ENCODING": "ISO-8859-1"})
    elif path.suffix == ".dxf" and dxf.is_utf8(path):
        pyogrio.set_gdal_config_options({"DXF_ENCODING": "UTF-8"})
    raw = byte_by_byte and path.suffix == ".dgn"
    return drawing_file.DrawingFile(path, _LEVELS[path.suffix], wanted=wanted, raw_text=raw)


if __name__ == "__main__":
    read.main(_opened)
