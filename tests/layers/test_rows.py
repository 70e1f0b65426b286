"""Rows as a table: pages, order, window, text, and what a count may tell; the read door's doors."""

import pytest
from django.test import Client
from sample_features import LAT, LON, STEP_DEG, SYSTEM, add, committed, make_layer

from gis_core.access import Actor, Grant
from gis_core.errors import NotFound
from layers import rows as table
from layers import selectors
from layers.models import Layer

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def schools(db: None) -> Layer:
    layer = make_layer("zr-schools", "infrastructure", "Point")
    for number in range(7):
        add(layer, f"t{number}", number, name=f"Trường {number % 3}", width_m=None)
    return layer


def rows(layer: Layer, **wish) -> dict:
    asked = {"bbox": None, "text": "", "limit": 50, "offset": 0, "language": "vi", **wish}
    return table.rows(selectors.layer(SYSTEM, layer.slug), **asked)


def test_pages_join_without_gap_or_repetition(schools: Layer):
    whole = [row["id"] for row in rows(schools)["rows"]]
    parts = [row["id"] for n in range(0, 9, 3) for row in rows(schools, limit=3, offset=n)["rows"]]
    assert parts == whole
    assert len(set(whole)) == 7
    assert [row["title"] for row in rows(schools)["rows"]] == sorted(
        row["title"] for row in rows(schools)["rows"]
    )


def test_totals_count_what_matches_and_not_the_page(schools: Layer):
    found = rows(schools, limit=2)
    assert (found["total"], found["total_is_more"], len(found["rows"])) == (7, False, 2)
    assert rows(schools, offset=100)["rows"] == []
    assert rows(schools, offset=100)["total"] == 7


def test_long_counts_are_cut(schools: Layer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(table, "COUNT_LIMIT", 5)
    assert (rows(schools)["total"], rows(schools)["total_is_more"]) == (5, True)


def test_window_and_text(schools: Layer):
    corner = (LON - 0.0001, LAT - 0.0001, LON + STEP_DEG + 0.0001, LAT + STEP_DEG + 0.0001)
    assert rows(schools, bbox=corner)["total"] == 2
    assert rows(schools, text="truong 1")["total"] == 2
    assert rows(schools, text="TRƯỜNG 1")["total"] == 2
    assert rows(schools, text="t6")["total"] == 1
    assert rows(schools, text="%")["total"] == 0


def test_cells_are_formatted_and_empty_ones_left_out(schools: Layer):
    found = rows(schools, limit=1)
    keys = [column["key"] for column in found["columns"]]
    (row,) = found["rows"]
    assert "width_m" in keys
    assert "width_m" not in row["cells"]
    assert row["cells"]["power_w"] == "12 W" or row["cells"]["power_w"] == "13 W"


def test_hidden_columns_are_not_there_for_those_not_cleared():
    layer = make_layer("zr-zones", "security", "Point")
    add(layer, "z")
    planner = selectors.layer(Actor(1, "p", (Grant("planner"),)), layer.slug)
    shown = table.rows(planner, bbox=None, text="", limit=5, offset=0, language="vi")
    assert {column["key"] for column in shown["columns"]} == {"code", "kind"}
    assert {"reason", "contact"} <= {column["key"] for column in rows(layer)["columns"]}


@pytest.fixture(scope="module")
def served(database: str):
    with committed() as made:
        made.append(make_layer("zr-served", "environment"))
        yield add(made[0], "tram")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=1", 200),
        ("limit=0", 400),
        ("limit=501", 400),
        ("offset=-1", 400),
        ("bbox=1,2,3", 400),
        ("bbox=1,2,3,nan", 400),
        ("bbox=3,2,1,4", 400),
        ("bbox=106,10,107,11", 200),
        ("q=%00", 200),
        ("q=" + "x" * 201, 400),
        ("q=%25%27%22", 200),
    ],
)
def test_parameters(served, query: str, status: int):
    assert Client().get(f"/api/layers/{served.slug}/rows?{query}").status_code == status


def test_a_grant_for_one_layer_shows_that_layer_and_no_other():
    """Neither the other restricted layers of the theme nor their names; its draft, too."""
    for slug in ("zr-a", "zr-b"):
        add(make_layer(slug, "security", "Point", sensitivity=2, publication="draft"), slug)
    make_layer("zr-c", "security", "Point", sensitivity=2)
    guard = Actor(1, "g", (Grant("security_staff", layer="zr-a"),))
    known = {entry.slug for entry in selectors.layers(guard)}
    assert "zr-a" in known
    assert not known & {"zr-b", "zr-c"}
    assert selectors.features(selectors.layer(guard, "zr-a")).count() == 1
    for slug in ("zr-b", "zr-c"):
        with pytest.raises(NotFound):
            selectors.layer(guard, slug)
