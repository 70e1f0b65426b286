"""`manage.py load_demo`: the demonstration city, through the same importer as any other file."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from gis_core.access import system_actor
from gis_core.errors import CityError
from importers.demo import load


class Command(BaseCommand):
    """Imports what is missing or whose file changed; quick when there is nothing to do."""

    help = "Load the demonstration city of fixtures/layers.toml; a second run changes nothing."

    requires_system_checks: list[str] = []  # the checks load every page, which takes a second

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare where the list of layers is."""
        parser.add_argument(
            "--list", type=Path, default=Path(settings.BASE_DIR) / "fixtures/layers.toml"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print one line for each layer; at verbosity 0 nothing."""
        try:
            for loaded in load(system_actor("demo data"), options["list"]):
                if options["verbosity"] > 0:
                    self.stdout.write(loaded.line)
        except CityError as error:
            raise CommandError(error.detail) from error
        except OperationalError as error:
            raise CommandError(f"The database cannot be reached: {error}".strip()) from error
