"""Taking features back to earlier versions, many at once: the SQL of undo and restore.

Which rows go where stands in a temporary table, one for each theme; the texts are in layers/sql/.
Rights are `layers/undo.py`'s business. Everything happens in the caller's transaction.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connections, models
from django.db.backends.utils import CursorWrapper

from gis_core.access import STAFF_DATABASE
from layers.bulk_plan import quote
from layers.bulk_sql import template
from layers.registry import Theme
from layers.themes.admin_units import AdminUnit

# What the database keeps of a version; all other columns are its content.
_BOOKKEEPING = frozenset({"id", "version", "change_set_id", "changed_at", "geom_3857"})
MOST_CONFLICTS = 100  # listed in one answer
_MOST_LOOKED_AT = 500  # features, where somebody only asks what would come


@dataclass(frozen=True)
class ChangedSince:
    """A feature that somebody changed or deleted (`version` None) after the change set."""

    feature_id: int
    layer_id: int
    version: int | None


@dataclass(frozen=True)
class LastVersion:
    """The highest version of a feature; `live`: it is on the map, not deleted."""

    number: int | None
    live: bool


class Reversal:
    """Rows of one theme on their way back."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self._columns = [
            quote(str(entry.column))
            for entry in theme.model._meta.local_fields
            if entry.column not in _BOOKKEEPING
        ]
        self._names = {
            "table": quote(theme.table),
            "history": quote(f"{theme.table}_history"),
            "versions": quote(f"{theme.table}_versions"),
            "rows": quote(f"undo_{theme.key}"),
        }

    def find(self, change_set_id: int) -> int:
        """Collect and lock the features that a change set wrote; return how many."""
        with self._cursor() as cursor:
            self._run(cursor, "undo_find", {"change_set": change_set_id})
            self._run(cursor, "undo_lock")
        return len(self.feature_ids())

    def take(self, feature_id: int, version: int) -> None:
        """Collect and lock one feature that goes back to a version of its own."""
        with self._cursor() as cursor:
            self._run(cursor, "undo_one", {"id": feature_id, "version": version})
            self._run(cursor, "undo_lock")

    def feature_ids(self) -> list[int]:
        """Return the ids of the collected features, in order."""
        return [int(row[0]) for row in self._rows("undo_ids")]

    def last_version(self, feature_id: int) -> LastVersion:
        """Return the last version of one feature."""
        ((number, live),) = self._rows("undo_state", {"id": feature_id})
        return LastVersion(number, live)

    def layers(self) -> dict[int, int]:
        """Return layer id → highest sensitivity of the versions that are read or written."""
        return {int(layer): int(level) for layer, level in self._rows("undo_layers")}

    def conflicts(self) -> list[ChangedSince]:
        """Return the features that are no longer as the change set left them, the first 100."""
        found = self._rows("undo_conflicts", {"limit": MOST_CONFLICTS}, **self._compared())
        return [ChangedSince(*row) for row in found]

    def outlook(self, change_set_id: int) -> tuple[bool, bool]:
        """Tell of a change set that undid another what would hinder undoing it in turn.

        Returns whether others changed its features since, and whether other features have their
        keys; of a large one only some features are looked at, and nothing is collected or locked.
        """
        values = {"change_set": change_set_id, "most": _MOST_LOOKED_AT}
        ((changed,),) = self._rows("redo_changed", values, **self._compared())
        taken = (self._rows("redo_taken", values, same_key=key) for key in self._same_keys())
        return bool(changed), any(found for ((found,),) in taken)

    def outside(self, layer_id: int, ward_codes: Sequence[str]) -> bool:
        """Tell whether a place, before or after, lies in none of the wards."""
        values = {"layer": layer_id, "codes": list(ward_codes)}
        ((found,),) = self._rows("undo_outside", values, wards=quote(AdminUnit._meta.db_table))
        return bool(found)

    def write(self, change_set_id: int) -> None:
        """Bring the rows back under an open change set; raises IntegrityError for a taken key."""
        columns = self._columns
        with self._cursor() as cursor:
            for same in self._same_keys():
                self._run(cursor, "undo_keys", same_key=same)
            self._run(cursor, "undo_delete")
            assignments = ", ".join(f"{name} = h.{name}" for name in columns)
            self._run(cursor, "undo_update", assignments=assignments)
            self._run(
                cursor,
                "undo_insert",
                {"change_set": change_set_id},
                columns=", ".join(columns),
                contents=", ".join(f"h.{name}" for name in columns),
            )

    def _compared(self) -> dict[str, str]:
        return {
            "left_values": ", ".join(f"l.{name}" for name in self._columns),
            "live_values": ", ".join(f"live.{name}" for name in self._columns),
        }

    def _same_keys(self) -> Iterator[str]:
        """Yield SQL of each rule by which two valid features, h and live, cannot both be."""
        meta = self.theme.model._meta
        for rule in meta.constraints:
            if isinstance(rule, models.UniqueConstraint):
                columns = [quote(str(meta.get_field(name).column)) for name in rule.fields]  # type: ignore[union-attr]
                yield " AND ".join(f"live.{column} = h.{column}" for column in columns)

    def _cursor(self) -> CursorWrapper:
        return connections[STAFF_DATABASE].cursor()

    def _run(
        self,
        cursor: CursorWrapper,
        name: str,
        values: Mapping[str, Any] | None = None,
        **parts: str,
    ) -> None:
        cursor.execute(template(name).format(**self._names, **parts), values)

    def _rows(
        self, name: str, values: Mapping[str, Any] | None = None, **parts: str
    ) -> list[tuple[Any, ...]]:
        with self._cursor() as cursor:
            self._run(cursor, name, values, **parts)
            return list(cursor.fetchall())
