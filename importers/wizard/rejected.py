"""The rows that a dry run rejected, kept beside the uploaded files until these are cleaned away."""

from pathlib import Path

from gis_core.access import Actor
from importers.rejected_rows import FORMATS, write_rejected
from importers.rejections import Rejections
from importers.request import ImportRequest

_NAME = "rejected-rows"


def write(actor: Actor, request: ImportRequest, rejections: Rejections, folder: Path) -> None:
    """Write the rows in each format that people may download; those of a dry run before go."""
    for path in files(folder).values():
        path.unlink()
    if not rejections:
        return
    for suffix in FORMATS:
        partial = folder / f".{_NAME}{suffix}"
        write_rejected(actor, request, rejections, partial)
        if partial.exists():
            partial.replace(folder / f"{_NAME}{suffix}")


def files(folder: Path) -> dict[str, Path]:
    """Return format, such as `csv`, → file, of those that are there."""
    paths = {suffix.lstrip("."): folder / f"{_NAME}{suffix}" for suffix in FORMATS}
    return {name: path for name, path in paths.items() if path.exists()}
