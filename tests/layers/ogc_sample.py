"""A small committed city for the tests of the OGC API, and a reader of its answers."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.test import Client
from sample_features import Sample, add, committed, make_layer

from layers.selectors import forget_recent_layers

PARCELS, ROADS, SITES, HIDDEN = "zz-ogc-parcels", "zz-ogc-roads", "zz-ogc-sites", "zz-ogc-hidden"


@dataclass(frozen=True)
class City:
    parcels: list[Sample]  # the last one is internal
    road: Sample
    sites: list[Sample]
    zone: Sample


@contextmanager
def ogc_city() -> Iterator[City]:
    with committed() as made:
        parcels = make_layer(PARCELS, "parcels")
        roads = make_layer(ROADS, "infrastructure", "MultiLineString", current_only=False)
        sites = make_layer(SITES, "tourism", licence="CC BY 4.0")
        hidden = make_layer(HIDDEN, "security", "MultiPolygon", sensitivity=2)
        made += [parcels, roads, sites, hidden]
        rows = [
            add(parcels, f"p{n}", n, so_to="12", so_thua=str(n), area_m2=100 + n) for n in range(4)
        ]
        rows.append(add(parcels, "p9", 9, so_to="12", so_thua="9", area_m2=900, sensitivity=1))
        road = add(
            roads, "r1", 1, valid_from=date(2020, 1, 1), valid_to=date(2021, 1, 1), width_m=None
        )
        places = [
            add(sites, f"s{n}", n, name=name) for n, name in enumerate(["Chùa Vĩnh Tràng", "Chợ"])
        ]
        forget_recent_layers()
        yield City(rows, road, places, add(hidden, "z1", 1, sensitivity=2))


def get(path: str, client: Client | None = None, **headers: str) -> tuple[Any, Any]:
    """Return (response, decoded JSON or None) of a GET."""
    response: Any = (client or Client()).get(path, headers=headers)
    raw = b"".join(response.streaming_content) if response.streaming else response.content
    return response, json.loads(raw) if raw else None


def items(query: str = "", layer: str = PARCELS, client: Client | None = None) -> Any:
    """Return a page of items; the request must succeed."""
    response, body = get(f"/ogc/collections/{layer}/items?{query}", client)
    assert response.status_code == 200, body
    return body


def refused(query: str, layer: str = PARCELS) -> Any:
    """Return the problem of a request for items that must be refused, with its parameter."""
    response, body = get(f"/ogc/collections/{layer}/items?{query}")
    assert response.status_code == 400, body
    assert response["Content-Type"] == "application/problem+json"
    return body
