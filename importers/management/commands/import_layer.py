"""`manage.py import_layer FILE --theme T --layer SLUG [--apply]`: a vector file into a layer."""

import json
import sys
import warnings
from argparse import ArgumentTypeError
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError
from django.utils import translation
from django.utils.translation import gettext

from gis_core.access import Sensitivity, system_actor
from gis_core.errors import CityError
from importers.geometry_kinds import CHOICES
from importers.mapping import parse_pairs
from importers.pipeline import import_file
from importers.profiles import save_profile, with_profile
from importers.progress import progress_on
from importers.refusals import refusal
from importers.rejected_rows import write_rejected
from importers.report import Report
from importers.request import ImportRequest
from importers.several_kinds import KindsReport, import_kinds
from importers.shapes import KINDS
from importers.understanding import Understanding, understand
from layers import table_indexes
from layers.feature import Layer
from layers.registry import theme_keys

_LAYER_TEXTS = (
    "title_vi",
    "title_en",
    "description_vi",
    "description_en",
    "source_note",
    "licence",
    "owner_unit",
)


class Command(BaseCommand):
    """Dry run by default: says what is new, changed, same and rejected, and writes nothing."""

    help = "Import a file of geodata into a layer; dry run by default."

    requires_system_checks: list[str] = []  # the checks load every page, which takes a second

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options; what is left out is decided by what the file says."""
        _add_reading(parser)
        _add_outcome(parser)
        _add_layer(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Import and print the report; file problems end in one line."""
        actor = system_actor("import_layer")
        warnings.simplefilter("ignore", RuntimeWarning)  # of numbers that the report names by row
        bar = progress_on(sys.stderr)
        report: Report | KindsReport | Understanding
        try:
            request = _request(options)
            if options["profile"]:
                request = with_profile(actor, request, options["profile"])
            if options["save_profile"]:
                save_profile(actor, options["save_profile"], request, understand(actor, request))
            if options["understand"]:
                report = understand(actor, request)
            else:
                others = _others(request, options["also"])
                if others:
                    report = import_kinds(actor, [request, *others], progress=bar)
                else:
                    report = import_file(actor, request, progress=bar)
                if options["rejected"] is not None:
                    write_rejected(actor, request, report.rejections, options["rejected"])
            self._show(report, options["report_json"])
            if options["apply"]:
                self._complete_indexes()
        except CityError as error:
            raise CommandError(error.detail) from error
        except OperationalError as error:
            words = gettext("The database cannot be reached. Start it, then run this again.")
            raise CommandError(f"{words} ({error})".replace("\n", " ")) from error

    def _show(self, report: Report | KindsReport | Understanding, target: Path | None) -> None:
        text = json.dumps(report.as_dict(), ensure_ascii=False, indent=1)
        if target == Path("-"):
            self.stdout.write(text)
            return
        if target is not None:
            target.write_text(text + "\n", encoding="utf-8")
        for line in report.lines():
            self.stdout.write(line)

    def _complete_indexes(self) -> None:
        """Build what the search and the attribute table need; the rows are there and stay."""
        self.stdout.flush()
        if not table_indexes.all_missing():
            return
        words = gettext(
            "The rows are there. Building what the search and the attribute table need …"
        )
        self.stderr.write(words)
        if left := table_indexes.complete():
            self.stderr.write(gettext("Left to the worker: %(names)s") % {"names": ", ".join(left)})


