"""Stock GDAL reads the service over HTTP. It runs as a process of its own, as a client does."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pyogrio
import pytest
from django.test import Client
from editing import changed, geojson, moved, put, read, send
from live_service import live_service
from ogc_sample import HIDDEN, PARCELS, SITES, City, ogc_city
from sample_features import LAT, LON

from gis_core import device_tokens
from gis_core.crs import from_wgs84, zone_by_epsg
from gis_core.models import User

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


@pytest.fixture(scope="module")
def city(database: str) -> Iterator[City]:
    with ogc_city() as made:
        yield made


@pytest.fixture(scope="module")
def address(city: City) -> Iterator[str]:
    with live_service() as (origin, _log):
        yield f"OAPIF:{origin}/ogc"


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


def with_token(address: str, pair: str, **options: Any) -> Any:
    """Read as a person: the token is the password of HTTP Basic, as people give it to GDAL."""
    return gdal(address, USERPWD=pair, **options)


def test_gdal_reads_with_a_token_what_was_edited(
    address: str, city: City, accounts: dict[str, int]
) -> None:
    user = User.objects.get(pk=accounts["administrator"])
    pair = f"{user.username}:{device_tokens.issue(user, 'GDAL', 30).secret}"
    assert len(gdal(address, layer=PARCELS)["fids"]) == 4
    assert len(with_token(address, pair, layer=PARCELS)["fids"]) == 5
    editor = Client()
    editor.force_login(user)
    stale = read(editor, PARCELS, city.parcels[0].id)
    shape = moved("MultiPolygon")
    assert put(editor, PARCELS, changed(stale, shape, so_thua="77")).status_code == 200
    body = {"type": "Feature", "geometry": geojson(moved("Point"))}
    body["properties"] = {"slug": "cho-moi", "name": "Chợ mới"}
    made = send(editor, "POST", f"/ogc/collections/{SITES}/items", body)
    assert (
        send(editor, "DELETE", f"/ogc/collections/{SITES}/items/{city.sites[0].id}").content == b""
    )
    parcels = with_token(address, pair, layer=PARCELS, PAGE_SIZE="2")
    row = parcels["fids"].index(city.parcels[0].id)
    assert parcels["values"]["so_thua"][row] == "77"
    assert parcels["values"]["_version"][row] == "2"
    assert parcels["places"][row] == pytest.approx([*shape.centroid.coords[0]], abs=1e-7)
    sites = with_token(address, pair, layer=SITES)
    assert made.json()["id"] in sites["fids"]
    assert city.sites[0].id not in sites["fids"]
    assert "Chợ mới" in sites["values"]["name"]


def test_gdal_is_refused_with_a_wrong_token(address: str, city: City) -> None:
    with pytest.raises(AssertionError, match="401"):
        with_token(address, "test-administrator:wrong", layer=PARCELS)
