"""Rows as a table: pages, order, filters, window, and what a count may tell; for each reader."""

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from sample_features import LAT, LON, STEP_DEG, add, make_layer
from table_questions import pages, rows, titles

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


def test_pages_join_without_gap_or_repetition(schools: Layer):
    whole = [row["id"] for row in rows(schools)["rows"]]
    assert [row["id"] for page in pages(schools, 3) for row in page] == whole
    assert len(set(whole)) == 7
    assert titles(rows(schools)) == sorted(titles(rows(schools)))


def test_totals_count_what_matches_and_not_the_page(schools: Layer):
    found = rows(schools, limit=2)
    assert (found["total"], found["total_is_more"], len(found["rows"])) == (7, False, 2)
    assert (rows(schools)["total"], rows(schools)["next"]) == (7, None)


def test_long_counts_are_cut(schools: Layer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(table, "COUNT_LIMIT", 5)
    found = rows(schools, limit=2)
    assert (found["total"], found["total_is_more"]) == (5, True)


def test_window_and_text(schools: Layer):
    corner = (LON - 0.0001, LAT - 0.0001, LON + STEP_DEG + 0.0001, LAT + STEP_DEG + 0.0001)
    assert rows(schools, bbox=corner)["total"] == 2
    assert rows(schools, text="truong 1")["total"] == 2
    assert rows(schools, text="TRƯỜNG 1")["total"] == 2
    assert rows(schools, text="t6")["total"] == 1
    assert rows(schools, text="%")["total"] == 0


def test_the_window_holds_shapes_and_not_their_boxes():
    layer = make_layer("zr-lines", "infrastructure", "MultiLineString")
    add(layer, "l")  # from the south-west corner of its box to the north-east
    inside_the_box = (LON + 0.0001, LAT - 0.0003, LON + 0.0003, LAT - 0.0001)
    assert rows(layer, bbox=inside_the_box)["total"] == 0
    assert rows(layer, bbox=(LON, LAT, LON + 0.0003, LAT + 0.0003))["total"] == 1


def test_cells_are_formatted_and_empty_ones_left_out(schools: Layer):
    found = rows(schools, limit=1)
    keys = [column["key"] for column in found["columns"]]
    (row,) = found["rows"]
    assert keys[0] == "name"
    assert "width_m" in keys
    assert "width_m" not in row["cells"]
    assert row["cells"]["power_w"] in {"12 W", "13 W"}
    assert row["cells"]["sensitivity"] == "công khai"


def test_the_order_is_vietnamese_and_counts_numbers():
    layer = make_layer("zr-order", "infrastructure", "Point")
    names = ["Phường 2", "Phường 10", "Ấp Bắc", "Đạo Thạnh", "Dĩa", "Em", "Ba", "Bà", "Bá", "Bạ"]
    for number, name in enumerate([*names, ""]):
        add(layer, f"o{number}", number, name=name)
    wanted = ["Ấp Bắc", "Ba", "Bà", "Bá", "Bạ", "Dĩa", "Đạo Thạnh", "Em", "Phường 2", "Phường 10"]
    assert titles(rows(layer))[:-1] == wanted
    # What has no name stands last on the way down, too.
    assert titles(rows(layer, sort="-name"))[:-1] == wanted[::-1]


def test_parcels_stand_by_sheet_and_number():
    layer = make_layer("zr-parcels", "parcels")
    for place, (sheet, number) in enumerate([("10", "2"), ("2", "11"), ("2", "3"), ("2", "3a")]):
        add(layer, f"p{place}", place, so_to=sheet, so_thua=number)
    found = [(r["cells"]["so_to"], r["cells"]["so_thua"]) for r in rows(layer)["rows"]]
    assert found == [("2", "3"), ("2", "3a"), ("2", "11"), ("10", "2")]
    by_sheet = rows(layer, sort="so_to")["rows"]
    assert [row["id"] for row in by_sheet] == [row["id"] for row in rows(layer)["rows"]]


VALUES = st.sampled_from([None, 2.5, 0, 1, 1, 7.5])
NAMES = st.sampled_from(["", "Phường 2", "Phường 10", "phường 2", "Đ", "D", "ạ", "'; --", "\\%_"])
SORTS = st.sampled_from(["", "name", "-name", "width_m", "-width_m", "-changed_at", "kind"])


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows_=st.lists(st.tuples(NAMES, VALUES), max_size=6),
    sort=SORTS,
    limit=st.integers(1, 4),
    where=st.sampled_from([{}, {"name": {"has": "ph"}}, {"width_m": {"min": 0}}]),
    data=st.data(),
)
def test_each_row_comes_once_also_while_others_come_and_go(db, rows_, sort, limit, where, data):
    """Paging through sorted, filtered rows; between pages others are added and taken away."""

    layer = make_layer("zr-random", "infrastructure", "Point")
    try:
        for n, (name, length) in enumerate(rows_):
            add(layer, f"r{n}", n, name=name, width_m=length)
        stays = [row["id"] for row in rows(layer, sort=sort, where=where)["rows"]]
        seen: list[str] = []
        fresh = 0
        for page in pages(layer, limit, sort=sort, where=where):
            seen += [row["id"] for row in page]
            if data.draw(st.booleans()):
                fresh += 1
                add(
                    layer,
                    f"x{fresh}",
                    20 + fresh,
                    name=data.draw(NAMES),
                    width_m=data.draw(VALUES),
                )
        assert len(seen) == len(set(seen))
        assert [one for one in seen if one in set(stays)] == stays
    finally:
        from sample_features import remove

        remove([layer])


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
