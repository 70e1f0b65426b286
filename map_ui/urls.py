"""Addresses of the pages. They are stable: other sites and printed QR codes point here."""

from django.urls import path

from map_ui import views
from map_ui.connect import connect
from map_ui.imports import imports, one_import
from map_ui.stand_alone_view import stand_alone

urlpatterns = [
    path("api/stand-alone-map", stand_alone, name="stand-alone-map"),
    path("", views.root, name="root"),
    path("<slug:language>/", views.start, name="start"),
    path("<slug:language>/places/<slug:slug>", views.place_page, name="place"),
    path("<slug:language>/map", views.viewer, name="map"),
    path("<slug:language>/workspace", views.workspace, name="workspace"),
    path("<slug:language>/security", views.security, name="security"),
    path("<slug:language>/import", imports, name="imports-page"),
    path("<slug:language>/import/<int:import_id>", one_import, name="import-page"),
    path("<slug:language>/connect", connect, name="connect"),
    path("<slug:language>/login", views.sign_in_page, name="login"),
    path("<slug:language>/logout", views.sign_out, name="logout"),
]
