"""The WRITE door for many rows at once: staged, classified, then written as one change set.

An importer describes the columns in a `Plan`, streams batches of rows into a `Staging`, reads what
would become of them, and lets `apply` write them. Everything happens in the transaction that the
caller has open. The SQL is in layers/sql/. `layers/bulk_load.py` is the short way of a first load.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from django.db import connections, models
from django.db.backends.utils import CursorWrapper

from gis_core import access, history
from gis_core.access import STAFF_DATABASE, Action, Actor
from gis_core.crs import STORAGE_SRID
from gis_core.models import ChangeSet
from gis_core.prefetch import prefetched
from layers import layer_origin
from layers.bulk_plan import Plan, StagedRows, Written, quote, staging_copy, writable_fields
from layers.bulk_sql import template
from layers.byte_stream import copy_in
from layers.feature import Layer
from layers.table_indexes import take_away

Degrees = tuple[float, float]
NEW, CHANGED, SAME = "new", "changed", "same"
_FIRST_DAY = "valid_from"
# A micrometre. The same position of a file comes out of two ways of transforming it 1e-12 degrees
# apart; surveys write millimetres, which are 9e-9.
UNMOVED_DEG = 1e-11


class Staging:
    """Rows of one file on their way to one layer. Its tables vanish with the transaction."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._staged = {column.name: column for column in plan.columns}
        self._fields = writable_fields(plan.theme)
        self._new = 0

    def fill(self, batches: Iterable[StagedRows]) -> int:
        """Create the staging table and copy the rows into it; return how many."""
        types = [f"{quote(c.name)} {self.plan.copy_type(c)}" for c in self.plan.columns]
        listed = "".join(f", {quote(c.name)}" for c in self.plan.columns)
        with self._cursor() as cursor:
            declared = "".join(f",\n    {column}" for column in types)
            cursor.execute(template("bulk_stage").format(srid=STORAGE_SRID, columns=declared))
            pieces = prefetched(staging_copy(self.plan, batches))
            return copy_in(cursor, template("bulk_copy").format(columns=listed), pieces)

    def classify(self) -> dict[str, int]:
        """Decide what becomes of each row; return verdict → number of rows."""
        dated = "valid_to" in self._staged
        values = {
            "table": self.plan.table,
            "layer_id": int(self.plan.layer.pk),
            "valid_to": "s.valid_to" if dated else "NULL::date",
        }
        with self._cursor() as cursor:
            if _FIRST_DAY in self.plan.theme.natural_key:
                cursor.execute(self._adopt())
            cursor.execute(template("bulk_prepare"))
            cursor.execute(template("bulk_layer_is_empty").format(**values))
            if cursor.fetchone()[0]:
                match = "bulk_match_nothing"
            else:
                match = "bulk_match_validity" if dated else "bulk_match"
            cursor.execute(
                template("bulk_classify").format(
                    **values,
                    matched=template(match).format(**values),
                    refusals="".join(self._refusals()),
                    differs=self._differs(),
                )
            )
            cursor.execute(
                template("bulk_settle").format(
                    **values, differs=self._differs(), unmoved_deg=UNMOVED_DEG
                )
            )
            cursor.execute(template("bulk_counts"))
            counts = {str(verdict): int(count) for verdict, count in cursor.fetchall()}
        self._new = counts.get(NEW, 0)
        return counts

    def _adopt(self) -> str:
        """Return SQL by which rows without a first day take the key of the feature valid now."""
        parts = [
            "''" if name == _FIRST_DAY else f"coalesce(t.{quote(name)}::text, '')"
            for name in self.plan.theme.natural_key
        ]
        # The key names the first day, so the row keeps it where the file has a column for it.
        taken = ["feature_key", *({_FIRST_DAY} & self._staged.keys())]
        return template("bulk_adopt").format(
            table=self.plan.table,
            layer_id=int(self.plan.layer.pk),
            stem=" || '/' || ".join(parts),
            taken=", ".join(f"{name} = live.{name}" for name in taken),
        )

    def rejected(self) -> Iterator[tuple[int, str, Degrees]]:
        """Yield (row of the file, reason, place) of the rows that `classify` turned down."""
        with connections[STAFF_DATABASE].chunked_cursor() as cursor:  # they may be all of a million
            cursor.execute(template("bulk_rejected"))
            while batch := cursor.fetchmany(10_000):
                yield from ((int(row), str(why), (lon, lat)) for row, why, lon, lat in batch)

    def changed_fields(self) -> dict[str, int]:
        """Return field → number of changed rows in which it differs, after `classify`."""
        tests = self.differences()
        counts = ", ".join(f"count(*) FILTER (WHERE {test})" for test, _value in tests.values())
        with self._cursor() as cursor:
            statement = template("bulk_changed_fields").format(table=self.plan.table, counts=counts)
            cursor.execute(statement)
            found = zip(tests, cursor.fetchone(), strict=True)
            return {name: int(count) for name, count in found if count}

    def missing(self, shown: int) -> tuple[int, tuple[str, ...]]:
        """Return how many valid features no row speaks about, and the keys of the first."""
        values = {"table": self.plan.table, "layer_id": int(self.plan.layer.pk)}
        with self._cursor() as cursor:
            cursor.execute(template("bulk_missing").format(**values, what="count(*)"))
            count = int(cursor.fetchone()[0])
            first = template("bulk_missing").format(**values, what="t.feature_key")
            cursor.execute(f"{first} ORDER BY 1 LIMIT {int(shown)}")
            return count, tuple(str(key) for (key,) in cursor.fetchall())

    def ending(self, retire_on: date) -> int:
        """Return how many of the missing features `write` would end; later ones stay."""
        begun = "count(*) FILTER (WHERE t.valid_from IS NULL OR t.valid_from <= %(retire_on)s)"
        values = {"table": self.plan.table, "layer_id": int(self.plan.layer.pk), "what": begun}
        with self._cursor() as cursor:
            cursor.execute(template("bulk_missing").format(**values), {"retire_on": retire_on})
            return int(cursor.fetchone()[0])

    def missing_keys(self) -> Generator[str, None, None]:
        """Yield the keys of all valid features that no row speaks about; close it when done."""
        values = {"table": self.plan.table, "layer_id": int(self.plan.layer.pk)}
        with connections[STAFF_DATABASE].chunked_cursor() as cursor:
            cursor.execute(template("bulk_missing").format(**values, what="t.feature_key"))
            while batch := cursor.fetchmany(10_000):
                yield from (str(key) for (key,) in batch)

    def write(
        self, entry: ChangeSet, source_id: int | None, retire_on: date | None
    ) -> tuple[int, int, int]:
        """Insert, update and retire as classified; return the numbers of rows, for `apply`."""
        parameters = {"change_set": entry.pk, "source": source_id}
        with self._cursor() as cursor:
            indexes = take_away(cursor, self.plan.theme, self._new)
            cursor.execute(*self._insert(parameters))
            new = int(cursor.rowcount)
            for definition in indexes:
                cursor.execute(definition)
            cursor.execute(self._update(), parameters)
            changed = int(cursor.rowcount)
            retired = self._retire(cursor, retire_on) if retire_on else 0
            cursor.execute(template("bulk_finish"))
            return new, changed, retired

    def _retire(self, cursor: CursorWrapper, retire_on: date) -> int:
        values = {"table": self.plan.table, "layer_id": int(self.plan.layer.pk)}
        cursor.execute(template("bulk_retire").format(**values), {"retire_on": retire_on})
        return int(cursor.rowcount)

    def _cursor(self) -> CursorWrapper:
        return connections[STAFF_DATABASE].cursor()

    def _insert(self, parameters: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        columns = [(quote(name), self._value(name)) for name in self._staged]
        constants = {f"default_{name}": v for name, v in self.plan.blank_values().items()}
        columns += [(quote(key.removeprefix("default_")), f"%({key})s") for key in constants]
        statement = template("bulk_insert").format(
            table=self.plan.table,
            layer_id=int(self.plan.layer.pk),
            search_text=self._search_text(live=False),
            columns="".join(f", {name}" for name, _ in columns),
            values="".join(f", {value}" for _, value in columns),
        )
        return statement, {**parameters, **constants}

    def _update(self) -> str:
        pairs = [(quote(name), self._value(name, live=True)) for name in self._staged]
        return template("bulk_update").format(
            table=self.plan.table,
            search_text=self._search_text(live=True),
            assignments="".join(f", {name} = {value}" for name, value in pairs),
        )

    def _value(self, name: str, *, live: bool = False) -> str:
        """Return the SQL of a staged value in the type of its column."""
        column, quoted = self._staged[name], quote(name)
        if live and column.json_keys is not None:
            keys = ",".join(column.json_keys)
            return f"(t.{quoted} - '{{{keys}}}'::text[]) || s.{quoted}"
        return f"s.{quoted}"

    def differences(self) -> dict[str, tuple[str, str]]:
        """Return field → (SQL: does row s differ from feature t, SQL of the new value).

        The verdict v of the row tells it of the shape, `geom`.
        """
        return {"geom": ("v.moved", "s.geom"), **self._differing_values()}

    def _differing_values(self) -> dict[str, tuple[str, str]]:
        values = {name: self._value(name, live=True) for name in self._staged}
        return {n: (f"t.{quote(n)} IS DISTINCT FROM {value}", value) for n, value in values.items()}

    def _differs(self) -> str:
        """Return SQL: does anything but the shape of row s differ from feature t."""
        tests = [test for test, _value in self._differing_values().values()]
        return "(" + ("\n               OR ".join(tests) or "false") + ")"

    def _refusals(self) -> Iterator[str]:
        if {"valid_from", "valid_to"} <= self._staged.keys():
            yield "\n           WHEN s.valid_to < s.valid_from THEN 'validity_reversed'"
        for name in self._unique_fields():
            yield template("bulk_taken").format(table=self.plan.table, column=quote(name))

    def _unique_fields(self) -> list[str]:
        """Return the staged fields that must differ between all valid features of the theme."""
        rules = self.plan.theme.model._meta.constraints
        alone = [
            rule.fields[0]
            for rule in rules
            if isinstance(rule, models.UniqueConstraint) and len(rule.fields) == 1
        ]
        return [name for name in alone if name in self._staged]

    def _search_text(self, *, live: bool) -> str:
        """Return SQL for the same text as layers.changes.search_text."""
        parts: list[str] = []
        for name in self.plan.theme.search_fields:
            if name not in self._staged and not live:
                continue
            value = self._value(name, live=live) if name in self._staged else f"t.{quote(name)}"
            if isinstance(self._fields[name], models.JSONField):
                parts.append(template("bulk_json_words").format(value=value))
            else:
                parts.append(f"nullif({value}::text, '')")
        if not parts:
            return "''"
        # Folding nothing costs as much as folding an address: NULL is not folded.
        return f"coalesce(city.fold(nullif(concat_ws(' ', {', '.join(parts)}), '')), '')"


def apply(
    actor: Actor,
    staging: Staging,
    *,
    title: str,
    source_id: int | None,
    retire_on: date | None = None,
) -> Written:
    """Write the classified rows as one change set, or nothing. Raises NotAllowed, SignInNeeded.

    With `retire_on` the features that no row speaks about end on that day.
    """
    layer = staging.plan.layer
    access.require(actor, Action.IMPORT, layer.theme, layer.slug)
    channel = ChangeSet.Channel.IMPORT
    with history.change_set(actor, title=title, channel=channel) as entry:
        new, changed, retired = staging.write(entry, source_id, retire_on)
        return Written(new, changed, entry, retired)


def create_layer(actor: Actor, facts: Mapping[str, Any]) -> Layer:
    """Create a data set from the fields of Layer; raises NotAllowed, SignInNeeded.

    `layer_origin.settle` is called when its first rows are written, in the same transaction.
    """
    access.require(actor, Action.IMPORT, str(facts["theme"]), str(facts["slug"]))
    return layer_origin.make(facts)
