"""Filters run on rows: `so_thua` is 0-3, `area_m2` 100-103; parcel 9 (900 m²) is internal."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ogc_sample import City, items, ogc_city, refused
from sample_features import LAT, LON

from gis_core.crs import CRS84_URI, SERVICE_CRS
from layers.api.ogc_cql2 import predicate_of
from layers.api.ogc_refusal import BadParameter
from layers.geojson import Kind, Property


@pytest.fixture(scope="module")
def city(database: str) -> Iterator[City]:
    with ogc_city() as made:
        yield made


def numbers(text: str, **more: Any) -> list[str]:
    body = items(urlencode({"filter": text, **more}))
    assert body["numberMatched"] == len(body["features"])
    return sorted(item["properties"]["so_thua"] for item in body["features"])


BOX = f"{LON - 0.001},{LAT - 0.001},{LON + 0.001},{LAT + 0.001}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("so_thua = '1'", "1"),
        ("so_thua <> '1'", "023"),
        ("area_m2 < 102", "01"),
        ("area_m2 <= 102.0", "012"),
        ("area_m2 > 1.02e2", "3"),
        ("area_m2 >= 102", "23"),
        ("so_thua = '0' OR so_thua = '1' AND area_m2 = 999", "0"),
        ("(so_thua = '0' OR so_thua = '1') AND area_m2 = 101", "1"),
        ("not so_thua = '1'", "023"),
        ("NOT NOT so_thua = '1'", "1"),
        ("area_m2 BETWEEN 101 AND 102", "12"),
        ("area_m2 NOT BETWEEN 101 AND 102", "03"),
        ("so_thua IN ('0', '3', 'x')", "03"),
        ("so_thua NOT IN ('0', '3')", "12"),
        ("name LIKE 'M%p_'", "0123"),
        ("name LIKE 'm%'", ""),
        ("name NOT LIKE '%1'", "023"),
        ("name LIKE 'M\\%'", ""),
        ("valid_from IS NULL", "0123"),
        ("valid_from IS NOT NULL", ""),
        # SQL's logic of three values: nothing is known about an empty value
        ("valid_from > DATE('2000-01-01')", ""),
        ("NOT (valid_from > DATE('2000-01-01'))", ""),
        ("changed_at > TIMESTAMP('2001-01-01T00:00:00Z')", "0123"),
        ('"so_thua" = \'1\'', "1"),
        ("_version = 1 AND TRUE", "0123"),
        ("FALSE", ""),
        ("name_en = 'Sample p2'", "2"),
        (f"S_INTERSECTS(geom, BBOX({BOX}))", "0"),
        (f"NOT S_INTERSECTS(geom, BBOX({BOX}))", "123"),
        (f"S_INTERSECTS(geom, POINT({LON} {LAT}))", "0"),
        (f"s_intersects(\"geom\", LINESTRING({LON} {LAT}, {LON + 0.0021} {LAT + 0.0021}))", "01"),
        (f"S_INTERSECTS(geom, POLYGON(({LON} {LAT},{LON + 1} {LAT},{LON} {LAT + 1},{LON} {LAT})))",
         "0123"),
        (f"S_INTERSECTS(geom, MULTIPOINT(({LON} {LAT}), (0 0)))", "0"),
    ],
)  # fmt: skip
def test_filters(city: City, text: str, expected: str) -> None:
    assert "".join(numbers(text)) == expected


def test_geometries_may_be_in_another_system(city: City) -> None:
    crs = "http://www.opengis.net/def/crs/EPSG/0/4326"
    assert numbers(f"S_INTERSECTS(geom, POINT({LAT} {LON}))", **{"filter-crs": crs}) == ["0"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "so_thua",
        "so_thua =",
        "so_thua = 1",
        "area_m2 = 'x'",
        "area_m2 = 1e999",
        "valid_from = DATE('2024-13-01')",
        "so_thua = '1' AND",
        "(so_thua = '1'",
        "so_thua = '1')",
        "so_thua = '1'; DROP TABLE x",
        "so_thua = '1' --",
        "area_m2 LIKE '1%'",
        "texts = 'x'",
        "pk = 1",
        "layer__sensitivity = 2",
        "S_INTERSECTS(geom, POINT(1e308 1e308))",
        "S_INTERSECTS(geom, POLYGON((0 0, 1 1, 0 1, 1 0, 0 0)))",
        "S_INTERSECTS(name, POINT(1 1))",
        "S_INTERSECTS(geom, CIRCLE(1 1))",
        "S_INTERSECTS(geom, POINT(1 2",
        "CASEI(name) = 'x'",
        "(" * 50 + "so_thua = '1'" + ")" * 50,
        " AND ".join(["so_thua = '1'"] * 101),
        "so_thua = '" + "x" * 5000 + "'",
    ],
)
def test_what_is_not_understood_is_refused(city: City, text: str) -> None:
    body = refused("filter=" + quote(text))
    assert body["errors"][0]["parameter"] == "filter"


def test_a_hidden_field_is_refused_in_the_words_of_a_missing_one(city: City) -> None:
    hidden, missing = refused("filter=owner_name='x'"), refused("filter=owner_nome='x'")
    assert hidden == missing
    hidden, missing = refused("owner_name=x"), refused("owner_nome=x")
    assert hidden["detail"].replace("owner_name", "owner_nome") == missing["detail"]


def test_a_filter_cannot_reach_rows_that_are_hidden(city: City) -> None:
    assert items("filter=" + quote("area_m2 = 900 OR TRUE"))["numberMatched"] == 4


_PROPERTIES = {
    name: Property(name, kind, name, None)  # type: ignore[arg-type]
    for name, kind in {"a": Kind.TEXT, "b": Kind.NUMBER, "c": Kind.DATETIME}.items()
}
_WORDS = st.sampled_from(
    "a b c = <> < > ( ) , AND OR NOT LIKE IN BETWEEN IS NULL 'x' 1 -1e5 DATE TIMESTAMP geom"
    " S_INTERSECTS POINT BBOX POLYGON '2020-01-01' \" ' \\ é 0x 1.".split()
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_WORDS, max_size=14).map(" ".join) | st.text(max_size=60))
def test_no_text_breaks_the_parser(text: str) -> None:
    try:
        predicate_of(text, _PROPERTIES, SERVICE_CRS[CRS84_URI])
    except BadParameter as error:
        assert error.errors[0]["parameter"] == "filter"
