"""The layers room as a Django app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LayersConfig(AppConfig):
    """Themes and doors; history tables and public views follow every migration."""

    name = "layers"

    def ready(self) -> None:
        """Keep triggers, history tables and public views in step with the tables."""
        from layers.database import synchronise  # noqa: PLC0415 -- models must be loaded first

        post_migrate.connect(synchronise, sender=self, dispatch_uid="layers.database")
