"""Promise I2: 1,000 edits by 50 clients on 10 features; each is accepted or refused, none is lost.

Half of the clients send If-Match, the others what QGIS sends: the version that they read long ago.
"""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

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
        if number % 2:
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


PATCH = "application/merge-patch+json"


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
