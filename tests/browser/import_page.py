"""What tests of the import pages do with them: bring files, wait for the server, clean up."""

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyogrio.raw
import shapely
from django.db import connections
from playwright.sync_api import Page, expect
from sample_features import remove

from importers.models import ImportJob, ImportProfile, ImportRun
from layers.models import Layer

EAST, NORTH = 567_000.0, 1_145_000.0  # metres in the city's zone of VN-2000
PATIENCE_MS = 60_000  # a worker that shares two processors with the browser and the database


def bring(page: Page, theme: str, title: str, files: Sequence[Path]) -> None:
    """Begin an import into a new layer; returns when the page says something about the files."""
    page.select_option("#target", f"new:{theme}")
    page.fill("#new-title", title)
    page.set_input_files("#files", [str(path) for path in files])
    page.wait_for_url(re.compile(r"/import/\d+"))
    settled(page)


def settled(page: Page) -> None:
    """Wait until the server is not at work on the import any more."""
    expect(page.locator(".stepper")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("#step .working")).to_have_count(0, timeout=PATIENCE_MS)


def dry_run(page: Page) -> None:
    """Go from the understood file to the end of its dry run, answering nothing."""
    page.get_by_role("button", name="Tiếp: các trường").click()
    page.locator(".actions").get_by_role("button", name="Chạy thử").click()
    expect(page.locator("#step .working")).to_have_count(1)
    settled(page)


def parcels(folder: Path, number_column: str) -> Path:
    """Write three parcels without a .prj, one twice, with letters in TCVN3; return their zip."""
    folder.mkdir(exist_ok=True)
    squares = [
        shapely.box(EAST + 30 * n, NORTH, EAST + 30 * n + 20, NORTH + 20) for n in (0, 1, 1, 2)
    ]
    columns = {
        "SHBANDO": ["5"] * 4,
        number_column: ["1", "2", "2", "3"],
        "LOAI_DAT": ["ODT"] * 4,
        "TENCHU": ["NguyÔn V¨n B×nh", "TrÇn ThÞ Hång", "TrÇn ThÞ Hång", "Lª Minh §øc"],
    }
    pyogrio.raw.write(
        folder / "thua.shp",
        shapely.to_wkb(np.array(squares, dtype=object)),
        [np.array(values) for values in columns.values()],
        list(columns),
        geometry_type="Polygon",
        crs=None,  # the point of it
        encoding="ISO-8859-1",
    )
    (folder / "thua.cpg").unlink(missing_ok=True)
    archive = folder / "thửa đất.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        for part in sorted(folder.glob("thua.*")):
            opened.write(part, f"đo vẽ/{part.name}")
    return archive


def clean(title: str) -> None:
    """Take away what imports into a new layer of this title left."""
    jobs = list(ImportJob.objects.filter(new_layer_title=title))
    layers = list(Layer.objects.filter(slug__in=[job.slug for job in jobs]))
    for job in jobs:
        job.delete()
    ImportProfile.objects.filter(name__startswith=title).delete()
    ImportRun.objects.filter(layer__in=layers).delete()
    remove(layers)
    connections.close_all()  # Playwright's loop has connections of its own, which nobody else ends
