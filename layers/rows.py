"""The rows of a layer as a table: the list that equals the map, and the attribute table.

Sorted and filtered in the database, page by page; what would take too long is stopped and said.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.contrib.gis.geos import Polygon
from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from gis_core.city import Bbox
from gis_core.crs import STORAGE_SRID
from gis_core.errors import Invalid
from gis_core.text_folding import fold
from gis_core.time_limit import TookTooLong, time_limit
from layers import table_filters, table_indexes, table_order
from layers.display import Codes, layer_codes, property_of, title
from layers.draft_steps import MOST_OPERATIONS
from layers.selectors import ReadableLayer, features
from layers.table_columns import Column, columns
from layers.table_filters import Filter
from layers.table_order import Order

COUNT_LIMIT = 10_000  # beyond, the exact number costs more than it tells
PAGE_LIMIT_MS = 2_000
COUNT_LIMIT_MS = 400
_LEFT_OUT = ("geom_3857", "search_text", "extra")
T = TypeVar("T")


class TooCostly(Invalid):
    """Sorting or filtering in this way reads more rows than a reader should wait for."""

    code = "too_costly"


@dataclass(frozen=True)
class Wish:
    """Which rows are wanted. `bbox` is in degrees (WGS 84); `ids` None means any.

    `text` is looked for in what search knows of a feature, `where` column by column, see
    `layers/table_filters.py`.
    """

    bbox: Bbox | None = None
    text: str = ""
    where: Mapping[str, Any] = field(default_factory=dict)
    ids: tuple[int, ...] | None = None
    sort: str = ""
    language: str = "vi"


@dataclass(frozen=True)
class _Question:
    """A wish in the terms of the database."""

    rows: QuerySet[Any]
    columns: Mapping[str, Column]
    filter: Filter
    order: Order


def rows(entry: ReadableLayer, wish: Wish, *, limit: int = 50, after: str = "") -> dict[str, Any]:
    """Return one page of a layer's rows, formatted in the wish's language, and its columns.

    `total` counts at most 10,000 rows, `total_is_more` tells that there are more; `total` is None
    where counting would take too long. `next` is the `after` of the next page, None at the end.
    Raises BadRequest for what is not understood and TooCostly, which says what to do instead.
    """
    asked = _question(entry, wish)
    behind = table_order.decoded(after, asked.order)
    kept = asked.rows.defer(*_LEFT_OUT)
    found = _in_time(entry, asked, lambda: table_order.page(kept, asked.order, behind, limit + 1))
    page = found[:limit]
    more = len(found) > limit
    total = _total(entry, asked, len(found) if not after and not more else None)
    codes = layer_codes(entry)
    return {
        **total,
        "sort": asked.order.name,
        "columns": [one.as_dict() for one in asked.columns.values()],
        "rows": [_line(entry, asked.columns, row, codes, wish.language) for row in page],
        "next": table_order.encoded(table_order.cursor_at(asked.order, page[-1])) if more else None,
    }


def row_ids(entry: ReadableLayer, wish: Wish) -> dict[str, Any]:
    """Return the ids of the rows, at most as many as a draft holds steps, in the wish's order.

    `total` counts as in `rows`. Raises like it.
    """
    asked = _question(entry, wish)
    kept = asked.rows.only("pk", *(one.key for one in asked.order.columns))
    found = _in_time(
        entry, asked, lambda: table_order.page(kept, asked.order, None, MOST_OPERATIONS + 1)
    )
    ids = [str(row.pk) for row in found[:MOST_OPERATIONS]]
    whole = len(found) if len(found) <= MOST_OPERATIONS else None
    return {**_total(entry, asked, whole), "ids": ids, "most": MOST_OPERATIONS}


def _question(entry: ReadableLayer, wish: Wish) -> _Question:
    known = columns(entry, wish.language)
    narrowed = table_filters.parse(entry.theme, known, wish.where)
    order = table_order.parse_order(entry.theme, known, wish.sort)
    found = features(entry).filter(narrowed.predicate)
    if wish.ids is not None:
        found = found.filter(pk__in=wish.ids)
    if wish.bbox is not None:
        window = Polygon.from_bbox(wish.bbox)
        window.srid = STORAGE_SRID
        found = found.filter(geom__intersects=window)
    words = wish.text.replace("\0", "").strip()  # PostgreSQL holds no NUL in text
    if words:
        found = found.filter(Q(search_text__contains=fold(words)) | Q(feature_key__icontains=words))
    return _Question(found, known, narrowed, order)


def _in_time(entry: ReadableLayer, asked: _Question, work: Callable[[], T]) -> T:
    try:
        with time_limit(entry.actor.database, PAGE_LIMIT_MS):
            return work()
    except TookTooLong as error:
        raise TooCostly(_too_costly(entry, asked)) from error


def _too_costly(entry: ReadableLayer, asked: _Question) -> str:
    """Say which column made it slow and what is quick."""
    columns_used = (*asked.filter.columns, asked.order.columns[0])
    used = [one for one in columns_used if not one.quick]
    if not used and table_indexes.missing(entry.theme):
        text = gettext(
            "The rows of this layer have just been imported, and what makes sorting and filtering"
            " by %(slow)s quick is still being built. Try again in a few minutes, or show only what"
            " lies in the map window."
        )
        return text % {"slow": ", ".join(dict.fromkeys(one.label for one in columns_used))}
    slow = ", ".join(dict.fromkeys(one.label for one in used)) or gettext("this text")
    quick = ", ".join(one.label for one in asked.columns.values() if one.quick)
    if not quick:
        text = gettext(
            "This layer has too many rows to sort or filter it by %(slow)s. Show only what lies in"
            " the map window, then try again."
        )
        return text % {"slow": slow}
    text = gettext(
        "This layer has too many rows to sort or filter it by %(slow)s. Show only what lies in the"
        " map window, or narrow it by one of these columns first: %(quick)s."
    )
    return text % {"slow": slow, "quick": quick}


def _total(entry: ReadableLayer, asked: _Question, known: int | None) -> dict[str, Any]:
    if known is not None:
        return {"total": known, "total_is_more": False}
    try:
        with time_limit(entry.actor.database, COUNT_LIMIT_MS):
            total = asked.rows.order_by()[: COUNT_LIMIT + 1].count()
    except TookTooLong:
        return {"total": None, "total_is_more": True}
    return {"total": min(total, COUNT_LIMIT), "total_is_more": total > COUNT_LIMIT}


def _line(
    entry: ReadableLayer, shown: Mapping[str, Column], row: Any, codes: Codes, language: str
) -> dict[str, Any]:
    inside = row.geom.point_on_surface if row.geom.dims else row.geom
    return {
        "id": str(row.pk),
        "version": row.version,
        "title": title(entry, row, language),
        "lon": round(inside.x, 7),
        "lat": round(inside.y, 7),
        "cells": _cells(entry, list(shown.values()), row, codes, language),
    }


def _cells(
    entry: ReadableLayer, shown: Sequence[Column], row: Any, codes: Codes, language: str
) -> dict[str, str]:
    cells = {}
    for one in shown:
        value = getattr(row, one.key)
        if value is None or value == "":
            continue  # most cells of a wide table
        found = property_of(entry, one.key, value, codes, language)
        if found.value:
            cells[one.key] = " ".join(filter(None, (found.value, found.unit)))
    return cells
