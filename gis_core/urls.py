"""Addresses of the whole product; apps are named by string: nothing is imported upward."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("gis_core.health")),
    path("", include("map_ui.urls")),
    path("", include("layers.api.urls")),
]

handler404 = "map_ui.views.not_found"
handler403 = "map_ui.views.forbidden"
