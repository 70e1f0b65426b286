"""GeoDjango's LayerMapping over the first rows of a shapefile; prints seconds.

usage: python -m benchmarks.layer_mapping FILE ROWS    (with DATABASE_NAME set)
"""

import sys
import time

import django

django.setup()

from django.contrib.gis.db import models  # noqa: E402 -- the settings come first
from django.contrib.gis.gdal import DataSource  # noqa: E402
from django.contrib.gis.utils import LayerMapping  # noqa: E402
from django.db import connection  # noqa: E402


class Peer(models.Model):
    """A plain table: one text and the shape, which is less than what the others load."""

    text = models.CharField(max_length=254)
    geom = models.MultiPolygonField(srid=4326)

    class Meta:
        app_label = "layers"
        db_table = "peer_layer_mapping"


def main() -> None:
    """Load the rows and print the seconds."""
    with connection.schema_editor() as editor:
        editor.execute('DROP TABLE IF EXISTS "peer_layer_mapping"')
        editor.create_model(Peer)
    layer = DataSource(sys.argv[1])[0]
    kinds = zip(layer.fields, layer.field_types, strict=True)
    text = next(name for name, kind in kinds if kind.__name__ == "OFTString")
    mapping = {"text": text, "geom": "MULTIPOLYGON"}
    loader = LayerMapping(Peer, sys.argv[1], mapping, transform=False, source_srs=4326)
    start = time.perf_counter()
    loader.save(fid_range=(0, int(sys.argv[2])), strict=True)
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main()
