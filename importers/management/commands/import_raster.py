"""`manage.py import_raster FILE --slug S [--apply]`: a GeoTIFF becomes a raster of the city."""

import json
import tomllib
from argparse import ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from gis_core.access import Sensitivity
from gis_core.errors import CityError
from importers.raster import RasterFacts, import_raster

_FACTS = tuple(RasterFacts.__annotations__)


class Command(BaseCommand):
    """Reports what the file holds; writes only with --apply."""

    help = "Check a GeoTIFF and, with --apply, serve it as map tiles under an address."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the file and what is said about it."""
        parser.add_argument("file", type=Path, help="GeoTIFF: one band of values, or RGB(A)")
        parser.add_argument("--slug", required=True, help="address, such as flood-depth")
        parser.add_argument("--title-vi", help="title in Vietnamese")
        parser.add_argument("--title-en", help="title in English")
        parser.add_argument("--unit", help="unit of the values, such as m")
        parser.add_argument(
            "--legend",
            type=Path,
            help='legend.toml or .json: mode = "ramp|steps|classes" and [[legend]] entries with'
            " value, color, label_vi, label_en",
        )
        parser.add_argument("--source", help="where the data come from")
        parser.add_argument("--licence", help="terms under which they may be used")
        parser.add_argument("--data-date", type=_day, help="day that the data describe, YYYY-MM-DD")
        parser.add_argument(
            "--illustrative",
            action="store_true",
            default=None,
            help="invented data; the map will say so",
        )
        parser.add_argument(
            "--sensitivity",
            choices=[level.name.lower() for level in Sensitivity],
            help="who may see it (a new raster: public)",
        )
        parser.add_argument("--apply", action="store_true", help="write; without it only report")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print the report; a file that cannot be taken is one line on standard error."""
        facts: Any = {name: options[name] for name in _FACTS if options[name] is not None}
        level = options["sensitivity"]
        try:
            mode, legend = _legend_file(options["legend"]) if options["legend"] else (None, None)
            report = import_raster(
                options["file"],
                slug=options["slug"],
                legend=legend,
                legend_mode=mode,
                sensitivity=None if level is None else Sensitivity[level.upper()],
                apply=options["apply"],
                **facts,
            )
        except CityError as error:
            raise CommandError(error.detail) from error
        except OSError as error:
            raise CommandError(str(error)) from error
        for line in report.lines():
            self.stdout.write(line)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a day such as 2026-01-31") from error


def _legend_file(path: Path) -> tuple[str | None, list[dict[str, Any]]]:
    """Return mode (None: not said) and entries of a legend file; raises CommandError."""
    try:
        text = path.read_text(encoding="utf-8")
        table = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except ValueError as error:
        raise CommandError(f"{path}: {error}") from error
    if isinstance(table, list):
        table = {"legend": table}
    entries = table.get("legend") if isinstance(table, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise CommandError(f"{path}: holds no list of [[legend]] entries")
    mode = table.get("mode")
    return (None if mode is None else str(mode)), entries
