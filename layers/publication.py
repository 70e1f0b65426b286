"""Publication days: approved change sets go onto the map when their day comes, by the worker."""

import logging
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.db import transaction
from django_tasks import task

from gis_core.access import STAFF_DATABASE, Actor, system_actor
from gis_core.change_states import State
from gis_core.city import city
from gis_core.errors import CityError
from gis_core.models import ChangeSet
from layers import review
from layers.change_set_reading import sets

logger = logging.getLogger(__name__)


def approve(
    actor: Actor,
    set_id: int,
    revision: int | None,
    note: str = "",
    opinions: review.Opinions | None = None,
) -> ChangeSet:
    """Approve as `review.approve` does, and ask the worker for the publication day."""
    with transaction.atomic(using=STAFF_DATABASE):  # the decision and its task, or neither
        return _with_a_task(review.approve(actor, set_id, revision, note, opinions))


def publish(actor: Actor, set_id: int, revision: int | None) -> ChangeSet:
    """Publish as `review.publish` does, or ask the worker for the publication day."""
    with transaction.atomic(using=STAFF_DATABASE):
        return _with_a_task(review.publish(actor, set_id, revision))


def _with_a_task(entry: ChangeSet) -> ChangeSet:
    if entry.state == State.APPROVED and entry.publish_on is not None:
        publish_on_the_day.using(run_after=begin_of(entry.publish_on)).enqueue()
    return entry


def begin_of(day: date) -> datetime:
    """Return the first moment of a day in the city's time zone (aware)."""
    return datetime.combine(day, time.min, ZoneInfo(city().time_zone))


@task()
def publish_on_the_day() -> None:
    """Publish everything whose day has come; running it again does nothing more."""
    for entry, refusal in publish_due(system_actor("publish_due")):
        if refusal:
            logger.warning("change set %d is not published: %s", entry.pk, refusal)


def publish_due(actor: Actor) -> list[tuple[ChangeSet, str]]:
    """Publish the approved change sets whose day has come; return each with why it was not.

    One that cannot be published stays approved, lies among the conflicts of its author and of those
    who decide about it, and does not stop the others.
    """
    due = sets().filter(state=State.APPROVED, publish_on__lte=actor.today).order_by("pk")
    return [(entry, _publish_one(actor, entry)) for entry in due]


def _publish_one(actor: Actor, entry: ChangeSet) -> str:
    try:
        with transaction.atomic(using=STAFF_DATABASE):
            review.publish(actor, entry.pk, None)
    except CityError as refusal:
        return refusal.detail
    return ""
