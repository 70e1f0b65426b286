"""In which order the rows of a table come, and where a page of them ends.

Pages are cut by the values of the last row (keyset), not by counting: the thousandth page costs
what the first does, and a row that stays as it is comes exactly once while others come and go. Rows
with nothing in the column stand last in both directions.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import BooleanField, F, Func, Q, QuerySet, Value
from django.db.models.expressions import OrderBy
from django.db.models.functions import Collate
from django.db.models.lookups import GreaterThan, LessThan
from django.utils.translation import gettext

from gis_core.errors import BadRequest
from layers.registry import Theme
from layers.table_columns import Column, column

_LARGEST_ID = 2**53
_LARGEST = 10**18
_LONGEST = 4000  # bytes of a text


class _Row(Func):
    """Several values compared as one, the first deciding first: what an index over them serves."""

    function = "ROW"
    output_field = BooleanField()  # of no meaning; Django asks for one


@dataclass(frozen=True)
class Order:
    """`columns`: by which rows are sorted, the first deciding first; the id decides at last."""

    columns: tuple[Column, ...]
    descending: bool = False

    @property
    def name(self) -> str:
        """Return the name in an address: the column, with a minus for the way down."""
        return ("-" if self.descending else "") + self.columns[0].key


@dataclass(frozen=True)
class Cursor:
    """The last row of a page: its values in the order (None: nothing there) and its id."""

    order: str
    values: tuple[Any, ...] | None
    id: int


def parse_order(theme: Theme, known: Mapping[str, Column], text: str) -> Order:
    """Return the order that `text` names, the theme's own for ""; raises BadRequest."""
    descending = text.startswith("-")
    name = text.removeprefix("-")
    if name in ("", theme.row_order[0]):
        found = tuple(known[one] for one in theme.row_order if one in known)
        return Order(found, descending)
    return Order((column(known, name),), descending)


def page(rows: QuerySet[Any], order: Order, after: Cursor | None, limit: int) -> list[Any]:
    """Return the next `limit` rows behind the cursor."""
    found: list[Any] = []
    first = order.columns[0]
    if after is None or after.values is not None:
        part = rows.filter(first.filled()).order_by(*_expressions(order))
        if after is not None and after.values is not None:
            part = part.filter(_behind(order, after.values, after.id))
        found = list(part[:limit])
    if len(found) < limit:
        rest = rows.filter(first.blank()).order_by("pk")
        if after is not None and after.values is None:
            rest = rest.filter(pk__gt=after.id)
        found += list(rest[: limit - len(found)])
    return found


def cursor_at(order: Order, row: Any) -> Cursor:
    """Return the cursor behind a row."""
    values = tuple(getattr(row, one.key) for one in order.columns)
    nothing = values[0] is None or values[0] == ""
    return Cursor(order.name, None if nothing else values, int(row.pk))


def encoded(cursor: Cursor) -> str:
    """Return a cursor as text for an address."""
    parts = [cursor.order, cursor.values, cursor.id]
    text = json.dumps(parts, cls=DjangoJSONEncoder, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decoded(text: str, order: Order) -> Cursor | None:
    """Return the cursor of an address, None for ""; raises BadRequest."""
    if not text:
        return None
    refusal = BadRequest(gettext("This page of the table is not there. Begin at the first one."))
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        name, values, last = json.loads(raw)
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise refusal from error
    usable_id = isinstance(last, int) and not isinstance(last, bool) and 0 <= last < _LARGEST_ID
    if name != order.name or not usable_id:
        raise refusal
    if values is None:
        return Cursor(order.name, None, last)
    if not isinstance(values, list) or len(values) != len(order.columns):
        raise refusal
    try:
        pairs = zip(order.columns, values, strict=True)
        return Cursor(order.name, tuple(_typed(one, value) for one, value in pairs), last)
    except (ValidationError, ValueError, TypeError, OverflowError) as error:
        raise refusal from error


def _typed(one: Column, value: Any) -> Any:
    """Return a value of an address in the type of its column; raises what `decoded` catches."""
    if isinstance(value, str):
        if "\0" in value or len(value.encode()) > _LONGEST:  # half characters have no UTF-8 either
            raise ValueError(value)
    elif not (isinstance(value, (int, float)) and abs(value) < _LARGEST):
        raise ValueError(value)
    found = one.field.to_python(value)
    if isinstance(found, Decimal) and not (found.is_finite() and abs(found) < _LARGEST):
        raise ValueError(value)
    return found


def _expressions(order: Order) -> Sequence[OrderBy]:
    parts: list[F | Collate] = [*(one.value() for one in order.columns), F("pk")]
    return [OrderBy(part, descending=order.descending) for part in parts]


def _behind(order: Order, values: Sequence[Any], last: int) -> Q:
    here = _Row(*(one.value() for one in order.columns), F("pk"))
    there = _Row(*(Value(value) for value in values), Value(last))
    return Q((LessThan if order.descending else GreaterThan)(here, there))
