"""`manage.py write_data_dictionary`: docs/data-dictionary.md from the registry and the models."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from layers.data_dictionary import data_dictionary


class Command(BaseCommand):
    """Writes the file; needs no database."""

    help = "Write docs/data-dictionary.md from the registry of themes and the models."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare `--output`."""
        default = settings.BASE_DIR / "docs/data-dictionary.md"
        parser.add_argument("--output", type=Path, default=default, help="file to write")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write the file and say where."""
        path: Path = options["output"]
        path.write_text(data_dictionary(), encoding="utf-8")
        self.stdout.write(f"Written: {path}")
