"""`POST /api/layers/{slug}/features`: many features by their ids, as the OGC API shows each."""

import json
from collections.abc import Callable

import pytest
from django.test import Client
from sample_features import SECRET, Sample, add, committed, make_layer

from layers.models import Layer


@pytest.fixture(scope="module")
def planted(database: str):
    with committed() as made:
        made.append(make_layer("zf-parcels", "parcels"))
        yield made[0], [add(made[0], f"p{n}", n, sensitivity=n % 3) for n in range(6)]


def asked(client: Client, slug: str, ids: list) -> tuple[int, list[dict]]:
    response = client.post(
        f"/api/layers/{slug}/features", json.dumps({"ids": ids}), content_type="application/json"
    )
    body = response.json()
    return response.status_code, body.get("features", [])


@pytest.mark.parametrize(("role", "level"), [("anonymous", 0), ("planner", 1)])
def test_each_is_shown_as_its_item(
    planted: tuple[Layer, list[Sample]], sign_in: Callable[[str], Client], role: str, level: int
):
    layer, rows = planted
    client = sign_in(role)
    status, found = asked(client, layer.slug, [str(row.id) for row in rows] + ["424242"])
    assert status == 200
    visible = {row.id for row in rows if row.sensitivity <= level}
    assert {item["id"] for item in found} == visible
    assert (SECRET in json.dumps(found)) == (role == "planner")
    for item in found:
        whole = client.get(f"/ogc/collections/{layer.slug}/items/{item['id']}?f=json").json()
        assert (item["properties"], item["geometry"]) == (whole["properties"], whole["geometry"])


def test_hidden_layers_and_hostile_ids(planted: tuple[Layer, list[Sample]]):
    layer, rows = planted
    with committed() as made:
        made.append(make_layer("zf-hidden", "parcels", sensitivity=2))
        hidden = add(made[0], "h")
        assert asked(Client(), "zf-hidden", [str(hidden.id)]) == (404, [])
        assert asked(Client(), layer.slug, [str(hidden.id)]) == (200, [])
    assert asked(Client(), "zf-nothing", ["1"])[0] == 404
    for bad in ["x", "", "-1", "1" * 17, None, 7.5, "1\0"]:
        assert asked(Client(), layer.slug, [bad])[0] == 400, bad
    assert asked(Client(), layer.slug, [str(row.id) for row in rows] * 200)[0] == 400
    assert asked(Client(), layer.slug, []) == (200, [])
