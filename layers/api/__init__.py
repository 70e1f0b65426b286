"""The HTTP API: parse, call a door, encode."""
