"""The pages as a Django app."""

from django.apps import AppConfig


class MapUiConfig(AppConfig):
    """Pages for people."""

    name = "map_ui"
