"""A GeoTIFF becomes a raster of the city: checked, put on the tile grid, described, published.

`import_raster(path, slug=…)` only reports; with `apply=True` it writes the file and its row.
"""

import hashlib
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypedDict, Unpack

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext

from gis_core.access import STAFF_DATABASE, Sensitivity
from gis_core.tile_grid import MAX_ZOOM, Bbox, pixel_size_m
from importers.raster_content import MAX_PIXELS, Content, content_of, refuse_size
from importers.raster_grid import Grid, Placement, RasterRefused, grid_of, placement
from importers.raster_writing import write_raster
from layers.feature import Layer
from layers.raster import Raster
from layers.raster_file import RasterUnreadable, open_geotiff
from layers.raster_legend import Legend, Mode, automatic_legend, read_legend

__all__ = ["RasterRefused", "RasterReport", "import_raster"]

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_MAX_SLUG = 80
_LAST_ZOOM = 20  # a coarse raster stays visible when somebody looks at one house
_SMALLEST_PX = 32  # below this a raster is a speck on the map
_READ_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Found:
    """What the file holds, where it lies, and its grid on the map."""

    content: Content
    where: Placement
    grid: Grid


@dataclass(frozen=True)
class RasterReport:
    """What was found in the file, and what was written or would be."""

    slug: str
    path: Path
    found: Found
    legend: Legend | None
    sensitivity: Sensitivity
    filename: str
    written: bool

    @property
    def bounds_4326(self) -> Bbox:
        """Return west, south, east, north of the source's own edge in degrees."""
        return self.found.grid.bounds_4326

    @property
    def min_zoom(self) -> int:
        """Return the first zoom at which the raster is more than a speck."""
        largest = max(self.found.grid.width, self.found.grid.height)
        steps = math.ceil(math.log2(max(1.0, largest / _SMALLEST_PX)))
        return max(0, self.found.grid.zoom - steps)

    @property
    def max_zoom(self) -> int:
        """Return the last zoom that is served; the file's own one is often below it."""
        return min(MAX_ZOOM, max(_LAST_ZOOM, self.found.grid.zoom))

    def lines(self) -> Iterator[str]:
        """Yield the report as text, one fact a line."""
        content, where, grid = self.found.content, self.found.where, self.found.grid
        yield f"file         {self.path} · {content.width} × {content.height} px"
        official = " (parameters of Decision 05/2007)" if where.zone else ""
        yield f"CRS          {where.name}{official}"
        yield f"bands        {content.bands} × {content.dtype}"
        yield f"nodata       {'none' if content.nodata is None else f'{content.nodata:g}'}"
        yield "bounds       " + ", ".join(f"{degree:.6f}" for degree in self.bounds_4326)
        if content.low is not None and content.high is not None:
            yield f"values       {content.low:g} to {content.high:g}"
        if self.legend is not None:
            values = ", ".join(f"{stop.value:g}" for stop in self.legend.stops[:12])
            yield f"legend       {self.legend.mode.value}: {values}"
        yield f"zooms        {self.min_zoom} to {self.max_zoom}"
        yield f"seen by      {self.sensitivity.name.lower()}"
        size = f"{grid.width} × {grid.height} px of {pixel_size_m(grid.zoom):.3f} m"
        yield f"result       {self.filename} · {size}"
        yield "written" if self.written else "nothing written; repeat with --apply"


class RasterFacts(TypedDict, total=False):
    """What people say about a raster; what is left out stays as the raster's row has it."""

    title_vi: str
    title_en: str
    unit: str
    source: str
    licence: str
    illustrative: bool
    data_date: date | None


