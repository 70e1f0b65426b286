"""The spatial index of `geom` is declared like the other indexes: it only gets another name."""

from django.contrib.gis.db.models import GeometryField, MultiPolygonField, PointField
from django.contrib.postgres.indexes import GistIndex
from django.db import migrations
from django.db.models import F

THEMES = {
    "adminunit": MultiPolygonField,
    "infrastructure": GeometryField,
    "parcel": MultiPolygonField,
    "plannedlanduse": MultiPolygonField,
    "securityzone": GeometryField,
    "station": PointField,
    "topography": GeometryField,
    "touristsite": PointField,
}
RENAME = """
DO $$
DECLARE found regclass;
BEGIN
    SELECT i.indexrelid INTO STRICT found
    FROM pg_index AS i
    JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
    WHERE i.indrelid = 'city.layers_{theme}'::regclass AND a.attname = 'geom';
    EXECUTE format('ALTER INDEX %s RENAME TO {theme}_geom_idx', found);
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("layers", "0009_change_set_indexes")]

    operations = [
        migrations.SeparateDatabaseAndState(
            [migrations.RunSQL(RENAME.format(theme=theme), "")],
            [
                migrations.AlterField(theme, "geom", field(spatial_index=False, srid=4326)),
                migrations.AddIndex(theme, GistIndex(F("geom"), name=f"{theme}_geom_idx")),
            ],
        )
        for theme, field in THEMES.items()
    ]
