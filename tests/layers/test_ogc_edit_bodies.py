"""Bodies that Part 4 refuses, and values as other programs write them."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from editing import CRS84, changed, geojson, moved, put, read, send
from sample_features import Sample, add, committed, make_layer

from gis_core.models import ChangeSet
from layers.models import Layer

SITES, AREAS = "zz-body-sites", "zz-body-areas"
ITEMS = f"/ogc/collections/{SITES}/items"
OGC = "http://www.opengis.net/def/crs/"


@pytest.fixture
def city(database: str) -> Iterator[dict[str, Layer]]:
    with committed() as made:
        made.append(make_layer(SITES, "tourism"))
        made.append(make_layer(AREAS, "topography", "MultiPolygon"))
        yield {layer.slug: layer for layer in made}


@pytest.fixture
def site(city: dict[str, Layer]) -> Sample:
    return add(city[SITES], "chua", name="Chùa Vĩnh Tràng")


@pytest.fixture
def editor(sign_in: Callable[[str], Client]) -> Client:
    return sign_in("administrator")


POINT = {"type": "Point", "coordinates": [106.36, 10.35]}
NEW = {"type": "Feature", "geometry": POINT}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b" ", 400),
        (b"{", 400),
        (b"[]", 400),
        (b"\xff\xfe", 400),
        (b'{"a":' * 50 + b"1" + b"}" * 50, 400),
        ({"type": "FeatureCollection", "features": []}, 400),
        ({**NEW, "properties": [1]}, 400),
        ({**NEW, "properties": {"name": "a\0b"}}, 400),
        ({**NEW, "properties": {"name": "\ud800"}}, 400),
        ({**NEW, "properties": {"coordinate_accuracy_m": 10**400}}, 400),
        (b'{"type":"Feature","properties":{"coordinate_accuracy_m":1e999}}', 400),
        ({**NEW, "properties": {"slug": "a", "owner_name": "x"}}, 422),
        ({**NEW, "properties": {"slug": "a", "version": 7}}, 422),
        ({**NEW, "properties": {"slug": "a", "name": {"a": 1}}}, 422),
        ({**NEW, "properties": {"slug": "a", "name": "x" * 300}}, 422),
        ({**NEW, "properties": {"slug": "a", "texts": "x"}}, 422),
        ({**NEW, "properties": {"slug": "a", "texts": [1]}}, 422),
        ({**NEW, "properties": {"slug": "a", "name_en": {}}}, 422),
        ({**NEW, "properties": {"slug": "a", "valid_to": "x"}}, 422),
        ({**NEW, "properties": {"slug": "a", "in_city": "x"}}, 422),
        ({**NEW, "properties": {"slug": "a", "sensitivity": 2}}, 422),
        ({**NEW, "properties": {"slug": ""}}, 422),
        ({**NEW, "properties": {}}, 422),
        ({"type": "Feature", "geometry": None, "properties": {"slug": "a"}}, 422),
        ({"type": "Feature", "geometry": [1], "properties": {"slug": "a"}}, 422),
        ({"type": "Feature", "geometry": {"type": "Point", "coordinates": [500, 0]}}, 422),
        ({"type": "Feature", "geometry": {"type": "Point", "coordinates": [1e300, 0]}}, 422),
        ({"type": "Feature", "geometry": {"type": "Point", "coordinates": [1, 2, 3]}}, 422),
        ({"type": "Feature", "geometry": geojson(moved("MultiPolygon"))}, 422),
    ],
)  # fmt: skip
def test_bodies_that_are_refused(city, editor, body, status):
    before = ChangeSet.objects.count()
    for uri in (CRS84, OGC + "EPSG/0/3857"):
        response = send(editor, "POST", ITEMS, body, content_crs=f"<{uri}>")
        if uri == CRS84 or status == 400:
            assert response.status_code == status, response.content
        assert 400 <= response.status_code < 500 or uri != CRS84
    assert ChangeSet.objects.filter(state="published").count() <= before + 1


def test_other_types_other_systems_and_large_bodies(city, site, editor, monkeypatch):
    body = {**NEW, "properties": {"slug": "x"}}
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml", ""):
        refused = send(editor, "POST", ITEMS, body, content_type=kind)
        assert (refused.status_code, refused.json()["code"]) == (415, "wrong_media_type")
    assert send(editor, "POST", ITEMS, body, content_crs="<urn:x>").status_code == 400
    monkeypatch.setattr(settings, "DATA_UPLOAD_MAX_MEMORY_SIZE", 1000)
    large = send(editor, "POST", ITEMS, {**body, "more": "x" * 2000})
    assert (large.status_code, large.json()["code"]) == (413, "body_too_large")


def test_an_invalid_outline_is_refused_with_the_reason(city, editor):
    bow = {
        "type": "Polygon",
        "coordinates": [[[106, 10], [107, 11], [107, 10], [106, 11], [106, 10]]],
    }
    body = {"type": "Feature", "geometry": bow, "properties": {"name": "x"}}
    refused = send(editor, "POST", f"/ogc/collections/{AREAS}/items", body)
    assert refused.status_code == 422


def test_values_as_other_programs_write_them(city, site, editor):
    feature = read(editor, SITES, site.id)
    odd = changed(
        feature, texts='{"vi": "Lời mới"}', in_city="true", valid_from="2026-01-02T00:00:00"
    )
    odd = changed(odd, opening_hours=None, changed_at="2020-01-01T00:00:00Z", id=5, extra={"a": 1})
    after = put(editor, SITES, odd)
    assert after.status_code == 200, after.content
    found = after.json()["properties"]
    assert found["texts"] == {"vi": "Lời mới"}
    assert (found["valid_from"], found["in_city"]) == ("2026-01-02", True)
    assert (found["opening_hours"], found["extra"]) == ("", {})
