"""Fixtures of the importers' tests."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from import_jobs import SLUG, SignIn, zipped
from sample_features import make_layer
from small_files import parcels


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """RASTER_ROOT of the test."""
    monkeypatch.setattr(settings, "RASTER_ROOT", tmp_path / "rasters")
    return tmp_path / "rasters"


@pytest.fixture
def import_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "uploads"
    monkeypatch.setattr(settings, "IMPORT_ROOT", root)
    return root


@pytest.fixture
def layer() -> Any:
    return make_layer(SLUG, "parcels")


@pytest.fixture
def admin(sign_in: SignIn) -> Client:
    return sign_in("administrator")


@pytest.fixture
def planner(sign_in: SignIn) -> Client:
    return sign_in("planner")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return zipped(parcels(tmp_path / "thửa đất.shp"))
