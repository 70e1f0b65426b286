"""Imports in the browser: upload, answers, dry run, review, publication, undo."""
