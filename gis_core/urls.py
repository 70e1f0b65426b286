"""Addresses of the whole product; apps are named by string: nothing is imported upward."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    # First, because what stands before it is tried for each of the dozens of tiles of a map; and
    # before the pages, whose first part may be any word that names a language.
    path("", include("layers.api.urls")),
    path("", include("importers.urls")),
    path("admin/", admin.site.urls),
    path("", include("gis_core.health")),
    path("", include("map_ui.urls")),
]

handler404 = "map_ui.views.not_found"
handler403 = "map_ui.views.forbidden"
handler500 = "map_ui.views.server_error"
