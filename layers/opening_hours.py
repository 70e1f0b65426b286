"""Opening hours in the OpenStreetMap notation, as far as city offices use it.

Understood: `24/7`, `07:00-18:00`, `Mo-Fr 07:30-11:30,13:00-17:00; Sa 08:00-12:00`. Anything else is
shown as written and never claims to be open or closed.
Source of the notation: https://wiki.openstreetmap.org/wiki/Key:opening_hours
"""

import re
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.utils import timezone

from gis_core.city import city

_DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_NAMES = {
    "vi": ("T2", "T3", "T4", "T5", "T6", "T7", "CN"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_RULE = re.compile(
    r"^(?:(?P<days>(?:Mo|Tu|We|Th|Fr|Sa|Su)(?:[-,](?:Mo|Tu|We|Th|Fr|Sa|Su))*)\s+)?"
    r"(?P<times>\d\d:\d\d-\d\d:\d\d(?:,\d\d:\d\d-\d\d:\d\d)*)$"
)


@dataclass(frozen=True)
class Rule:
    """Opening times on some days of the week (Monday is 0)."""

    days: frozenset[int]
    spans: tuple[tuple[time, time], ...]


def parse(text: str) -> tuple[Rule, ...] | None:
    """Return the rules of an opening_hours text, or None when it says more than we understand."""
    if text.strip() == "24/7":
        return (Rule(frozenset(range(7)), ((time.min, time.max),)),)
    rules = []
    for part in text.split(";"):
        match = _RULE.match(part.strip())
        if match is None:
            return None
        try:
            spans = tuple(_span(item) for item in match["times"].split(","))
        except ValueError:
            return None
        rules.append(Rule(_days(match["days"]), spans))
    return tuple(rules)


def _days(text: str | None) -> frozenset[int]:
    if not text:
        return frozenset(range(7))
    found: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        start, end = _DAYS.index(first), _DAYS.index(last or first)
        found |= {day % 7 for day in range(start, (end if end >= start else end + 7) + 1)}
    return frozenset(found)


def _span(text: str) -> tuple[time, time]:
    start, end = text.split("-")
    return time.fromisoformat(start), time.max if end == "24:00" else time.fromisoformat(end)


def is_open(text: str, at: datetime | None = None) -> bool | None:
    """Tell whether a place is open at `at` (aware; now by default); None when not known."""
    rules = parse(text) if text else None
    if rules is None:
        return None
    local = (at or timezone.now()).astimezone(ZoneInfo(city().time_zone))
    clock, today = local.time(), local.weekday()
    for rule in rules:
        for start, end in rule.spans:
            if start <= end:
                inside = today in rule.days and start <= clock < end
            else:  # past midnight
                yesterday = (today - 1) % 7
                inside = (today in rule.days and clock >= start) or (
                    yesterday in rule.days and clock < end
                )
            if inside:
                return True
    return False


def shown_hours(text: str, language: str) -> str:
    """Return the hours as people write them; what is not understood is shown as written."""
    if text.strip() == "24/7":
        return "Cả ngày" if language == "vi" else "All day"
    shown = text.replace("-", "–").replace(",", ", ")
    for code, name in zip(_DAYS, _NAMES.get(language, _NAMES["vi"]), strict=True):
        shown = shown.replace(code, name)
    return shown
