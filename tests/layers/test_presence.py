"""Who is editing what: told to others who may edit the layer and see the row, to nobody else."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from editing import send
from sample_features import SYSTEM, Sample, add, committed, make_layer

from layers import changes, selectors
from layers.changes import Kind, Operation
from layers.presence import LASTS, Editing, forget_recent

PLOTS, ZONES = "zp-plots", "zp-zones"
BOX = [106.36, 10.35, 106.37, 10.36]


@pytest.fixture
def plot(database: str) -> Iterator[Sample]:
    with committed() as made:
        made.append(make_layer(PLOTS, "parcels"))
        made.append(make_layer(ZONES, "security", "MultiPolygon", sensitivity=2))
        yield add(made[0], "held")
        Editing.objects.all().delete()


def hold(client: Client, body: dict[str, Any], page: str = "p1") -> Any:
    return send(client, "PUT", f"/api/presence/{page}", body, content_type="application/json")


def marks(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/api/live").json().get("editing", [])
    return found


def test_others_who_may_edit_are_told_and_nobody_else(plot: Sample, sign_in: Callable):
    editor, other = sign_in("planner"), sign_in("administrator")
    body = {"layer": PLOTS, "id": str(plot.id)}
    assert hold(editor, body).status_code == 204
    (mark,) = marks(other)
    assert (mark["layer"], mark["id"], mark["name"]) == (PLOTS, str(plot.id), "test-planner")
    west, south, east, north = mark["bbox_4326"]
    assert west <= plot.lon <= east
    assert south <= plot.lat <= north
    for role in ("planner", "approver", "ward_officer", "environment_officer", "security_staff"):
        assert marks(sign_in(role)) == [], role
    assert marks(Client()) == []
    assert hold(editor, {**body, "id": None, "bbox_4326": BOX}).status_code == 204
    assert [(mark["id"], mark["bbox_4326"]) for mark in marks(other)] == [(None, BOX)]
    gone = send(editor, "DELETE", "/api/presence/p1")
    assert gone.status_code == 204
    assert marks(other) == []


def test_it_is_over_after_half_a_minute(plot: Sample, sign_in: Callable):
    hold(sign_in("planner"), {"layer": PLOTS, "id": str(plot.id)})
    assert marks(sign_in("administrator"))
    Editing.objects.update(seen_at=timezone.now() - LASTS - timedelta(seconds=1))
    forget_recent()
    assert marks(sign_in("administrator")) == []


def test_a_row_that_is_hidden_takes_its_mark_along(plot: Sample, sign_in: Callable):
    hold(sign_in("planner"), {"layer": PLOTS, "id": str(plot.id)})
    step = Operation(
        Kind.UPDATE, selectors.layer(SYSTEM, PLOTS), {"sensitivity": 1}, None, plot.id, 1
    )
    changes.apply(SYSTEM, [step], title="t", channel="browser")
    assert marks(sign_in("administrator"))  # cleared for internal rows
    model: Any = selectors.layer(SYSTEM, PLOTS).theme.model
    Editing.objects.update(feature_id=plot.id + 1)
    forget_recent()
    assert not model.objects.filter(pk=plot.id + 1).exists()
    assert marks(sign_in("administrator")) == []


def test_a_new_feature_of_somebody_with_more_rights_is_not_told(plot: Sample, sign_in: Callable):
    """It may become one that the others may not see."""
    hold(sign_in("planner"), {"layer": PLOTS, "bbox_4326": BOX})
    assert marks(sign_in("administrator"))
    Editing.objects.update(level=2)
    forget_recent()
    assert marks(sign_in("administrator")) == []


def test_who_may_not_edit_or_see_may_not_hold(plot: Sample, sign_in: Callable):
    body = {"layer": PLOTS, "id": str(plot.id)}
    assert hold(Client(), body).status_code == 401
    assert hold(sign_in("ward_officer"), body).status_code == 403
    planner = sign_in("planner")
    hidden = hold(planner, {"layer": ZONES, "id": "1"})
    missing = hold(planner, {"layer": "zp-nowhere", "id": "1"})
    assert (hidden.status_code, hidden.content) == (missing.status_code, missing.content)
    assert hidden.status_code == 404
    assert hold(planner, {**body, "id": str(plot.id + 1)}).status_code == 404
    assert send(Client(), "DELETE", "/api/presence/p1").status_code == 401
    assert not Editing.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {"layer": PLOTS, "bbox_4326": [1, 2, 3]},
        {"layer": PLOTS, "bbox_4326": [107, 10, 106, 11]},
        {"layer": PLOTS, "bbox_4326": [106, 10, 1e9, 11]},
        {"id": "1"},
    ],
)
def test_what_cannot_be_understood_is_refused(plot: Sample, sign_in: Callable, body: dict):
    assert hold(sign_in("planner"), body).status_code == 400
    assert not Editing.objects.exists()
