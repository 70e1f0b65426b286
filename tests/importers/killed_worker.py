"""A worker that a test kills: a process of its own that runs the command."""

import os
import sys
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gis_core.settings")
django.setup()

from django.conf import settings  # noqa: E402 -- the settings come first
from django.core.management import call_command  # noqa: E402

from layers import bulk_sql  # noqa: E402


def work(path: str, slug: str, media: str, few: bool) -> None:
    """Import a file of parcels; `few` rows count as many, so that a first load is possible."""
    sys.stdout = sys.stderr = Path(os.devnull).open("w", encoding="utf-8")
    settings.MEDIA_ROOT = Path(media)
    if few:
        bulk_sql.BUILD_INDEXES_AFTER = 10
    call_command(
        "import_layer", path, "--theme", "parcels", "--layer", slug, "--create-layer", "--apply"
    )
