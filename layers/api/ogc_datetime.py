"""The parameter `datetime`: validity for everybody, the recorded past for people with an account.

An instant of the past shows the layer as it was recorded then; a day alone means its end. An
interval, or an instant that has not passed, chooses among the present rows. In both cases the
validity of a feature must touch the time that is asked for.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from gis_core.city import city
from gis_core.errors import NotAllowed
from layers.api.ogc_literals import instant
from layers.api.ogc_refusal import refuse
from layers.selectors import ReadableLayer, features
from layers.versions import rows_as_of

# A visitor's "now" is on its way for a while, and clocks differ.
_STILL_NOW = timedelta(minutes=5)
_DAY = len("2026-01-31")


def rows_at(entry: ReadableLayer, text: str | None) -> QuerySet[Any]:
    """Return the rows of a layer at the time that is asked for; None is the present.

    Raises BadParameter for what is no time, NotAllowed where a visitor asks for the past.
    """
    if text is None:
        return features(entry)
    now = datetime.now(UTC)
    moment = _moment(text)
    rows = features(entry)
    if moment is not None and moment < now:
        if entry.actor.signed_in:
            rows = rows_as_of(entry, moment)
        elif moment < now - _STILL_NOW:
            raise NotAllowed(
                gettext(
                    "The state of a past day is for signed-in people. Sign in, or give an interval"
                    " to choose by validity."
                )
            )
    return rows.filter(_valid_during(text))


def _moment(text: str) -> datetime | None:
    """Return the moment that an instant means, None for an interval."""
    if "/" in text:
        return None
    found = instant(text)
    if found is None:
        raise _refused()
    if len(text) > _DAY:
        return found
    zone = ZoneInfo(city().time_zone)
    return datetime.combine(found.date(), time.max, tzinfo=zone).astimezone(UTC)


def _valid_during(text: str) -> Q:
    """Return the rows whose validity touches an instant or interval; no date is an open end."""
    first, _slash, last = text.partition("/") if "/" in text else (text, "", text)
    start, end = _end(first), _end(last)
    if start is not None and end is not None and start > end:
        raise refuse("datetime", "an interval whose start is not after its end")
    found = Q()
    if end is not None:
        found &= Q(valid_from__isnull=True) | Q(valid_from__lte=end)
    if start is not None:
        found &= Q(valid_to__isnull=True) | Q(valid_to__gte=start)
    return found


def _end(text: str) -> date | None:
    if text in {"", ".."}:
        return None
    found = instant(text)
    if found is None:
        raise _refused()
    return found.date()


def _refused() -> Exception:
    return refuse("datetime", "an RFC 3339 date or time, or start/end")
