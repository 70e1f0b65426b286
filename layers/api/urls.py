"""Addresses of tiles, OGC API and JSON API."""

from django.urls import path

from layers.api import (
    attachments,
    change_sets,
    feature_patch,
    history,
    inbox,
    live,
    ogc_collections,
    ogc_edit,
    ogc_export,
    ogc_landing,
    ogc_tiles,
    presence,
    rasters,
    shapes,
    table,
    tiles,
    viewer,
)
from layers.api.service import openapi, service

service.add_router("/tiles", tiles.router)
service.add_router("/api", viewer.router)
service.add_router("/api", table.router)
service.add_router("/api", live.router)
service.add_router("/api", presence.router)
service.add_router("/api", ogc_export.router)
service.add_router("/api", history.router)
service.add_router("/api", change_sets.router)
service.add_router("/api", inbox.router)
service.add_router("/api", attachments.router)
service.add_router("/api", feature_patch.router)
service.add_router("/api", shapes.router)
service.add_router("", rasters.router)
for ogc in (ogc_landing, ogc_collections, ogc_edit, ogc_tiles):
    service.add_router("/ogc", ogc.router)

# django-ninja adds a home page of its own at the root, which would hide the product's.
_routes, _app, _namespace = service.urls
_own = [route for route in _routes if getattr(route, "name", "") != "api-root"]

urlpatterns = [
    # The view that the API description shows, without the framework's parsing: a map asks for
    # dozens of tiles at once.
    path("tiles/<str:slugs>/<int:z>/<int:x>/<int:y>.mvt", tiles.mvt),
    path("api/openapi.json", openapi, name="openapi"),
    path("", (_own, _app, _namespace)),
]
