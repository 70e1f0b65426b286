"""The ground floor as a Django app."""

from django.apps import AppConfig


class GisCoreConfig(AppConfig):
    """People, grants, change sets."""

    name = "gis_core"
    verbose_name = "GIS core"
