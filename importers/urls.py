"""Addresses of imports for programs and for the import pages."""

from django.urls import path

from importers.geometry_file import geometry_file
from importers.wizard import api

urlpatterns = [
    path("api/layers/<slug:slug>/geometry-file", geometry_file, name="geometry-file"),
    path("api/imports", api.imports, name="imports"),
    path("api/imports/<int:import_id>", api.one, name="import"),
    path("api/imports/<int:import_id>/progress", api.progress, name="import-progress"),
    path("api/imports/<int:import_id>/profile", api.profile, name="import-profile"),
    path("api/imports/<int:import_id>/rejected", api.rejected_rows, name="import-rejected"),
    path("api/imports/<int:import_id>/rows", api.rows_on_map, name="import-rows"),
    path("api/imports/<int:import_id>/files/<str:name>", api.file, name="import-file"),
    path("api/imports/<int:import_id>/<slug:step>", api.step, name="import-step"),
]
