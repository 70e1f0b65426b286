"""The computed map geometry loses its type modifier; rows and indexes stay as they are."""

from django.contrib.gis.db.models.functions import Transform
from django.db import migrations, models

from layers.feature import TileGeometry, TileGeometryField

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


def alter(theme: str) -> migrations.RunSQL:
    """Return the change of a theme's table; its public view is made again after migrating."""
    view = f"DROP VIEW IF EXISTS public_data.layers_{theme} CASCADE"
    column = f"ALTER TABLE city.layers_{theme} ALTER COLUMN geom_3857 TYPE"
    return migrations.RunSQL(
        [view, f"{column} geometry"], [view, f"{column} geometry(Geometry, 3857)"]
    )


def state(theme: str) -> migrations.AlterField:
    """Return the same change for the models."""
    return migrations.AlterField(
        theme,
        "geom_3857",
        models.GeneratedField(
            expression=TileGeometry(Transform("geom", 3857)),
            output_field=TileGeometryField(spatial_index=False, srid=3857),
            db_persist=True,
        ),
    )


class Migration(migrations.Migration):
    dependencies = [("layers", "0007_layer_origin")]

    operations = [
        migrations.SeparateDatabaseAndState([alter(theme)], [state(theme)]) for theme in THEMES
    ]
