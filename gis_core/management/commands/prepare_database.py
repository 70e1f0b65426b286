"""`manage.py prepare_database`: extensions, schemas and VN-2000 systems, before the migrations."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from gis_core import database_roles


class Command(BaseCommand):
    """Idempotent; says in one line what an administrator must do where a right is missing."""

    help = "Make extensions, schemas and the official VN-2000 reference systems."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Prepare the database of DATABASE_URL."""
        try:
            done = database_roles.prepare()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        except OperationalError as error:
            raise CommandError(f"The database cannot be reached: {error}".strip()) from error
        self.stdout.write(", ".join(done) or "The database was ready already.")
