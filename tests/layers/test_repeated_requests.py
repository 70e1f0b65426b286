"""Idempotency-Key on every write: a repeated request is applied once and answered the same."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from editing import changed, moved, read, send
from route_cases import routes
from sample_features import SYSTEM, Sample, add, committed, make_layer

from gis_core.channels import Audit
from gis_core.models import AnsweredRequest, ChangeSet, RoleGrant, User
from layers import selectors, versions
from layers.change_operation import ChangeOperation

SITES = "zi-sites"
ITEMS = f"/ogc/collections/{SITES}/items"
SETS = "/api/change-sets"


@pytest.fixture
def site(database: str) -> Iterator[Sample]:
    with committed() as made:
        made.append(make_layer(SITES, "tourism"))
        yield add(made[0], "chua", name="Chùa Vĩnh Tràng")
        ChangeOperation.objects.filter(layer__in=made).delete()
        AnsweredRequest.objects.all().delete()


@pytest.fixture
def editor(sign_in: Callable[[str], Client]) -> Client:
    return sign_in("administrator")


def twice(client: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """Send a request, and once more as after a lost answer; return the answer."""
    headers = {"idempotency_key": f"{method} {path[-30:]}"[:64], **headers}
    first, second = (send(client, method, path, body, **headers) for _time in range(2))
    assert (second.status_code, second.content) == (first.status_code, first.content)
    kept = ("ETag", "Location", "Content-Type", "Content-Crs")
    assert [second.headers.get(name) for name in kept] == [first.headers.get(name) for name in kept]
    return first


def last_version(site: Sample) -> int:
    return versions.versions(selectors.layer(SYSTEM, SITES), site.id)[0].version


def test_every_write_of_the_product_takes_a_key():
    writes = [route.channel for route in routes() if route.channel.audit is Audit.WRITE]
    assert len(writes) > 15
    assert [one.name for one in writes if not one.repeatable] == ["api.change_sets.create"]


def test_edits_by_programs_are_applied_once(site: Sample, editor: Client):
    feature = changed(read(editor, SITES, site.id), phone="1")
    assert twice(editor, "PUT", f"{ITEMS}/{site.id}", feature).status_code == 200
    assert last_version(site) == 2
    etag = editor.get(f"{ITEMS}/{site.id}")["ETag"]
    path = f"/api/layers/{SITES}/features/{site.id}"
    body = {"properties": {"phone": "2"}}
    patch = {"if_match": etag, "content_type": "application/merge-patch+json"}
    assert twice(editor, "PATCH", path, body, **patch).status_code == 200
    assert last_version(site) == 3
    new = {
        "type": "Feature",
        "geometry": feature["geometry"],
        "properties": {"name": "Mới", "slug": "moi"},
    }
    made = twice(editor, "POST", ITEMS, new)
    assert made.status_code == 201
    assert editor.get(f"/api/layers/{SITES}/rows").json()["total"] == 2
    assert twice(editor, "DELETE", made["Location"].split("testserver")[1]).status_code == 204
    assert twice(editor, "DELETE", f"{ITEMS}/{site.id}").status_code == 204
    restored = {"version": 1, "base_version": 3}
    json_type = {"content_type": "application/json"}
    assert twice(editor, "POST", f"{path}/restore", restored, **json_type).status_code == 200
    assert last_version(site) == 4


def test_steps_of_a_draft_and_its_publication_are_applied_once(site: Sample, editor: Client):
    json_type = {"content_type": "application/json"}
    entry = twice(editor, "POST", SETS, {"title": "Nháp", "reason": "vì"}, **json_type).json()
    where = f"{SETS}/{entry['id']}"
    step = {
        **{"kind": "update", "layer": SITES, "id": str(site.id), "base_version": 1},
        "values": {"phone": "7"},
    }
    entry = twice(
        editor, "PUT", f"{where}/operations/a", step, if_match=f'"{entry["revision"]}"', **json_type
    ).json()
    assert len(entry["operations"]) == 1
    said = twice(editor, "POST", f"{where}/comments", {"text": "xem lại"}, **json_type)
    assert said.status_code == 201
    assert len(editor.get(f"{where}/comments").json()["comments"]) == 1
    match = {"if_match": f'"{entry["revision"]}"', **json_type}
    published = twice(editor, "POST", f"{where}/publish", {}, **match)
    assert published.status_code == 200, published.content
    assert last_version(site) == 2
    undone = twice(editor, "POST", f"{where}/undo", {"reason": "nhầm"}, **json_type)
    assert undone.status_code == 200
    assert last_version(site) == 3


def test_of_requests_that_come_at_a_time_one_is_applied(site: Sample, accounts: dict[str, int]):
    user = User.objects.get(pk=accounts["administrator"])
    start = threading.Barrier(6)
    client = Client()
    client.force_login(user)
    feature = changed(read(client, SITES, site.id), phone="1")

    def once_more(_number: int) -> tuple[int, bytes]:
        mine = Client()
        mine.force_login(user)
        start.wait()
        try:
            path = f"{ITEMS}/{site.id}"
            answer = send(mine, "PUT", path, feature, idempotency_key="at-a-time")
            return answer.status_code, answer.content
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        answers = set(pool.map(once_more, range(6)))
    assert len(answers) == 1
    assert last_version(site) == 2


def test_a_refused_edit_is_kept_once_and_refused_again(site: Sample, editor: Client):
    stale = read(editor, SITES, site.id)
    send(editor, "PUT", f"{ITEMS}/{site.id}", changed(stale, phone="theirs"))
    mine = changed(stale, phone="mine")
    assert twice(editor, "PUT", f"{ITEMS}/{site.id}", mine).status_code == 409
    kept = ChangeSet.objects.filter(operations__layer__slug=SITES, state="draft")
    assert kept.count() == 1


def test_what_wrote_nothing_may_be_tried_again_under_its_key(site: Sample, editor: Client):
    path = f"/api/layers/{SITES}/features/{site.id}"
    kind = {"content_type": "application/merge-patch+json", "idempotency_key": "again"}
    body = {"properties": {"phone": "1"}}
    assert send(editor, "PATCH", path, body, if_match='"9"', **kind).status_code == 412
    etag = editor.get(f"{ITEMS}/{site.id}")["ETag"]
    assert send(editor, "PATCH", path, body, if_match=etag, **kind).status_code == 200
    assert last_version(site) == 2


def test_a_key_belongs_to_one_request_of_one_person(
    site: Sample, editor: Client, sign_in: Callable[[str], Client]
):
    path, key = f"{ITEMS}/{site.id}", {"idempotency_key": "k"}
    feature = read(editor, SITES, site.id)
    assert send(editor, "PUT", path, changed(feature, phone="1"), **key).status_code == 200
    other = send(editor, "PUT", path, changed(feature, phone="2"), **key)
    assert other.status_code == 422
    assert "Idempotency-Key" in other.json()["detail"]
    planner = sign_in("planner")
    assert send(planner, "PUT", path, changed(feature, address="x"), **key).status_code == 202
    assert last_version(site) == 2


def test_an_answer_is_not_given_again_to_somebody_who_lost_the_right(site: Sample, database: str):
    user = User.objects.create_user("zi-leaving")
    grant = RoleGrant.objects.create(user=user, role="administrator")
    client = Client()
    client.force_login(user)
    path, key = f"{ITEMS}/{site.id}", {"idempotency_key": "k"}
    feature = changed(read(client, SITES, site.id), phone="1")
    assert send(client, "PUT", path, feature, **key).status_code == 200
    grant.delete()
    assert send(client, "PUT", path, feature, **key).status_code == 403


@pytest.mark.parametrize("key", ["x" * 65, "a\x07b"])
def test_a_key_that_cannot_be_kept_is_refused(site: Sample, editor: Client, key: str):
    feature = changed(read(editor, SITES, site.id), moved("Point"))
    answer = send(editor, "PUT", f"{ITEMS}/{site.id}", feature, idempotency_key=key)
    assert answer.status_code == 400
    assert last_version(site) == 1
