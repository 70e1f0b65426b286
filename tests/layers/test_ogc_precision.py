"""Programs that round coordinates move nothing; programs that send all digits move a millimetre."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import shapely
from django.test import Client
from editing import changed, put, read, send
from sample_features import LAT, LON, Sample, add, committed, make_layer, shape_at

from gis_core.crs import from_wgs84, zone_by_epsg
from layers.models import Layer

AREAS = "zz-precise-areas"
MILLIMETRE_DEG = 9e-9
ZONE = "<http://www.opengis.net/def/crs/EPSG/0/9210>"


@pytest.fixture
def layer(database: str) -> Iterator[Layer]:
    with committed() as made:
        made.append(make_layer(AREAS, "topography", "MultiPolygon"))
        yield made[0]


@pytest.fixture
def editor(sign_in: Callable[[str], Client]) -> Client:
    return sign_in("administrator")


@pytest.fixture
def pond(layer: Layer, editor: Client) -> Sample:
    """A pond whose corners have more digits than any program rounds to."""
    made = add(layer, "ao")
    feature = read(editor, AREAS, made.id)
    uneven = shapely.transform(
        shape_at("MultiPolygon", LON, LAT), lambda xy: xy + 1.2345678912e-5 / 3
    )
    feature["geometry"] = json.loads(shapely.to_geojson(uneven))
    assert put(editor, AREAS, feature).status_code == 200
    return made


def corners(feature: dict[str, Any]) -> Any:
    return shapely.get_coordinates(shapely.from_geojson(json.dumps(feature["geometry"])))


def nudged(feature: dict[str, Any], corner: int, step_deg: float) -> dict[str, Any]:
    """Return the feature with one corner moved to the east, all other digits as they were read."""
    ring = [list(position) for position in feature["geometry"]["coordinates"][0][0]]
    ring[corner][0] += step_deg
    return {**feature, "geometry": {"type": "MultiPolygon", "coordinates": [[ring]]}}


def rounded(feature: dict[str, Any], decimals: int) -> dict[str, Any]:
    ring = [
        [round(number, decimals) for number in p] for p in feature["geometry"]["coordinates"][0][0]
    ]
    return {**feature, "geometry": {"type": "MultiPolygon", "coordinates": [[ring]]}}


def test_a_millimetre_is_kept(editor, pond):
    before = read(editor, AREAS, pond.id)
    assert put(editor, AREAS, nudged(before, 1, MILLIMETRE_DEG)).status_code == 200
    after = read(editor, AREAS, pond.id)
    assert after["properties"]["_version"] == before["properties"]["_version"] + 1
    assert after["geometry"] == nudged(before, 1, MILLIMETRE_DEG)["geometry"]


def test_two_who_move_by_millimetres_are_a_conflict(editor, pond):
    stale = read(editor, AREAS, pond.id)
    assert put(editor, AREAS, nudged(stale, 1, MILLIMETRE_DEG)).status_code == 200
    refused = put(editor, AREAS, nudged(stale, 2, 2 * MILLIMETRE_DEG))
    assert refused.status_code == 409
    assert [error.get("field") for error in refused.json()["errors"]] == ["geom", None]
    assert read(editor, AREAS, pond.id)["geometry"] == nudged(stale, 1, MILLIMETRE_DEG)["geometry"]


@pytest.mark.parametrize("decimals", [6, 7, 9])
def test_who_rounds_and_changes_a_name_undoes_nobodys_millimetre(editor, pond, decimals):
    stale = read(editor, AREAS, pond.id)
    assert put(editor, AREAS, nudged(stale, 1, MILLIMETRE_DEG)).status_code == 200
    renamed = changed(rounded(stale, decimals), name="Ao sen")
    assert put(editor, AREAS, renamed).status_code == 200
    after = read(editor, AREAS, pond.id)
    assert after["properties"]["name"] == "Ao sen"
    assert after["geometry"] == nudged(stale, 1, MILLIMETRE_DEG)["geometry"]


def test_who_rounds_with_the_present_etag_moves_nothing_either(editor, pond):
    before = read(editor, AREAS, pond.id)
    etag = editor.get(f"/ogc/collections/{AREAS}/items/{pond.id}")["ETag"]
    done = put(editor, AREAS, changed(rounded(before, 7), name="Ao sen"), if_match=etag)
    assert done.status_code == 200
    assert done.json()["geometry"] == before["geometry"]


def test_millimetres_of_the_zone_move_nothing_and_a_centimetre_does(editor, pond):
    before = read(editor, AREAS, pond.id)
    zone = zone_by_epsg(9210)
    ring = [
        [round(float(n), 3) for n in from_wgs84(zone, *position)]
        for position in before["geometry"]["coordinates"][0][0]
    ]
    body = changed(before, name="Ao sen")
    body["geometry"] = {"type": "MultiPolygon", "coordinates": [[ring]]}
    path = f"/ogc/collections/{AREAS}/items/{pond.id}"
    assert send(editor, "PUT", path, body, content_crs=ZONE).status_code == 200
    same = read(editor, AREAS, pond.id)
    assert (same["geometry"], same["properties"]["name"]) == (before["geometry"], "Ao sen")
    ring[1][0] += 0.01
    body["properties"]["_version"] = same["properties"]["_version"]
    assert send(editor, "PUT", path, body, content_crs=ZONE).status_code == 200
    moved = corners(read(editor, AREAS, pond.id)) != corners(same)
    assert moved.any(axis=1).sum() == 1
