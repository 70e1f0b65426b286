"""`?datetime=`: the layer as it was recorded at a moment, for people with an account."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
import shapely
from django.test import Client
from ogc_sample import get
from sample_features import SYSTEM, Sample, add, committed, make_layer

from layers import changes, selectors, versions
from layers.changes import Kind, Operation

SLUG = "zz-past"
SignIn = Callable[[str], Client]


@pytest.fixture
def past(database: str) -> Iterator[list[Sample]]:
    """A committed layer: `a` renamed and moved, `b` deleted."""
    with committed() as made:
        layer = make_layer(SLUG, "environment", "Point")
        made.append(layer)
        rows = [add(layer, "a", name="Một"), add(layer, "b", 1, name="Hai")]
        entry = selectors.layer(SYSTEM, SLUG)
        away = shapely.Point(106.4, 10.4)
        steps = (
            Operation(Kind.UPDATE, entry, {"name": "Ba"}, away, rows[0].id, 1),
            Operation(Kind.DELETE, entry, {}, None, rows[1].id, 1),
        )
        for step in steps:
            changes.apply(SYSTEM, [step], title="later", channel="browser")
        yield rows


def moments(rows: list[Sample]) -> list[datetime]:
    """Return the moments at which: a came, b came, a changed, b went."""
    entry = selectors.layer(SYSTEM, SLUG)
    (second, first), (gone,) = (versions.versions(entry, row.id) for row in rows)
    assert gone.ended_at is not None
    return [first.changed_at, gone.changed_at, second.changed_at, gone.ended_at]


def names(client: Client, moment: datetime | str, more: str = "", path: str = "") -> list[str]:
    text = moment if isinstance(moment, str) else moment.isoformat()
    address = path or f"/ogc/collections/{SLUG}/items"
    response, body = get(f"{address}?datetime={quote(text)}{more}", client)
    assert response.status_code == 200, body
    return sorted(item["properties"]["name"] for item in body["features"])


def test_the_layer_as_of_each_moment(past: list[Sample], sign_in: SignIn) -> None:
    officer = sign_in("environment_officer")
    came, both, changed, gone = moments(past)
    tick = timedelta(microseconds=1)
    assert names(officer, came - tick) == []
    assert names(officer, came) == ["Một"]
    assert names(officer, both) == names(officer, changed - tick) == ["Hai", "Một"]
    assert names(officer, changed) == names(officer, gone - tick) == ["Ba", "Hai"]
    assert names(officer, gone) == names(officer, "../..") == ["Ba"]
    assert names(officer, datetime.now(UTC) + timedelta(days=9)) == ["Ba"]


def test_filters_pages_and_files_of_the_past(past: list[Sample], sign_in: SignIn) -> None:
    officer = sign_in("environment_officer")
    both = moments(past)[1]
    here = f"&bbox={past[0].lon - 1e-4},{past[0].lat - 1e-4},{past[0].lon + 1e-4},10.3545"
    assert names(officer, both, here) == ["Một"]
    assert names(officer, both, "&filter=" + quote("name LIKE 'H%'")) == ["Hai"]
    assert names(officer, both, "&code=a") == ["Một"]
    assert names(officer, both, path=f"/api/layers/{SLUG}.geojson") == ["Hai", "Một"]
    address = f"/ogc/collections/{SLUG}/items?limit=1&datetime={quote(both.isoformat())}"
    seen: list[Any] = []
    while address:
        _response, body = get(address.removeprefix("http://testserver"), officer)
        assert body["numberMatched"] == 2
        seen += [(item["id"], item["properties"]["_version"]) for item in body["features"]]
        address = next((i["href"] for i in body["links"] if i["rel"] == "next"), "")
    assert sorted(seen) == sorted((row.id, 1) for row in past)


def test_a_day_means_its_end(past: list[Sample], sign_in: SignIn) -> None:
    officer = sign_in("environment_officer")
    today = datetime.now(UTC).astimezone().date()
    assert names(officer, str(today + timedelta(days=1))) == ["Ba"]
    assert names(officer, str(today - timedelta(days=2))) == []


def test_visitors_see_the_present_only(past: list[Sample]) -> None:
    now = datetime.now(UTC)
    assert names(Client(), now) == names(Client(), now + timedelta(days=1)) == ["Ba"]
    for moment in ("2020-06-01", (now - timedelta(hours=1)).isoformat()):
        address = f"/ogc/collections/{SLUG}/items?datetime={quote(moment)}"
        response, body = get(address, Client())
        assert (response.status_code, body["code"]) == (403, "not_allowed")
        missing, _body = get(address.replace(SLUG, "zz-none"), Client())
        assert missing.status_code == 404
    assert names(Client(), "2020-01-01/2020-01-02") == ["Ba"]  # no dates: valid at any time


def test_the_past_keeps_its_secrets(sign_in: SignIn) -> None:
    with committed() as made:
        zones = make_layer("zz-past-zones", "security", "MultiPolygon")
        made.append(zones)
        row = add(zones, "z", sensitivity=2)
        moment = quote(datetime.now(UTC).isoformat())
        address = f"/ogc/collections/{zones.slug}/items?datetime={moment}"
        for role, count in (("planner", 0), ("administrator", 0), ("security_staff", 1)):
            _response, body = get(address, sign_in(role))
            assert body["numberMatched"] == len(body["features"]) == count, role
        assert body["features"][0]["id"] == row.id
