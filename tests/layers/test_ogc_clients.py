"""Stock GDAL reads the service over HTTP. It runs as a process of its own, as a client does."""

import json
import subprocess
import sys
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pyogrio
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.db import connections
from ogc_sample import HIDDEN, PARCELS, SITES, City, ogc_city
from sample_features import LAT, LON

from gis_core.crs import from_wgs84, zone_by_epsg

pytestmark = pytest.mark.skipif(
    "OAPIF" not in pyogrio.list_drivers(), reason="this pyogrio's GDAL has no OAPIF driver"
)
READ = """
import json, sys
import pyogrio
import shapely
address, options = sys.argv[1], json.loads(sys.argv[2])
if "bbox" in options:
    options["bbox"] = tuple(options["bbox"])
if "layer" not in options:
    print(json.dumps([str(name) for name, _kind in pyogrio.list_layers(address)]))
    raise SystemExit
info = pyogrio.read_info(address, layer=options["layer"])
meta, fids, shapes, values = pyogrio.raw.read(address, return_fids=True, **options)
print(json.dumps({
    "crs": meta["crs"],
    "kind": info["geometry_type"],
    "types": dict(zip(info["fields"].tolist(), map(str, info["dtypes"]))),
    "fids": fids.tolist(),
    "places": [[*shapely.from_wkb(s).centroid.coords[0]] for s in shapes],
    "values": {n: [str(v) for v in col] for n, col in zip(meta["fields"].tolist(), values)},
}))
"""


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def city(database: str) -> Iterator[City]:
    with ogc_city() as made:
        yield made


@pytest.fixture(scope="module")
def address(city: City) -> Iterator[str]:
    class Handler(WSGIHandler):
        def __call__(self, environ: Any, start_response: Any) -> Any:
            body = super().__call__(environ, start_response)
            try:
                yield from body
            finally:
                body.close()
                connections.close_all()  # each request has a thread, and so connections, of its own

    server = ThreadedWSGIServer(("127.0.0.1", 0), _Quiet)
    server.set_app(Handler())
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"OAPIF:http://127.0.0.1:{server.server_port}/ogc"
    server.shutdown()
    server.server_close()
    thread.join()


def gdal(address: str, **options: Any) -> Any:
    command = [sys.executable, "-c", READ, address, json.dumps(options)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_gdal_lists_the_public_layers(address: str) -> None:
    found = gdal(address)
    assert {PARCELS, SITES} <= set(found)
    assert HIDDEN not in found


def test_gdal_reads_features_with_ids_types_and_all_pages(address: str, city: City) -> None:
    found = gdal(address, layer=PARCELS, PAGE_SIZE="1")
    assert sorted(found["fids"]) == sorted(row.id for row in city.parcels[:4])
    assert found["kind"] == "MultiPolygon"
    assert found["types"]["area_m2"] == "float64"
    assert found["types"]["valid_from"].startswith("datetime64")
    assert sorted(found["values"]["so_thua"]) == ["0", "1", "2", "3"]
    assert "owner_name" not in found["values"]


def test_gdal_gets_axes_right_in_degrees_and_in_vn2000(address: str, city: City) -> None:
    first = {"layer": SITES, "where": "name = 'Chùa Vĩnh Tràng'"}
    degrees = gdal(address, **first)
    assert degrees["places"] == [[LON, LAT]]
    metres = gdal(address, **first, CRS="EPSG:9210")
    assert metres["crs"] == "EPSG:9210"
    east, north = from_wgs84(zone_by_epsg(9210), LON, LAT)
    assert metres["places"][0] == pytest.approx([float(east), float(north)], abs=0.0015)
    swapped = gdal(address, **first, CRS="EPSG:4326")
    assert swapped["places"] == [[LON, LAT]]


def test_gdal_filters_by_box(address: str, city: City) -> None:
    box = [LON - 0.0005, LAT - 0.0005, LON + 0.0005, LAT + 0.0005]
    assert gdal(address, layer=PARCELS, bbox=box)["fids"] == [city.parcels[0].id]
