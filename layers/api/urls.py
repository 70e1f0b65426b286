"""Addresses of tiles, OGC API and JSON API."""

from django.urls import path

from layers.api import tiles, viewer
from layers.api.service import openapi, service

service.add_router("/tiles", tiles.router)
service.add_router("/api", viewer.router)

urlpatterns = [
    path("api/openapi.json", openapi, name="openapi"),
    path("", service.urls),
]
