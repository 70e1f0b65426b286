"""The demonstration city: which files become which layers, as fixtures/layers.toml says."""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gis_core.access import STAFF_DATABASE, Actor, Sensitivity
from importers import kept_files
from importers.issues import FileRefused
from importers.models import ImportRun
from importers.pipeline import import_file
from importers.raster import RasterFacts, import_raster
from importers.refusals import refusal
from importers.request import ImportRequest
from layers.raster import Raster

_LAYER_FACTS = (
    "title_vi",
    "title_en",
    "description_vi",
    "description_en",
    "licence",
    "owner_unit",
    "data_date",
    "publication",
    "illustrative",
    "visible",
    "position",
    "current_only",
    "style",
)
_RASTER_FACTS = tuple(RasterFacts.__annotations__)


@dataclass(frozen=True)
class Loaded:
    """One line about one layer or raster; `unchanged` where its file had been imported before."""

    slug: str
    line: str
    unchanged: bool


def load(actor: Actor, listing: Path) -> Iterator[Loaded]:
    """Import every layer and raster that `listing` names; those imported before are passed over.

    Files are relative to the listing. Facts of a layer that exists stay as they are. Raises
    FileRefused, naming the layer, when one cannot be imported.
    """
    try:
        table = tomllib.loads(listing.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise refusal("unreachable", str(listing), {"reason": str(error)}) from error
    for entry in table.get("layer", []):
        yield _load_layer(actor, entry, listing.parent)
    for entry in table.get("raster", []):
        yield _load_raster(entry, listing.parent)


def _load_layer(actor: Actor, entry: Mapping[str, Any], folder: Path) -> Loaded:
    slug = str(entry["slug"])
    facts = {name: entry[name] for name in _LAYER_FACTS if name in entry}
    facts["source_note"] = entry["source"]
    facts["sensitivity"] = Sensitivity[str(entry["sensitivity"]).upper()].value
    request = ImportRequest(
        path=folder / str(entry["file"]),
        theme=str(entry["theme"]),
        slug=slug,
        mapping=entry.get("map", {}),
        create_layer=True,
        layer_facts=facts,
        apply=True,
    )
    if _imported_before(request):
        return Loaded(slug, f"{slug}: unchanged", True)
    try:
        report = import_file(actor, request)
    except FileRefused as error:
        raise FileRefused(f"{slug}: {error.detail}") from error
    return Loaded(slug, report.summary(), False)


def _imported_before(request: ImportRequest) -> bool:
    """Tell whether the layer's last import was of this very file, read in this very way."""
    last = (
        ImportRun.objects.using(STAFF_DATABASE)
        .filter(layer__slug=request.slug)
        .select_related("source")
        .first()
    )
    return (
        last is not None
        and last.options == request.options()
        and last.source.sha256 == kept_files.hash_of(request.path)
    )


def _load_raster(entry: Mapping[str, Any], folder: Path) -> Loaded:
    slug, path = str(entry["slug"]), folder / str(entry["file"])
    known = Raster.objects.using(STAFF_DATABASE).filter(slug=slug).first()
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if known is not None and digest[:8] in known.filename:
        return Loaded(slug, f"{slug}: unchanged", True)
    facts: Any = {name: entry[name] for name in _RASTER_FACTS if name in entry}
    report = import_raster(
        path,
        slug=slug,
        legend=entry.get("legend"),
        sensitivity=Sensitivity[str(entry["sensitivity"]).upper()],
        apply=True,
        **facts,
    )
    return Loaded(slug, f"{slug}: raster, zooms {report.min_zoom} to {report.max_zoom}", False)
