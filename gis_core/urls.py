"""Addresses of the whole product; the apps are named by string so that nothing is imported upward."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("gis_core.health")),
    path("", include("map_ui.urls")),
    path("", include("layers.api.urls")),
]
