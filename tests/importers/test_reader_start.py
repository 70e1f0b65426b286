"""What a reader takes along: each package costs a waiting person a tenth of a second or more."""

import subprocess
import sys

import pytest
from django.conf import settings

PACKAGES = {"shapely", "pyproj", "geopandas", "pyarrow.compute", "django"}


@pytest.mark.parametrize(
    ("module", "needed"),
    [("read", set()), ("read_osm", {"shapely"}), ("read_table", {"pyarrow.compute"})],
)
def test_a_reader_loads_only_what_its_files_need(module, needed):
    program = f"import sys, importers.reader.{module}; print(*({PACKAGES} & sys.modules.keys()))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=settings.BASE_DIR,
        check=True,
        capture_output=True,
        text=True,
    )
    assert set(done.stdout.split()) == needed
