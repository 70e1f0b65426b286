"""The original files of imports: kept as they came, under the hash of their content."""

import hashlib
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from django.conf import settings

from gis_core.access import STAFF_DATABASE
from importers.magic import FileKind, kind_of
from importers.source import shapefile_parts
from importers.source_crs import SourceCrs
from layers.feature import SourceFile

_FOLDER = "imports"
_PREFIX = 20
_CHUNK_BYTES = 1 << 20
_SHAPEFILE_PARTS = frozenset({".shp", ".shx", ".dbf", ".prj", ".cpg"})


def original_files(path: Path) -> list[Path]:
    """The files that an import consists of: one, or the parts of a bare shapefile."""
    if kind_of(path) is not FileKind.SHAPEFILE:
        return [path]
    parts: Mapping[str, Path] = {**shapefile_parts(path), ".shp": path}
    return [file for suffix, file in sorted(parts.items()) if suffix in _SHAPEFILE_PARTS]


def content_hash(files: Iterable[Path]) -> str:
    """SHA-256 over the files' extensions, sizes and bytes, as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.suffix.lower()}:{file.stat().st_size}\n".encode())
        with file.open("rb") as stream:
            while piece := stream.read(_CHUNK_BYTES):
                digest.update(piece)
    return digest.hexdigest()


def keep(path: Path, sha256: str, crs: SourceCrs, codec: str) -> SourceFile:
    """Copy the original under MEDIA_ROOT and return its row; equal content is kept once.

    The copy comes before the transaction ends: one that fails leaves a file that its retry takes.
    """
    known = SourceFile.objects.using(STAFF_DATABASE).filter(
        sha256=sha256, filename=path.name, epsg=crs.epsg, encoding=codec
    )
    found = known.first()
    stored = Path(_FOLDER) / sha256[:_PREFIX]
    folder = Path(settings.MEDIA_ROOT) / stored
    folder.mkdir(parents=True, exist_ok=True)
    for file in original_files(path):
        target = folder / file.name
        if not target.exists() or target.stat().st_size != file.stat().st_size:
            partial = target.with_name(f".{target.name}.part")
            shutil.copyfile(file, partial)
            partial.replace(target)
    return found or SourceFile.objects.using(STAFF_DATABASE).create(
        sha256=sha256,
        filename=path.name,
        stored_path=str(stored / path.name),
        epsg=crs.epsg,
        encoding=codec,
    )
