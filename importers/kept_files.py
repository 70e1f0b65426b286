"""The original files of imports: kept as they came, under the hash of their content."""

import hashlib
import shutil
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from gis_core.access import STAFF_DATABASE
from importers.datasets import dataset_of
from importers.magic import FileKind, kind_of
from importers.source_crs import SourceCrs
from layers.feature import SourceFile

_FOLDER = "imports"
_PREFIX = 20
_CHUNK_BYTES = 1 << 20


def original_files(path: Path) -> list[Path]:
    """The files that an import consists of: one, or the parts of a bare shapefile."""
    if kind_of(path) is FileKind.ZIP:
        return [path]
    return [file for _, file in sorted(dataset_of(path).parts.items())]


def hash_of(path: Path) -> str:
    """Return the `content_hash` of a file with its parts."""
    return content_hash(original_files(path))


def content_hash(files: Iterable[Path]) -> str:
    """SHA-256 over the files' extensions, sizes and bytes, as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.suffix.lower()}:{file.stat().st_size}\n".encode())
        with file.open("rb") as stream:
            while piece := stream.read(_CHUNK_BYTES):
                digest.update(piece)
    return digest.hexdigest()


@dataclass(frozen=True)
class KeptFile:
    """An original that lies under MEDIA_ROOT: its hash, and its path below that folder."""

    sha256: str
    stored_path: Path


def copy_original(path: Path, hashed: Future[str] | None = None) -> KeptFile:
    """Copy a file (with its parts) under MEDIA_ROOT; equal content is kept once.

    `hashed` is its `hash_of`, where somebody began with that before.
    """
    files = original_files(path)
    sha256 = hashed.result() if hashed else content_hash(files)
    stored = Path(_FOLDER) / sha256[:_PREFIX]
    folder = Path(settings.MEDIA_ROOT) / stored
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        target = folder / file.name
        if not target.exists() or target.stat().st_size != file.stat().st_size:
            partial = target.with_name(f".{target.name}.part")
            shutil.copyfile(file, partial)
            partial.replace(target)
    return KeptFile(sha256, stored / path.name)


def record(kept: KeptFile, crs: SourceCrs, codec: str) -> SourceFile:
    """Return the row of a kept file, read in this system and encoding; made when it is not there.

    The copy comes before the transaction ends: one that fails leaves a file that its retry takes.
    """
    rows = SourceFile.objects.using(STAFF_DATABASE)
    facts = {"sha256": kept.sha256, "filename": kept.stored_path.name, "epsg": crs.epsg}
    known = rows.filter(**facts, encoding=codec).first()
    stored_path = str(kept.stored_path)
    return known or rows.create(**facts, encoding=codec, stored_path=stored_path)
