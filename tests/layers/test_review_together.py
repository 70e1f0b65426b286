"""Several people publish at once: every edit arrives, nobody sees a deadlock."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from django.db import connections
from draft_sample import edit, live, new, parcels, row_of, submitted
from sample_features import committed

from gis_core.access import Actor, Grant
from gis_core.errors import CityError
from gis_core.models import ChangeSet, User
from layers import drafts, review
from layers.drafts import Description
from layers.models import ChangeComment, ChangeOperation, Layer

FIELDS = ("address", "place_name", "issued_id", "owner_name", "owner_address")


@dataclass(frozen=True)
class Office:
    layer: Layer
    planners: list[Actor]
    approver: Actor


@pytest.fixture
def office(database: str) -> Iterator[Office]:
    with committed() as made:
        layer = parcels("zt-parcels")
        made.append(layer)
        users = [User.objects.get_or_create(username=f"zt-{number}")[0] for number in range(6)]
        people = [Actor(user.pk, user.username, (Grant("planner"),)) for user in users]
        approver = Actor(users[-1].pk, "zt-approver", (Grant("approver"),))
        yield Office(layer, people[:-1], approver)
        ChangeComment.objects.filter(change_set__user__in=users).delete()
        ChangeOperation.objects.filter(change_set__user__in=users).delete()
        # Rows of the books stay with their people, as in life; these were never on any map.
        ChangeSet.objects.filter(user__in=users, state="draft").delete()


def together(work: list) -> list[str]:
    def one(step) -> str:
        try:
            step()
        except CityError as refusal:
            return refusal.code
        finally:
            connections.close_all()
        return "done"

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(one, work))


def test_sets_over_the_same_features_all_arrive(office: Office):
    ids = [live(office.layer, str(number), 2 * number) for number in range(6)]
    sets = []
    for number, planner in enumerate(office.planners):
        order = ids[number:] + ids[:number]
        if number % 2:
            order.reverse()
        steps = [edit(planner, office.layer, i, **{FIELDS[number]: f"v{number}"}) for i in order]
        sets.append(submitted(planner, *steps))
    work = [lambda e=entry: review.publish(office.approver, e.pk, e.revision) for entry in sets]
    assert together(work) == ["done"] * len(sets)
    for feature_id in ids:
        row = row_of(office.layer, feature_id)
        assert row.version == len(sets) + 1
        assert [getattr(row, name) for name in FIELDS] == [f"v{n}" for n in range(len(sets))]


def test_one_draft_published_twice_is_written_once(office: Office):
    planner = office.planners[0]
    entry = submitted(planner, new(planner, office.layer, "new", 0))
    found = together([lambda: review.publish(office.approver, entry.pk, entry.revision)] * 4)
    assert sorted(found) == ["done", "stale", "stale", "stale"]


def test_one_revision_takes_one_change(office: Office):
    planner = office.planners[0]
    entry = drafts.create(planner, Description(title="x"))
    work = [
        lambda n=number: drafts.put_operation(
            planner, entry.pk, entry.revision, new(planner, office.layer, str(n), n)
        )
        for number in range(4)
    ]
    assert sorted(together(work)) == ["done", "stale", "stale", "stale"]
    assert ChangeOperation.objects.filter(change_set=entry.pk).count() == 1


def test_the_same_request_at_once_makes_one_draft(office: Office):
    planner = office.planners[1]
    work = [lambda: drafts.create(planner, Description(title="x"), request_key="zt-1")] * 4
    assert together(work) == ["done"] * 4
    assert ChangeSet.objects.filter(user_id=planner.user_id, request_key="zt-1").count() == 1
