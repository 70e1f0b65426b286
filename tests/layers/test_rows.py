"""Rows as a table: pages, order, filters, window, and what a count may tell; for each reader."""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import date

import hypothesis.strategies as st
import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from sample_features import LAT, LON, SECRET, STEP_DEG, SYSTEM, add, committed, make_layer

from gis_core.access import Actor, Grant
from gis_core.errors import BadRequest, NotFound
from gis_core.time_limit import TookTooLong, time_limit
from layers import rows as table
from layers import selectors, table_columns, table_order
from layers.models import Layer
from layers.registry import theme_by_key
from layers.rows import TooCostly, Wish

pytestmark = pytest.mark.usefixtures("db")
PLANNER = Actor(1, "p", (Grant("planner"),))
VISITOR = Actor(2, "v")  # an account without grants: a visitor's rights over the staff login


@pytest.fixture
def schools(db: None) -> Layer:
    layer = make_layer("zr-schools", "infrastructure", "Point")
    for number in range(7):
        add(layer, f"t{number}", number, name=f"Trường {number % 3}", width_m=None)
    return layer


def rows(layer: Layer, actor: Actor = SYSTEM, *, limit: int = 50, after: str = "", **wish) -> dict:
    entry = selectors.layer(actor, layer.slug)
    return table.rows(entry, Wish(**wish), limit=limit, after=after)


def pages(layer: Layer, limit: int, actor: Actor = SYSTEM, **wish) -> Iterator[list[dict]]:
    after: str | None = ""
    while after is not None:
        found = rows(layer, actor, limit=limit, after=after, **wish)
        yield found["rows"]
        after = found["next"]


def titles(found: dict) -> list[str]:
    return [row["title"] for row in found["rows"]]


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


def test_a_limit_inside_a_limit_gives_the_outer_one_back(db: None):
    def limit() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout')")
            return str(cursor.fetchone()[0])

    before = limit()
    with time_limit("default", 5000):
        assert limit() == "5s"
        with pytest.raises(TookTooLong), time_limit("default", 10), connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(5)")
        assert limit() == "5s"
    assert limit() == before


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
        ("after=x", 400),
        ("after=" + "eyJhIjoxfQ", 400),
        ("after=" + "W10" * 3000, 400),
        ("sort=name", 200),
        ("sort=-name", 200),
        ("sort=--name", 400),
        ("sort=%00", 400),
        ("sort=pk", 400),
        ("sort=sensitivity", 400),
        ("where={}", 200),
        ("where=[]", 400),
        ("where=x", 400),
        ('where={"name":{"has":"mau"}}', 200),
        ('where={"name":{"has":"\\ud800"}}', 400),
        ('where={"\\ud800":{"has":"x"}}', 400),
        ('where={"name":{"has":"\\u0000"}}', 400),
        ("where=" + "[" * 3000, 400),
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


@given(st.lists(st.one_of(st.none(), st.integers(), st.floats(), st.text(), st.booleans())))
@settings(max_examples=60, deadline=None)
def test_made_up_pages_are_refused_and_break_nothing(database, parts):
    """Whatever stands in `after`, the answer is a page or a refusal."""

    layer = Layer(slug="x", theme="parcels", geometry_type="MultiPolygon", pk=-1)
    theme = theme_by_key("parcels")
    entry = selectors.ReadableLayer(SYSTEM, layer, theme, frozenset(theme.fields))
    for sort in ("area_m2", "so_to", "changed_at", "valid_from", "sensitivity"):
        order = table_order.parse_order(theme, table_columns.columns(entry, "vi"), sort)
        for sent in ([sort, parts, 7], [sort, [*parts, *parts][:2], 7], parts):
            text = base64.urlsafe_b64encode(json.dumps(sent).encode()).decode()
            try:
                found = table_order.decoded(text, order)
            except BadRequest:
                continue
            table_order.page(selectors.features(entry), order, found, 5)


def test_a_long_question_is_sent(served, sign_in: Callable[[str], Client]):
    where = f"/api/layers/{served.slug}/rows"
    body = {"ids": [str(served.id), "424242"], "sort": "-name", "where": {"name": {"has": "mau"}}}
    for client in (Client(), sign_in("planner")):
        for path, kept in ((where, "rows"), (where.replace("rows", "row-ids"), "ids")):
            response = client.post(path, json.dumps(body), content_type="application/json")
            assert response.status_code == 200
            assert len(response.json()[kept]) == 1
            assert response.json()["total"] == 1
            bad = client.post(path, json.dumps({"ids": ["x"]}), content_type="application/json")
            assert bad.status_code == 400
            gone = client.post(
                path.replace(served.slug, "zr-nothing"), "{}", content_type="application/json"
            )
            assert gone.status_code == 404


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
