"""Uploaded files of an import: streamed to a folder of their own, bounded, cleaned away."""

import errno
import secrets
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext

from gis_core.access import STAFF_DATABASE
from gis_core.errors import Busy, Invalid, TooLarge
from importers.formats import FORMATS
from importers.models import ImportJob
from importers.refusals import refusal

KEPT_DAYS = 14  # after the last change of an import
MOST_FILES = 40
_CHUNK_BYTES = 1 << 20
_LONGEST_NAME = 120
_PARTS = [form.parts for form in FORMATS.values()]
# Beside the data itself; some formats bring them along, some programs add them.
COMPANIONS = frozenset(
    {part for parts in _PARTS for part in parts[1:]}
    | {".prj", ".cpg", ".qpj", ".sbn", ".sbx", ".qix", ".xml", ".qmd"}
)
_OTHER_SUFFIXES = (".json", ".geojsons", ".kmz", ".tsv", ".txt")
DATA = tuple(dict.fromkeys((".zip", *(parts[0] for parts in _PARTS), *_OTHER_SUFFIXES)))
_NOTES = ".txt"  # a table, or a note beside the data
# What people send that is close to what can be read → the refusal that says what to send instead.
_NEARLY = {
    ".dwg": "drawing_dwg",
    ".xls": "old_office",
    **dict.fromkeys((".pdf", ".doc", ".docx"), "document"),
    **dict.fromkeys((".rar", ".7z", ".gz", ".tar", ".tgz", ".bz2", ".xz"), "other_archive"),
}
_PICTURES = frozenset({".tif", ".tiff", ".jpg", ".jpeg", ".png", ".jp2", ".ecw", ".sid"})


class Readable(Protocol):
    """What the body of a request offers."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, empty at the end."""


def limit_bytes() -> int:
    """Return how many bytes the files of one import may have in all."""
    return int(settings.IMPORT_MAX_BYTES)


def folder_of(job: ImportJob) -> Path:
    """Return the folder of an import's files."""
    return Path(settings.IMPORT_ROOT) / job.folder


def new_folder() -> str:
    """Make an empty folder under a name that nobody guesses; return the name."""
    name = secrets.token_hex(16)
    path = Path(settings.IMPORT_ROOT) / name
    path.mkdir(parents=True, mode=0o700)
    return name


def same_files(job: ImportJob) -> str:
    """Make a folder with the uploaded files of an import once more; return its name.

    No byte is copied where the disk can give a file a second name. Raises Invalid where the files
    have been cleaned away.
    """
    before = folder_of(job)
    paths = [before / str(entry["name"]) for entry in job.files]
    if not paths or not all(path.exists() for path in paths):
        words = gettext("The files of this import are no longer kept. Please upload them again.")
        raise Invalid(words)
    name = new_folder()
    for path in paths:
        target = before.parent / name / path.name
        try:
            target.hardlink_to(path)
        except OSError:
            shutil.copyfile(path, target)
    return name


def plain_name(name: str) -> str:
    """Return the name under which a file is kept: no folders, nothing invisible, not too long.

    Raises Invalid for a kind of file that no import takes.
    """
    base = name.replace("\\", "/").rpartition("/")[2]
    base = "".join(letter for letter in base if letter.isprintable()).strip().lstrip(".")
    stem, dot, suffix = base.rpartition(".")
    if stem and f"{dot}{suffix}".lower() in _PICTURES:
        words = gettext(
            "“%(name)s” is a picture, not map data. An administrator loads GeoTIFF pictures for"
            " everybody; ask for that."
        )
        raise Invalid(words % {"name": base})
    if stem and f"{dot}{suffix}".lower() in _NEARLY:
        raise Invalid(refusal(_NEARLY[f"{dot}{suffix}".lower()], base).detail)
    if not stem or f"{dot}{suffix}".lower() not in {*DATA, *COMPANIONS}:
        words = gettext("“%(name)s” cannot be imported. Files that can: %(kinds)s.")
        kinds = ", ".join(kind.lstrip(".") for kind in DATA)
        raise Invalid(words % {"name": base or name[:40], "kinds": kinds})
    return f"{stem[: _LONGEST_NAME - len(suffix) - 1]}.{suffix}"


def store(job: ImportJob, name: str, body: Readable, claimed_bytes: int | None) -> int:
    """Stream one file into the folder of an import and return its size in bytes.

    Raises TooLarge, Invalid for an empty body, Busy when the disk is full; nothing is left then.
    """
    others = [entry for entry in job.files if entry["name"] != name]
    if len(others) >= MOST_FILES:
        raise Invalid(gettext("An import takes at most %d files; send a zip.") % MOST_FILES)
    room = limit_bytes() - sum(int(entry["bytes"]) for entry in others)
    if claimed_bytes is not None and claimed_bytes > room:
        raise _too_large(name)
    partial = folder_of(job) / f".{secrets.token_hex(8)}.part"
    try:
        size = _written(body, partial, name, room)
        if size == 0:
            words = gettext("“%s” is empty. Choose the file again; it may still be being copied.")
            raise Invalid(words % name)
        if claimed_bytes is not None and size < claimed_bytes:
            raise Invalid(gettext("“%s” did not arrive whole. Please send it again.") % name)
        partial.replace(folder_of(job) / name)
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        words = gettext("The server's disk is full. Nothing was kept; tell the administrator.")
        raise Busy(words) from error
    finally:
        partial.unlink(missing_ok=True)
    return size


def _written(body: Readable, target: Path, name: str, room: int) -> int:
    size = 0
    with target.open("xb") as stream:
        for piece in _pieces(body):
            size += len(piece)
            if size > room:
                raise _too_large(name)
            stream.write(piece)
    return size


def _pieces(body: Readable) -> Iterator[bytes]:
    while piece := body.read(_CHUNK_BYTES):
        yield piece


def _too_large(name: str) -> TooLarge:
    words = gettext("“%(name)s” is too large: an import takes %(limit)s MB in all.")
    return TooLarge(words % {"name": name, "limit": limit_bytes() // 1_000_000})


def main_file(job: ImportJob) -> Path:
    """Return the file that holds the data; raises FileRefused where it is none or several."""
    names = [str(entry["name"]) for entry in job.files]
    found = [name for name in names if Path(name).suffix.lower() in DATA]
    if len(found) > 1:
        found = [name for name in found if Path(name).suffix.lower() != _NOTES] or found
    if len(found) == 1:
        return folder_of(job) / found[0]
    if not found:
        raise refusal("no_data")
    raise refusal("several_sets", facts={"names": sorted(found)})


def remove(job: ImportJob) -> None:
    """Remove the folder of an import with everything in it."""
    shutil.rmtree(folder_of(job), ignore_errors=True)


def clean() -> int:
    """Remove the files of imports that nobody has touched for `KEPT_DAYS`; return how many.

    What waits for a review stays. Imports that had not ended are cancelled.
    """
    before = timezone.now() - timedelta(days=KEPT_DAYS)
    old = ImportJob.objects.using(STAFF_DATABASE).filter(changed_at__lt=before)
    count = 0
    for job in old.exclude(state=ImportJob.State.SUBMITTED):
        if folder_of(job).exists():
            remove(job)
            count += 1
        if job.state not in ImportJob.ENDED:
            rows = ImportJob.objects.using(STAFF_DATABASE).filter(pk=job.pk, state=job.state)
            rows.update(state=ImportJob.State.CANCELLED, ended_at=timezone.now())
    return count