def import_raster(
    path: Path,
    *,
    slug: str,
    legend: Sequence[Mapping[str, Any]] | None = None,
    legend_mode: str | None = None,
    sensitivity: Sensitivity | None = None,
    apply: bool = False,
    **facts: Unpack[RasterFacts],
) -> RasterReport:
    """Check a GeoTIFF and, with `apply`, serve it under `slug`; a raster of that slug is replaced.

    `legend` is a list of {"value", "color", "label_vi", "label_en"}; its `legend_mode` is `ramp`,
    `steps` or `classes`, by default `classes` for a few whole numbers, else `steps`. Legend and
    sensitivity that are not given stay as they are; a new raster gets an automatic legend and is
    public. A VN-2000 raster is placed by the official parameters. Raises RasterRefused for a file
    that cannot be taken, Invalid for a wrong legend, OSError where files cannot be read or written.
    """
    if not _SLUG.match(slug) or len(slug) > _MAX_SLUG:
        raise RasterRefused(gettext("The address %r is not lower-case letters and hyphens.") % slug)
    refuse_size(path)
    filename = f"{slug}-{_sha256(path)[:8]}.tif"
    kept = Raster.objects.using(STAFF_DATABASE).filter(slug=slug).first()
    if sensitivity is None:
        sensitivity = Sensitivity(kept.sensitivity) if kept else Sensitivity.PUBLIC
    try:
        with open_geotiff(path) as opened:
            found = _inspect(opened)
            chosen = _legend(found.content, kept, legend, legend_mode)
            if apply:
                target = Path(settings.RASTER_ROOT) / filename
                mode = None if chosen is None else chosen.mode
                write_raster(opened, found.content, found.where, found.grid, mode, target)
    except RasterUnreadable as error:
        raise RasterRefused(f"{path.name}: {error}") from error
    report = RasterReport(slug, path, found, chosen, sensitivity, filename, apply)
    if apply:
        _publish(report, facts)
    return report


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_READ_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _inspect(opened: Any) -> Found:
    content, where = content_of(opened), placement(opened)
    grid = grid_of(opened, where)
    # The grid has up to four times the pixels of the source; a thin diagonal one has many more.
    if grid.width * grid.height > 5 * MAX_PIXELS:
        raise RasterRefused(gettext("On the map the raster would be too large. Cut it into parts."))
    return Found(content, where, grid)


def _legend(
    content: Content,
    kept: Raster | None,
    given: Sequence[Mapping[str, Any]] | None,
    mode: str | None,
) -> Legend | None:
    if content.picture:
        return None
    default = Mode.CLASSES if content.classes or content.palette else Mode.STEPS
    if mode is not None:
        if mode not in set(Mode):
            raise RasterRefused(gettext("The legend's mode is one of %s.") % ", ".join(Mode))
        default = Mode(mode)
    if given is None:
        if kept is not None and kept.legend:
            return read_legend(kept.legend, default)
        if content.palette is not None:
            return content.palette
        return automatic_legend(content.low or 0.0, content.high or 0.0, content.classes)
    return read_legend(given, default)


def _publish(report: RasterReport, facts: RasterFacts) -> None:
    """Write the row; the file that it named before is removed once the row names the new one."""
    west, south, east, north = report.bounds_4326
    values = {
        **_said(facts),
        "filename": report.filename,
        "band_count": report.found.content.bands,
        "legend": [] if report.legend is None else report.legend.as_json(),
        "west": west,
        "south": south,
        "east": east,
        "north": north,
        "min_zoom": report.min_zoom,
        "max_zoom": report.max_zoom,
        "sensitivity": report.sensitivity.value,
    }
    new = {
        "title_vi": report.slug,
        "publication": Layer.Publication.PUBLISHED.value,
        **values,
    }
    rows = Raster.objects.using(STAFF_DATABASE)
    with transaction.atomic(using=STAFF_DATABASE):
        before = rows.select_for_update().filter(slug=report.slug).first()
        rows.update_or_create(slug=report.slug, defaults=values, create_defaults=new)
        if before is not None and before.filename != report.filename:
            old = Path(settings.RASTER_ROOT) / Path(before.filename).name
            transaction.on_commit(lambda: old.unlink(missing_ok=True), using=STAFF_DATABASE)


def _said(facts: RasterFacts) -> dict[str, Any]:
    """Return the facts under the names of the table's columns."""
    return {"source_note" if name == "source" else name: said for name, said in facts.items()}
