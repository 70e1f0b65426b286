"""`manage.py publish_due`: bring approved change sets to the map whose day has come."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from gis_core.access import system_actor
from layers.publication import publish_due


class Command(BaseCommand):
    """The worker does it by itself; running it again does nothing more."""

    help = "Publish the approved change sets whose publication day has come."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Publish them one by one; fail at the end when one could not be published."""
        with translation.override("en"):
            found = publish_due(system_actor("publish_due"))
        for entry, refusal in found:
            self.stdout.write(f"{entry.pk}: {refusal or 'published'}")
        refused = [str(entry.pk) for entry, refusal in found if refusal]
        if refused:
            raise CommandError(f"not published, still approved: {', '.join(refused)}")
