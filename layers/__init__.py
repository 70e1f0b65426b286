"""Themes, the read and write doors, tiles, GeoJSON, search and the HTTP API."""
