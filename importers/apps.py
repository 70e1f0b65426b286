"""The importers room as a Django app."""

from django.apps import AppConfig


class ImportersConfig(AppConfig):
    """Files to rows."""

    name = "importers"
