"""Addresses of tiles, OGC API and JSON API."""

urlpatterns: list[object] = []
