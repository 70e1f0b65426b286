"""GeoDjango's LayerMapping over the first rows of a shapefile; prints seconds.

usage: python -m benchmarks.layer_mapping FILE ROWS    (with DATABASE_NAME set)
"""

import sys
import time

import django

django.setup()

from django.contrib.gis.db import models  # noqa: E402 -- the settings come first
from django.contrib.gis.utils import LayerMapping  # noqa: E402
from django.db import connection  # noqa: E402


class Peer(models.Model):
    """A plain table with the columns that the generated parcels share with the product."""

    sheet = models.CharField(max_length=40)
    number = models.CharField(max_length=40)
    geom = models.MultiPolygonField(srid=4326)

    class Meta:
        app_label = "layers"
        db_table = "peer_layer_mapping"


def main() -> None:
    """Load the rows and print the seconds."""
    with connection.schema_editor() as editor:
        editor.execute('DROP TABLE IF EXISTS "peer_layer_mapping"')
        editor.create_model(Peer)
    fields = LayerMapping(Peer, sys.argv[1], {"geom": "MULTIPOLYGON"}, transform=False).ds[0].fields
    mapping = {"sheet": fields[0], "number": fields[1], "geom": "MULTIPOLYGON"}
    loader = LayerMapping(Peer, sys.argv[1], mapping, transform=False, source_srs=4326)
    start = time.perf_counter()
    loader.save(fid_range=(0, int(sys.argv[2])), strict=True)
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main()
