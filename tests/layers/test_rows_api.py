"""Rows as a table over HTTP: parameters, long questions, pages that somebody made up."""

import base64
import json
from collections.abc import Callable

import hypothesis.strategies as st
import pytest
from django.test import Client
from hypothesis import given, settings
from sample_features import SYSTEM, add, committed, make_layer

from gis_core.errors import BadRequest
from layers import selectors, table_columns, table_order
from layers.models import Layer
from layers.registry import theme_by_key

pytestmark = pytest.mark.usefixtures("db")


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
