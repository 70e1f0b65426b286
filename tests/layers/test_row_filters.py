"""Filters of the attribute table: what they find, what is refused, and what they must not tell."""

import json
from datetime import date

import pytest
from django.db import connection
from sample_features import SECRET, add, make_layer
from table_questions import PLANNER, VISITOR, rows

from gis_core.errors import BadRequest
from layers import rows as table
from layers import selectors
from layers.models import Layer
from layers.rows import TooCostly, Wish

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def parcels(db: None) -> Layer:
    layer = make_layer("zr-filter", "parcels")
    for n in range(6):
        add(
            layer,
            f"f{n}",
            n,
            so_to=str(n),
            area_m2=None if n == 5 else 100 * n,
            address="" if n == 4 else f"Số {n} đường Đinh Bộ Lĩnh",
            land_use_code="ODT" if n % 2 else "CLN",
            valid_from=date(2026, 1, 1 + n),
        )
    return layer


@pytest.mark.parametrize(
    ("where", "sheets"),
    [
        ({"address": {"has": "DINH BO"}}, "01235"),
        ({"address": {"has": "số 3 đ"}}, "3"),
        ({"address": {"has": "%"}}, ""),
        ({"place_name": {"has": "f2"}}, "2"),
        ({"so_to": {"is": " 4 "}}, "4"),
        ({"address": {"empty": True}}, "4"),
        ({"address": {"empty": False}}, "01235"),
        ({"area_m2": {"empty": True}}, "5"),
        ({"area_m2": {"min": 100, "max": "300"}}, "123"),
        ({"area_m2": {"min": 100}, "land_use_code": {"in": ["ODT"]}}, "13"),
        ({"land_use_code": {"in": ["ODT", "CLN"]}}, "012345"),
        ({"valid_from": {"min": "2026-01-03", "max": "2026-01-04"}}, "23"),
        ({"changed_at": {"min": "2020-01-01"}}, "012345"),
        ({"changed_at": {"max": "2020-01-01"}}, ""),
        ({"sensitivity": {"in": [0]}}, "012345"),
        ({}, "012345"),
    ],
)
def test_filters(parcels: Layer, where: dict, sheets: str):
    found = rows(parcels, where=where)
    assert "".join(row["cells"]["so_to"] for row in found["rows"]) == sheets
    assert found["total"] == len(sheets)


@pytest.mark.parametrize(
    "where",
    [
        {"no_such": {"has": "x"}},
        {"geom": {"has": "x"}},
        {"search_text": {"has": "x"}},
        {"extra": {"has": "x"}},
        {"area_m2": {"has": "1"}},
        {"area_m2": {"min": "one"}},
        {"area_m2": {"min": True}},
        {"area_m2": {"min": "NaN"}},
        {"area_m2": {"min": "1e999999"}},
        {"address": {"min": 1}},
        {"address": {"has": 7}},
        {"address": {"has": "x" * 201}},
        {"address": {}},
        {"address": "x"},
        {"land_use_code": {"in": []}},
        {"land_use_code": {"in": "ODT"}},
        {"sensitivity": {"in": ["x"]}},
        {"valid_from": {"min": "1/2/2026"}},
        {"address": {"empty": "yes"}},
    ],
)
def test_what_is_not_understood_is_said(parcels: Layer, where: dict):
    with pytest.raises(BadRequest) as refusal:
        rows(parcels, where=where)
    assert "“" in refusal.value.detail


@pytest.mark.parametrize("name", ["owner_name", "no_such", "id", "pk", "geom"])
def test_a_hidden_column_is_answered_like_a_missing_one(parcels: Layer, name: str):
    """Neither order nor filter tells anything of a field that the reader may not see."""
    for wish in ({"sort": name}, {"sort": f"-{name}"}, {"where": {name: {"has": SECRET}}}):
        with pytest.raises(BadRequest) as refusal:
            rows(parcels, VISITOR, **wish)
        with pytest.raises(BadRequest) as missing:
            rows(parcels, VISITOR, **json.loads(json.dumps(wish).replace(name, "never")))
        assert refusal.value.detail.replace(name, "never") == missing.value.detail
    if name == "owner_name":
        assert rows(parcels, PLANNER, sort=name)["rows"]


def test_hidden_columns_are_not_there_for_those_not_cleared():
    layer = make_layer("zr-zones", "security", "Point")
    add(layer, "z")
    keys = {column["key"] for column in rows(layer, PLANNER)["columns"]}
    assert {"code", "kind"} <= keys
    assert not keys & {"reason", "contact"}
    assert {"reason", "contact"} <= {column["key"] for column in rows(layer)["columns"]}


def test_ids_of_what_matches_are_bounded(parcels: Layer, monkeypatch: pytest.MonkeyPatch):
    entry = selectors.layer(PLANNER, parcels.slug)
    wish = Wish(where={"land_use_code": {"in": ["ODT"]}}, sort="-area_m2")
    found = table.row_ids(entry, wish)
    assert found["ids"] == [r["id"] for r in rows(parcels, PLANNER, **vars(wish))["rows"]]
    assert (found["total"], found["total_is_more"], found["most"]) == (3, False, 1000)
    monkeypatch.setattr(table, "MOST_OPERATIONS", 2)
    cut = table.row_ids(entry, wish)
    assert (cut["ids"], cut["total"]) == (found["ids"][:2], 3)
    assert rows(parcels, ids=tuple(int(i) for i in cut["ids"]))["total"] == 2


def test_what_takes_too_long_is_stopped_and_says_what_is_quick(
    parcels: Layer, monkeypatch: pytest.MonkeyPatch
):
    def slow(*_arguments: object) -> list:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(5)")
        return []

    monkeypatch.setattr(table, "PAGE_LIMIT_MS", 20)
    monkeypatch.setattr(table.table_order, "page", slow)
    with pytest.raises(TooCostly) as refusal:
        rows(parcels, PLANNER, sort="address")
    assert "Địa chỉ" in refusal.value.detail or "Address" in refusal.value.detail
    # The connection is as before: limit, transaction and rows.
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout'), count(*) FROM layers_parcel")
        assert cursor.fetchone()[0] in {"0", "1min"}
