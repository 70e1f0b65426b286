"""Profiles of imports in the administration: looked at, renamed and deleted there."""

from django.contrib import admin
from django.http import HttpRequest

from gis_core.admin_site import CityModelAdmin
from importers.models import ImportProfile


@admin.register(ImportProfile)
class ImportProfileAdmin(CityModelAdmin):
    """Profiles are saved by an import, which has checked their options on a file."""

    list_display = ("name", "theme", "actor_name", "saved_at")
    list_filter = ("theme",)
    search_fields = ("name",)
    readonly_fields = ("theme", "options", "actor_name", "saved_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: nobody has checked options that were typed by hand."""
        return False
