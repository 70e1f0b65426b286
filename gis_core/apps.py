"""The ground floor as a Django app."""

from django.apps import AppConfig


class GisCoreConfig(AppConfig):
    """People, grants, change sets, and the system checks of the ground floor."""

    name = "gis_core"
    verbose_name = "GIS core"

    def ready(self) -> None:
        """Register the system checks; without this nothing imports them before they run."""
        from gis_core import channels  # noqa: F401, PLC0415 -- models must be loaded first
