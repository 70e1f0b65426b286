"""Fixtures of the importers' tests."""

from pathlib import Path

import pytest
from django.conf import settings


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """RASTER_ROOT of the test."""
    monkeypatch.setattr(settings, "RASTER_ROOT", tmp_path / "rasters")
    return tmp_path / "rasters"
