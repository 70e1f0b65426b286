"""`manage.py import_osm [--apply]`: OpenStreetMap of the city into layers of its own."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from gis_core.access import STAFF_DATABASE, system_actor
from gis_core.errors import CityError
from importers.overpass_request import fetch
from importers.pipeline import import_file
from importers.request import ImportRequest

_FILE = "openstreetmap.json"
_LICENCE = "ODbL 1.0"
_SOURCE = "© OpenStreetMap contributors"
# layer of the file, theme, slug, titles
_LAYERS = (
    ("infrastructure: line", "osm-streets", "Đường (OpenStreetMap)", "Streets (OpenStreetMap)"),
    ("infrastructure: point", "osm-facilities", "Tiện ích (OpenStreetMap)", "Facilities (OSM)"),
    ("topography: area", "osm-ground", "Nền địa lý (OpenStreetMap)", "Base map (OpenStreetMap)"),
    ("tourism: point", "osm-attractions", "Điểm đến (OpenStreetMap)", "Sites (OpenStreetMap)"),
)


class Command(BaseCommand):
    """Asks Overpass for the configured city; dry run by default."""

    help = "Import OpenStreetMap of the city, asked from Overpass; dry run by default."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--apply", action="store_true", help="write, one change set a layer")
        parser.add_argument("--file", type=Path, help="an answer of Overpass that was kept")
        parser.add_argument("--keep", type=Path, help="keep the answer in this file")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Import all layers or none, and print their reports; problems end in one line."""
        with TemporaryDirectory(prefix="osm-") as folder:
            path = options["file"] or options["keep"] or Path(folder) / _FILE
            try:
                if not options["file"]:
                    fetch(path)
                with transaction.atomic(using=STAFF_DATABASE):
                    reports = [
                        import_file(system_actor("import_osm"), request)
                        for request in _requests(path, apply=options["apply"])
                    ]
            except CityError as error:
                raise CommandError(error.detail) from error
        for report in reports:
            self.stdout.write(report.summary())


def _requests(path: Path, *, apply: bool) -> Iterator[ImportRequest]:
    for source_layer, slug, title_vi, title_en in _LAYERS:
        facts = {"title_vi": title_vi, "title_en": title_en}
        facts |= {"licence": _LICENCE, "source_note": _SOURCE}
        yield ImportRequest(
            path=path,
            theme=source_layer.partition(":")[0],
            slug=slug,
            source_layer=source_layer,
            create_layer=True,
            layer_facts=facts,
            apply=apply,
        )
