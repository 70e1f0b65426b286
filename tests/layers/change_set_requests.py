"""Requests to `/api/change-sets`, as a client sends them."""

import json
from typing import Any

import shapely
from django.test import Client
from draft_sample import number, plot

SETS = "/api/change-sets"


def send(client: Client, method: str, path: str, body: Any = None, match: int | None = None):
    headers = {} if match is None else {"HTTP_IF_MATCH": f'"{match}"'}
    text = body if isinstance(body, str) else json.dumps({} if body is None else body)
    return client.generic(method, path, text, content_type="application/json", **headers)


def opened(client: Client, **extra) -> dict:
    body = {"title": "Thửa mới", "reason": "đo", **extra}
    response = send(client, "POST", SETS, body)
    assert response.status_code == 201, response.content
    return response.json()


def step(name: str, column: int, **more) -> dict:
    geometry = shapely.geometry.mapping(plot(column))
    return {
        "key": f"n{name}",
        "kind": "create",
        "layer": "zd-parcels",
        "id": None,
        "base_version": None,
        "values": number(name),
        "geometry": geometry,
        "verdict": "",
        "note": "",
        **more,
    }


def put(client: Client, entry: dict, sent: dict):
    where = f"{SETS}/{entry['id']}/operations/{sent['key']}"
    return send(client, "PUT", where, sent, entry["revision"])


def ready(client: Client, *steps: dict) -> dict:
    entry = opened(client)
    for sent in steps or (step("1", 0),):
        entry = put(client, entry, sent).json()
    response = send(client, "POST", f"{SETS}/{entry['id']}/submit", {}, entry["revision"])
    assert response.status_code == 200, response.content
    return response.json()
