"""Promise I2: 1,000 edits by 50 clients on 10 features; each is accepted or refused, none is lost.

A third of the clients patches with If-Match, a third sends what QGIS sends, the version that it
read long ago, and a third works as the planner's page does: a draft, a step in it, publication.
"""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from editing import changed, put, read, send
from sample_features import Sample, add, committed, make_layer

from gis_core.models import User
from layers import selectors, versions
from layers.change_operation import ChangeOperation

SITES = "zz-busy-sites"
CLIENTS, EDITS_EACH = 50, 20
FIELDS = ("phone", "price_text", "address", "website", "opening_hours", "accessibility")

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Try:
    """One edit: the field and the value that nobody else writes, and the answer."""

    feature_id: int
    field: str
    value: str
    status: int


@pytest.fixture
def sites(database: str) -> Iterator[list[Sample]]:
    with committed() as made:
        made.append(make_layer(SITES, "tourism"))
        yield [add(made[0], f"s{n}", n) for n in range(10)]
        ChangeOperation.objects.filter(layer=made[0]).delete()


def edit_many(number: int, user: User, sites: list[Sample], start: threading.Barrier) -> list[Try]:
    choice = random.Random(number)  # noqa: S311 -- repeatable
    client = Client()
    client.force_login(user)
    known = {site.id: read(client, SITES, site.id) for site in sites}
    tries = []
    start.wait()
    for turn in range(EDITS_EACH):
        feature_id, field = choice.choice(sites).id, choice.choice(FIELDS)
        value = f"{number}-{turn}"
        if number % 3 == 2:
            answer = publish_draft(client, known[feature_id], {field: value})
            if choice.random() < 0.5:
                known[feature_id] = read(client, SITES, feature_id)
        elif number % 3:
            answer = put(client, SITES, changed(known[feature_id], **{field: value}))
            if choice.random() < 0.5:  # QGIS reads again when its person does
                known[feature_id] = read(client, SITES, feature_id)
        else:
            etag = client.get(f"/ogc/collections/{SITES}/items/{feature_id}")["ETag"]
            path = f"/api/layers/{SITES}/features/{feature_id}"
            body = {"properties": {field: value}}
            answer = send(client, "PATCH", path, body, if_match=etag, content_type=PATCH)
        tries.append(Try(feature_id, field, value, answer.status_code))
    connections.close_all()
    return tries


def publish_draft(client: Client, feature: dict[str, Any], values: dict[str, str]) -> Any:
    """Return the answer to publishing a draft that changes a feature as it was read."""
    draft = send_json(client, "POST", SETS, {"title": "t", "reason": "r"}).json()
    step = {
        "key": "u",
        "kind": "update",
        "layer": SITES,
        "id": str(feature["id"]),
        "base_version": feature["properties"]["_version"],
        "values": values,
        "geometry": None,
        "verdict": "",
        "note": "",
    }
    where = f"{SETS}/{draft['id']}"
    kept = send_json(client, "PUT", f"{where}/operations/u", step, draft["revision"])
    assert kept.status_code == 200, kept.content
    return send_json(client, "POST", f"{where}/publish", {}, kept.json()["revision"])


def send_json(
    client: Client, method: str, path: str, body: dict[str, Any], revision: int | None = None
) -> Any:
    headers = {} if revision is None else {"if_match": f'"{revision}"'}
    return send(client, method, path, body, content_type="application/json", **headers)


PATCH = "application/merge-patch+json"
SETS = "/api/change-sets"


def test_no_edit_is_lost(sites: list[Sample], accounts: dict[str, int]):
    user = User.objects.get(pk=accounts["administrator"])
    start = threading.Barrier(CLIENTS)
    with ThreadPoolExecutor(CLIENTS) as pool:
        runs = [pool.submit(edit_many, n, user, sites, start) for n in range(CLIENTS)]
        tries = [item for run in runs for item in run.result()]
    answers = Counter(item.status for item in tries)
    assert len(tries) == CLIENTS * EDITS_EACH
    assert set(answers) <= {200, 409, 412}, answers
    assert answers[200] > 100, answers
    assert answers[409] and answers[412], answers
    for site in sites:
        # As the server on itself: its history is whole for everybody who may see the layer.
        actor_layer = selectors.layer(reader(user), SITES)
        chain = versions.versions(actor_layer, site.id)[::-1]
        assert [item.version for item in chain] == list(range(1, len(chain) + 1))
        written = {
            (field, item.values[field])
            for before, item in pairwise(chain)
            for field in FIELDS
            if item.values[field] != before.values[field]
        }
        accepted = {
            (t.field, t.value) for t in tries if t.feature_id == site.id and t.status == 200
        }
        assert written == accepted
        assert len(chain) == len(accepted) + 1
    kept = ChangeOperation.objects.filter(layer__slug=SITES, change_set__state="draft")
    drafts = {(step.feature_id, *pair) for step in kept for pair in step.values.items()}
    refused = {(t.feature_id, t.field, t.value) for t in tries if t.status == 409}
    assert refused <= drafts, "a refused edit of QGIS is kept as a draft"


def reader(user: User):
    from gis_core.headers import actor_for

    return actor_for(user)
