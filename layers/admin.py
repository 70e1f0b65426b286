"""Layers, code lists, lineage and rasters in the administration: no code change for a colour."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from gis_core import access
from gis_core.admin_site import CityModelAdmin
from layers.code_list import Code
from layers.feature import Layer
from layers.raster import Raster
from layers.registry import theme_keys
from layers.themes.admin_units import AdminUnitLineage


@admin.register(Layer)
class LayerAdmin(CityModelAdmin):
    """Layers that the administrator may know of; deleting one would leave its features behind."""

    list_display = ("slug", "theme", "title_vi", "sensitivity", "publication", "position")
    list_filter = ("theme", "sensitivity", "publication")
    search_fields = ("slug", "title_vi", "title_en")
    readonly_fields = ("theme", "geometry_type")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Layer]:
        """Return the layers that the actor may know of."""
        actor: access.Actor = request.actor  # type: ignore[attr-defined]
        rows: QuerySet[Layer] = super().get_queryset(request)
        return rows.filter(access.readable_layers(actor, theme_keys()))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: layers are made by an import, which knows their geometry type."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: a layer is retired, so that its history stays readable."""
        return False


@admin.register(Code)
class CodeAdmin(CityModelAdmin):
    """Code lists with labels, colours, icons, source and validity."""

    list_display = ("code_list", "code", "label_vi", "label_en", "color", "position")
    list_filter = ("code_list",)
    search_fields = ("code", "label_vi", "label_en")
    list_editable = ("color", "position")


@admin.register(AdminUnitLineage)
class LineageAdmin(CityModelAdmin):
    """Which unit became which."""

    list_display = ("predecessor_key", "successor_key", "effective_on", "certainty")


@admin.register(Raster)
class RasterAdmin(CityModelAdmin):
    """Rasters; their files come by `manage.py import_raster`."""

    list_display = ("slug", "title_vi", "unit", "sensitivity", "publication")
    readonly_fields = ("filename", "west", "south", "east", "north", "band_count")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: rasters are made by an import."""
        return False
