"""Editors who may not publish: what QGIS sends becomes a change set for review, in one piece."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from editing import changed, geojson, moved, put, read, send
from sample_features import Sample, add, committed, make_layer

from gis_core.access import Actor, Grant
from gis_core.models import ChangeSet
from layers import review
from layers.change_operation import ChangeOperation
from layers.models import Layer

SITES = "zz-proposed-sites"
ITEMS = f"/ogc/collections/{SITES}/items"


@pytest.fixture
def layer(database: str) -> Iterator[Layer]:
    with committed() as made:
        made.append(make_layer(SITES, "tourism"))
        yield made[0]
        found = ChangeOperation.objects.filter(layer=made[0])
        sets = set(found.values_list("change_set_id", flat=True))
        found.delete()
        ChangeSet.objects.filter(pk__in=sets, published_at=None).delete()


@pytest.fixture
def site(layer: Layer) -> Sample:
    return add(layer, "chua", name="Chùa Vĩnh Tràng", phone="1")


@pytest.fixture
def planner(sign_in: Callable[[str], Client]) -> Client:
    return sign_in("planner")


@pytest.fixture
def approver(accounts: dict[str, int]) -> Actor:
    return Actor(accounts["approver"], "approver", (Grant("approver"),))


def steps(change_set: int) -> list[ChangeOperation]:
    return list(ChangeOperation.objects.filter(change_set_id=change_set))


def body(slug: str = "cho-moi", **properties) -> dict:
    values = {"name": "Chợ mới", "slug": slug, "_version": None, **properties}
    return {"type": "Feature", "geometry": geojson(moved("Point")), "properties": values}


def test_a_save_of_qgis_is_one_change_set(site, planner, approver):
    """Geometry and attributes of one feature, then a new one, as real QGIS sends them."""
    stale = read(planner, SITES, site.id)
    first = put(planner, SITES, changed(stale, moved("Point")))
    assert first.status_code == 202
    second = put(planner, SITES, changed(stale, moved("Point"), phone="2"))
    third = send(planner, "POST", ITEMS, body())
    kept = {answer.json()["change_set"] for answer in (first, second, third)}
    assert third.status_code == 202
    assert len(kept) == 1
    entry = ChangeSet.objects.get(pk=kept.pop())
    assert (entry.state, entry.channel) == ("submitted", "ogc")
    edited, created = steps(entry.pk)
    assert (edited.values, edited.base_version) == ({"phone": "2"}, 1)
    assert edited.geom is not None
    assert third["Location"].endswith(f"{ITEMS}/{created.feature_id}")
    assert read(Client(), SITES, site.id)["properties"]["phone"] == "1", "not on the map yet"
    review.approve(approver, entry.pk, None)
    review.publish(approver, entry.pk, None)
    assert read(Client(), SITES, site.id)["properties"]["phone"] == "2"
    assert read(Client(), SITES, site.id)["geometry"] == geojson(moved("Point"))
    assert Client().get(third["Location"]).json()["properties"]["name"] == "Chợ mới"


def test_a_proposed_feature_is_read_changed_and_taken_back_by_its_author_only(
    layer, planner, sign_in
):
    where = send(planner, "POST", ITEMS, body())["Location"]
    mine = planner.get(where)
    assert mine.status_code == 200
    feature = mine.json()
    assert where.endswith(f"/{feature['id']}")
    assert feature["geometry"] == geojson(moved("Point"))
    assert (feature["properties"]["name"], feature["properties"]["_version"]) == ("Chợ mới", None)
    for other in (Client(), sign_in("administrator"), sign_in("approver")):
        assert other.get(where).status_code == 404
    north = planner.get(where, {"crs": "http://www.opengis.net/def/crs/EPSG/0/4326"}).json()
    assert north["geometry"]["coordinates"] == feature["geometry"]["coordinates"][::-1]
    again = put(planner, SITES, changed(feature, name="Chợ nổi", name_en="Market"))
    assert again.status_code == 202
    assert planner.get(where).json()["properties"]["name_en"] == "Market"
    entry = ChangeSet.objects.get(pk=again.json()["change_set"])
    assert (entry.state, len(steps(entry.pk))) == ("submitted", 1)
    assert send(sign_in("administrator"), "DELETE", where).status_code == 404
    assert send(planner, "DELETE", where).status_code == 204
    assert planner.get(where).status_code == 404
    assert ChangeSet.objects.get(pk=entry.pk).state == "discarded"


def test_an_edit_after_an_edit_keeps_both(site, planner):
    feature = read(planner, SITES, site.id)
    put(planner, SITES, changed(feature, phone="2"))
    done = put(planner, SITES, changed(feature, price_text="9")).json()
    assert steps(done["change_set"])[0].values == {"phone": "2", "price_text": "9"}


def test_deleting_waits_as_well(site, planner):
    done = send(planner, "DELETE", f"{ITEMS}/{site.id}")
    assert done.status_code == 202
    assert [step.kind for step in steps(done.json()["change_set"])] == ["delete"]
    assert read(planner, SITES, site.id)["id"] == site.id


def test_what_was_published_in_the_meantime_is_not_overwritten(site, planner, sign_in):
    stale = read(planner, SITES, site.id)
    assert put(sign_in("administrator"), SITES, changed(stale, phone="7")).status_code == 200
    assert put(planner, SITES, changed(stale, phone="8")).status_code == 409
    merged = put(planner, SITES, changed(stale, price_text="8"))
    assert merged.status_code == 202
    (step,) = steps(merged.json()["change_set"])
    assert (step.values, step.base_version) == ({"price_text": "8"}, 2)


def test_an_edit_that_the_checks_refuse_is_kept_as_a_draft(site, planner):
    refused = send(planner, "POST", ITEMS, body(slug="cho-chua"))
    assert refused.status_code == 422, refused.content
    problem = refused.json()
    entry = ChangeSet.objects.get(pk=problem["errors"][-1]["draft"])
    assert entry.state == "draft"
    assert f"/api/change-sets/{entry.pk}" in problem["detail"]


def test_a_person_who_may_publish_in_one_ward_only(layer, site, accounts):
    """Elsewhere the edit waits: the right to publish ends at the border of the ward."""
    from gis_core.models import RoleGrant, User

    user = User.objects.create_user("zz-ward-person")
    RoleGrant.objects.create(user=user, role="planner")
    RoleGrant.objects.create(user=user, role="approver", ward_code="99999")
    client = Client()
    client.force_login(user)
    feature = read(client, SITES, site.id)
    assert put(client, SITES, changed(feature, phone="3")).status_code == 202