def _add_reading(parser: CommandParser) -> None:
    """Declare what the file is and how it is read."""
    parser.add_argument("file", type=Path)
    parser.add_argument("--theme", required=True, choices=theme_keys())
    parser.add_argument("--layer", required=True, metavar="SLUG")
    parser.add_argument("--apply", action="store_true", help="write, as one change set")
    parser.add_argument("--source-layer", default="", help="layer inside the file")
    parser.add_argument("--encoding", default="", help="of a shapefile's text, e.g. cp1258")
    parser.add_argument("--column-encoding", action="append", default=[], metavar="COLUMN=ENCODING")
    parser.add_argument(
        "--source-crs",
        default="",
        help="e.g. EPSG:9210, EPSG:9210+swapped (northing first), EPSG:9210+unshifted (nội bộ)",
    )
    parser.add_argument(
        "--geometry", default="", choices=CHOICES, help="kind of shapes to take of a mixed file"
    )
    parser.add_argument(
        "--also",
        action="append",
        default=[],
        metavar="KIND=SLUG",
        help="another kind of the same file and its layer, such as lines=streets; with --geometry",
    )
    parser.add_argument("--profile", default="", metavar="NAME", help="read as saved before")
    parser.add_argument("--save-profile", default="", metavar="NAME")
    parser.add_argument("--map", action="append", default=[], metavar="FIELD=COLUMN")
    parser.add_argument("--key", action="append", default=[], metavar="COLUMN")


def _add_outcome(parser: CommandParser) -> None:
    """Declare what is done with what the file does not have, and what is told."""
    parser.add_argument(
        "--retire-missing",
        type=_day,
        metavar="DAY",
        help="features that the file does not have end on this day; left out, they stay",
    )
    parser.add_argument(
        "--rejected",
        type=Path,
        metavar="FILE",
        help="rejected rows with reasons and all columns, as .gpkg or .csv",
    )
    parser.add_argument(
        "--understand", action="store_true", help="say what the file is, and import nothing"
    )
    parser.add_argument(
        "--report-json", type=Path, metavar="FILE", help="write the report as JSON; - prints it"
    )


def _add_layer(parser: CommandParser) -> None:
    """Declare the facts of a new layer."""
    new = parser.add_argument_group("a layer that is not there yet")
    new.add_argument("--create-layer", action="store_true")
    for name in _LAYER_TEXTS:
        new.add_argument(f"--{name.replace('_', '-')}", default="")
    new.add_argument("--sensitivity", choices=[level.name.lower() for level in Sensitivity])
    new.add_argument("--publication", choices=Layer.Publication.values)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a day such as 2026-01-31") from error


def _request(options: dict[str, Any]) -> ImportRequest:
    facts: dict[str, Any] = {name: options[name] for name in _LAYER_TEXTS if options[name]}
    if options["sensitivity"]:
        facts["sensitivity"] = Sensitivity[options["sensitivity"].upper()].value
    if options["publication"]:
        facts["publication"] = options["publication"]
    return ImportRequest(
        path=options["file"],
        theme=options["theme"],
        slug=options["layer"],
        source_layer=options["source_layer"],
        encoding=options["encoding"],
        column_encodings=parse_pairs(
            options["column_encoding"], "--column-encoding COLUMN=ENCODING"
        ),
        source_crs=options["source_crs"],
        geometry=options["geometry"],
        mapping=parse_pairs(options["map"]),
        keys=tuple(options["key"]),
        create_layer=options["create_layer"],
        layer_facts=facts,
        retire_on=options["retire_missing"],
        apply=options["apply"],
    )


def _others(request: ImportRequest, pairs: Sequence[str]) -> list[ImportRequest]:
    """Return what is asked for the other kinds; FileRefused where it is not clear."""
    if not pairs:
        return []
    also = parse_pairs(pairs, "--also KIND=SLUG")
    slugs = {request.slug, *also.values()}
    kinds = {request.geometry, *also}
    if len(kinds) <= len(pairs) or not kinds <= CHOICES.keys():
        raise refusal("also_wrong", facts={"kinds": ", ".join(CHOICES)})
    if len(slugs) <= len(also):
        raise refusal("also_same_layer")
    titles = {name: text for name, text in request.layer_facts.items() if name.startswith("title_")}
    return [
        replace(
            request,
            geometry=kind,
            slug=slug,
            layer_facts={
                **request.layer_facts,
                **{name: f"{text} ({_kind(kind, name[-2:])})" for name, text in titles.items()},
            },
        )
        for kind, slug in also.items()
    ]


def _kind(kind: str, language: str) -> str:
    with translation.override(language):
        return str(KINDS[CHOICES[kind]])
