"""`manage.py export_map --layers a,b --output FILE`: a map to hand out, as one HTML file."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from gis_core.city import city
from gis_core.errors import CityError
from map_ui.stand_alone import document
from map_ui.stand_alone_content import collect


class Command(BaseCommand):
    """Writes what the public may see; it opens in any browser, without a network."""

    help = "Write a stand-alone HTML map of public layers."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare what is shown and where it is written."""
        parser.add_argument("--layers", required=True, help="addresses, separated by commas")
        parser.add_argument("--output", required=True, type=Path, help="HTML file to write")
        parser.add_argument("--lang", default=city().languages[0], choices=city().languages)
        parser.add_argument("--title", default="", help="heading (default: city and layers)")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write the file whole or not at all, and print one line about it."""
        output: Path = options["output"]
        slugs = [slug.strip() for slug in options["layers"].split(",") if slug.strip()]
        if not slugs:
            raise CommandError("--layers: name at least one layer")
        try:
            content = collect(slugs, options["lang"], options["title"])
            text = document(content, options["lang"])
            part = output.with_name(f".{output.name}.part")
            part.write_text(text, encoding="utf-8")
            part.replace(output)
        except (CityError, ImproperlyConfigured, OSError) as error:
            detail = getattr(error, "detail", "") or str(error)
            raise CommandError(f"{detail} ({', '.join(slugs)})") from error
        size = len(text.encode()) / 1024**2
        self.stdout.write(f"{output}: {content.features} features, {size:.1f} MB")
