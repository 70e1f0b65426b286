"""The columns of a layer's attribute table: what its reader sees, sorts and filters by.

A field that the reader may not see is no column: asking for it is answered like asking for one that
does not exist.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Collate
from django.db.models.lookups import Exact, GreaterThan
from django.utils import translation
from django.utils.translation import gettext

from gis_core.errors import BadRequest
from layers.display import shown_fields, unit_of
from layers.feature import CodeField
from layers.natural_order import natural
from layers.registry import Theme
from layers.selectors import ReadableLayer

TEXT, CODE, NUMBER, BOOLEAN = "text", "code", "number", "boolean"
DATE, MOMENT, TRANSLATED = "date", "moment", "translated"
_LAST = ("valid_from", "valid_to", "sensitivity", "changed_at")
# The first class that fits counts: a DateTimeField is a DateField too.
_KINDS: tuple[tuple[type[models.Field[Any, Any]], str], ...] = (
    (CodeField, CODE),
    (models.BooleanField, BOOLEAN),
    (models.IntegerField, NUMBER),
    (models.FloatField, NUMBER),
    (models.DecimalField, NUMBER),
    (models.DateTimeField, MOMENT),
    (models.DateField, DATE),
    (models.JSONField, TRANSLATED),
)


@dataclass(frozen=True)
class Column:
    """One column. `quick` tells that an index of the table serves its order, however many rows."""

    key: str
    label: str
    kind: str
    field: models.Field[Any, Any]
    unit: str | None = None
    quick: bool = False

    @property
    def is_text(self) -> bool:
        """Tell whether the values are texts, which are never null and blank where nothing is."""
        return self.kind in {TEXT, CODE} and not isinstance(self.field, models.IntegerField)

    @property
    def sortable(self) -> bool:
        """Tell whether rows can be sorted and filtered by it."""
        return self.kind != TRANSLATED

    def value(self) -> F | Collate:
        """Return the value as rows are sorted and compared by it."""
        return natural(self.key) if self.is_text else F(self.key)

    def filled(self) -> Q:
        """Return the predicate of rows with something in the column, which an index serves."""
        if self.is_text:
            return Q(GreaterThan(natural(self.key), ""))
        return Q(**{f"{self.key}__isnull": False})

    def blank(self) -> Q:
        """Return the predicate of rows with nothing in the column."""
        if self.is_text:
            return Q(Exact(natural(self.key), ""))
        return Q(**{f"{self.key}__isnull": True})

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "key": self.key,
            "label": self.label,
            "kind": self.kind,
            "unit": self.unit,
            "sortable": self.sortable,
            "quick": self.quick,
        }


def columns(entry: ReadableLayer, language: str) -> dict[str, Column]:
    """Return key → column in the order of the table, for what the layer's reader may see."""
    own = shown_fields(entry)
    first = ["name"] if "name" in entry.theme.row_order else []
    names = [*first, *own, *([] if first else ["name"]), *_LAST]
    if not entry.actor.signed_in:
        names.remove("sensitivity")  # for visitors it is always the same
    served = _served(entry.theme)
    with translation.override(language):
        return {
            name: _column(entry, name, quick=name in served)
            for name in names
            if name in entry.fields
        }


def column(known: Mapping[str, Column], name: str) -> Column:
    """Return a column to sort or filter by; raises BadRequest, alike for hidden and for wrong."""
    found = known.get(name)
    if found is None or not found.sortable:
        raise BadRequest(gettext("This table has no column “%s” to sort or filter by.") % name)
    return found


def _column(entry: ReadableLayer, name: str, *, quick: bool) -> Column:
    field: Any = entry.theme.model._meta.get_field(name)
    kind = next((kind for cls, kind in _KINDS if isinstance(field, cls)), TEXT)
    if name == "sensitivity":
        kind = CODE
    label = str(field.verbose_name)
    unit = unit_of(name) if kind == NUMBER else None
    return Column(name, label[:1].upper() + label[1:], kind, field, unit, quick)


def _served(theme: Theme) -> set[str]:
    """Return the fields that stand right behind the layer in an index that ends with the id."""
    found = set()
    for index in theme.model._meta.indexes:
        parts = list(index.fields) or [_name(part) for part in index.expressions]
        if parts[:1] == ["layer"] and parts[-1] == "id":
            found.add(parts[1])
    return found


def _name(expression: Any) -> str:
    inner = expression if isinstance(expression, F) else expression.get_source_expressions()[0]
    return str(getattr(inner, "name", ""))
