"""The index of what a change set wrote is declared by the models, so it can come after the rows."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations

THEMES = (
    "adminunit",
    "infrastructure",
    "parcel",
    "plannedlanduse",
    "securityzone",
    "station",
    "topography",
    "touristsite",
)


class Migration(migrations.Migration):
    dependencies = [("layers", "0008_plain_tile_geometry")]

    operations = [
        *(
            migrations.RunSQL(f"DROP INDEX IF EXISTS city.layers_{theme}_set", "")
            for theme in THEMES
        ),
        *(
            migrations.AddIndex(
                theme,
                BrinIndex(
                    fields=["change_set"],
                    name=f"{theme}_set_idx",
                    pages_per_range=16,
                    autosummarize=True,
                ),
            )
            for theme in THEMES
        ),
    ]
