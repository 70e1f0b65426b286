"""Measurements against peers and the raw database; see README.md. Never part of the tests."""
