"""What the rows of a table are narrowed to, column by column: parsed, checked, as a predicate.

A filter is a mapping of column → condition. A condition holds some of `has` (part of a text; tone
marks and đ/d make no difference), `is` (a whole text, or a truth), `in` (codes), `min` and `max`
(numbers or days, both included) and `empty` (true: nothing there; false: something there).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, Func, Q, TextField
from django.db.models.lookups import Contains, Exact, In
from django.utils.translation import gettext

from gis_core.city import city
from gis_core.errors import BadRequest
from gis_core.text_folding import fold
from layers.natural_order import natural
from layers.registry import Theme
from layers.table_columns import BOOLEAN, CODE, DATE, MOMENT, NUMBER, TEXT, Column, column

_MOST_CODES = 200
_LONGEST = 200  # characters of a text
_LARGEST = Decimal(10) ** 18


class _Folded(Func):
    """As gis_core.text_folding.fold, but for several blanks in a row."""

    # Not city.fold: the public login has no way into that schema.
    template = (
        "lower(public.unaccent('public.unaccent'::regdictionary, normalize(%(expressions)s, NFC)))"
    )
    output_field = TextField()


@dataclass(frozen=True)
class Filter:
    """The predicate of all conditions, and the columns that they name."""

    predicate: Q
    columns: tuple[Column, ...]


def parse(theme: Theme, known: Mapping[str, Column], where: Mapping[str, Any]) -> Filter:
    """Return the filter; raises BadRequest, which names the column that is not understood."""
    predicate = Q()
    used = []
    for name, condition in where.items():
        found = column(known, name)
        if not isinstance(condition, dict) or not condition:
            raise _refuse(found)
        for word, value in condition.items():
            make = _WORDS.get((word, found.kind))
            if make is None:
                raise _refuse(found)
            predicate &= make(theme, found, value)
        used.append(found)
    return Filter(predicate, tuple(used))


def _refuse(found: Column) -> BadRequest:
    return BadRequest(
        gettext("The filter of the column “%s” is not understood. Take it away, then set it again.")
        % found.label
    )


def _text(found: Column, value: Any) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST or "\0" in value:
        raise _refuse(found)
    return value


def _has(theme: Theme, found: Column, value: Any) -> Q:
    wanted = fold(_text(found, value))
    if not wanted:
        return Q()
    predicate = Q(Contains(_Folded(F(found.key)), wanted))
    # What lies in the searched text is found there by its index first.
    return predicate & Q(search_text__contains=wanted) if _searched(theme, found) else predicate


def _searched(theme: Theme, found: Column) -> bool:
    return found.key in theme.search_fields


def _is(_theme: Theme, found: Column, value: Any) -> Q:
    return Q(Exact(natural(found.key), _text(found, value).strip()))


def _is_true(_theme: Theme, found: Column, value: Any) -> Q:
    if not isinstance(value, bool):
        raise _refuse(found)
    return Q(**{found.key: value})


def _in(_theme: Theme, found: Column, value: Any) -> Q:
    if not isinstance(value, list) or not 0 < len(value) <= _MOST_CODES:
        raise _refuse(found)
    if not found.is_text:
        return Q(**{f"{found.key}__in": [int(_number(found, part)) for part in value]})
    return Q(In(natural(found.key), [_text(found, part) for part in value]))


def _bound(lookup: str, read: Callable[[Column, Any], Any]) -> "Make":
    def make(_theme: Theme, found: Column, value: Any) -> Q:
        return Q(**{f"{found.key}__{lookup}": read(found, value)})

    return make


def _number(found: Column, value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise _refuse(found)
    try:
        number = Decimal(str(value)[:_LONGEST])
    except InvalidOperation as error:
        raise _refuse(found) from error
    if not number.is_finite() or abs(number) >= _LARGEST:
        raise _refuse(found)
    return number


def _day(found: Column, value: Any) -> date:
    try:
        return date.fromisoformat(_text(found, value))
    except ValueError as error:
        raise _refuse(found) from error


def _midnight(found: Column, value: Any) -> datetime:
    return datetime.combine(_day(found, value), time(), ZoneInfo(city().time_zone))


def _next_midnight(found: Column, value: Any) -> datetime:
    return _midnight(found, value) + timedelta(days=1)


def _empty(_theme: Theme, found: Column, value: Any) -> Q:
    if not isinstance(value, bool):
        raise _refuse(found)
    return found.blank() if value else found.filled()


Make = Callable[[Theme, Column, Any], Q]
_KINDS = (TEXT, CODE, NUMBER, BOOLEAN, DATE, MOMENT)
_WORDS: Mapping[tuple[str, str], Make] = {
    ("has", TEXT): _has,
    ("is", TEXT): _is,
    ("is", BOOLEAN): _is_true,
    ("in", CODE): _in,
    ("min", NUMBER): _bound("gte", _number),
    ("max", NUMBER): _bound("lte", _number),
    ("min", DATE): _bound("gte", _day),
    ("max", DATE): _bound("lte", _day),
    ("min", MOMENT): _bound("gte", _midnight),
    ("max", MOMENT): _bound("lt", _next_midnight),
    **{("empty", kind): _empty for kind in _KINDS},
}
