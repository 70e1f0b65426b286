"""Geometry tools for editors: split, merge, shared boundaries. They write nothing."""
