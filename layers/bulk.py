"""The WRITE door for many rows at once: staged, classified, then written as one change set.

An importer describes the columns in a `Plan`, streams rows in PostgreSQL's binary COPY format into
a `Staging`, reads what would become of them, and lets `apply` write them. Everything happens in
the transaction that the caller has open. The SQL is in layers/sql/.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import Error, connections, models
from django.db.backends.utils import CursorWrapper
from django.db.models.fields import NOT_PROVIDED

from gis_core import access, history
from gis_core.access import STAFF_DATABASE, Action, Actor
from gis_core.crs import STORAGE_SRID
from gis_core.models import ChangeSet
from layers.bulk_sql import take_away, template
from layers.byte_stream import ByteStream
from layers.feature import Layer
from layers.registry import Theme, theme_by_key

NEW, CHANGED, SAME = "new", "changed", "same"
INHERITED_WRITABLE = ("name", "names", "valid_from", "valid_to", "sensitivity", "extra")
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class StagedColumn:
    """A column that the file fills. `sql_type` is what the COPY carries.

    `json_keys` are the keys of a JSON column that the file speaks about; others stay as they are.
    None: the file speaks about the whole column.
    """

    name: str
    sql_type: str
    json_keys: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Plan:
    """Which layer is filled, from which columns, from coordinates in which system.

    `off_map_possible`: coordinates of this system may lie outside of what the map shows, so each
    row is looked at; where the importer's own limits exclude it, that look is spared.
    """

    layer: Layer
    columns: tuple[StagedColumn, ...]
    source_srid: int
    off_map_possible: bool = True

    @property
    def theme(self) -> Theme:
        """Return the layer's theme."""
        return theme_by_key(self.layer.theme)


@dataclass(frozen=True)
class Written:
    """What a change set of staged rows did; `change_set` is None where there was nothing to do."""

    new: int
    changed: int
    change_set: ChangeSet | None


def writable_fields(theme: Theme) -> dict[str, models.Field[Any, Any]]:
    """Return name → model field of what an import may fill."""
    fields: dict[str, models.Field[Any, Any]] = {}
    for name in (*INHERITED_WRITABLE, *theme.own_fields):
        model_field = theme.model._meta.get_field(name)
        if isinstance(model_field, models.Field) and name not in {"geom", "geom_3857"}:
            fields[name] = model_field
    return fields


def _quote(name: str) -> str:
    return str(connections[STAFF_DATABASE].ops.quote_name(name))


class Staging:
    """Rows of one file on their way to one layer. Its tables vanish with the transaction."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._staged = {column.name: column for column in plan.columns}
        self._fields = writable_fields(plan.theme)
        self._new = 0

    def fill(self, rows: Iterable[bytes]) -> int:
        """Create the staging table and copy `rows` (pieces of one binary COPY); return how many."""
        declared = "".join(f",\n    {_quote(c.name)} {c.sql_type}" for c in self.plan.columns)
        listed = "".join(f", {_quote(c.name)}" for c in self.plan.columns)
        with self._cursor() as cursor:
            cursor.execute(
                template("bulk_stage").format(
                    source_srid=int(self.plan.source_srid),
                    storage_srid=STORAGE_SRID,
                    columns=declared,
                )
            )
            copy = template("bulk_copy").format(columns=listed)
            stream = ByteStream(rows)
            try:
                with connections[STAFF_DATABASE].wrap_database_errors:
                    cursor.copy_expert(copy, stream, _CHUNK_BYTES)
            except Error:
                if stream.failure is not None:
                    raise stream.failure from None
                raise
            return int(cursor.rowcount)

    def classify(self, *, look_at_shapes: bool) -> dict[str, int]:
        """Decide what becomes of each row; return verdict → number of rows.

        `look_at_shapes` rejects the rare shape that the transformation makes invalid. It costs as
        much as the table's own CHECK, which refuses the whole statement instead.
        """
        dated = "valid_to" in self._staged
        values = {
            "table": _quote(self.plan.theme.table),
            "layer_id": int(self.plan.layer.pk),
            "valid_to": "s.valid_to" if dated else "NULL::date",
        }
        with self._cursor() as cursor:
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
                    refusals="".join(self._refusals(look_at_shapes)),
                    changed=self._changed(),
                )
            )
            cursor.execute(template("bulk_counts"))
            counts = {str(verdict): int(count) for verdict, count in cursor.fetchall()}
        self._new = counts.get(NEW, 0)
        return counts

    def rejected(self) -> Iterator[tuple[int, str]]:
        """Yield (row of the file, reason) of the rows that `classify` turned down."""
        with self._cursor() as cursor:
            cursor.execute(template("bulk_rejected"))
            while batch := cursor.fetchmany(10_000):
                yield from ((int(row), str(reason)) for row, reason in batch)

    def write(self, entry: ChangeSet, source_id: int | None) -> tuple[int, int]:
        """Insert and update as classified; return the numbers of rows. Called by `apply`."""
        parameters = {"change_set": entry.pk, "source": source_id}
        with self._cursor() as cursor:
            indexes = take_away(cursor, _quote(self.plan.theme.table), self._new)
            cursor.execute(*self._insert(parameters))
            new = int(cursor.rowcount)
            for definition in indexes:
                cursor.execute(definition)
            cursor.execute(self._update(), parameters)
            changed = int(cursor.rowcount)
            cursor.execute(template("bulk_finish"))
            return new, changed

    def _cursor(self) -> CursorWrapper:
        return connections[STAFF_DATABASE].cursor()

    def _insert(self, parameters: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        columns = [(_quote(name), self._value(name)) for name in self._staged]
        constants = {
            f"default_{name}": model_field.get_default() or ""
            for name, model_field in self._fields.items()
            if name not in self._staged
            and not model_field.null
            and model_field.db_default is NOT_PROVIDED
            and not isinstance(model_field, models.JSONField)
        }
        columns += [(_quote(key.removeprefix("default_")), f"%({key})s") for key in constants]
        statement = template("bulk_insert").format(
            table=_quote(self.plan.theme.table),
            layer_id=int(self.plan.layer.pk),
            search_text=self._search_text(live=False),
            columns="".join(f", {name}" for name, _ in columns),
            values="".join(f", {value}" for _, value in columns),
        )
        return statement, {**parameters, **constants}

    def _update(self) -> str:
        pairs = [(_quote(name), self._value(name, live=True)) for name in self._staged]
        return template("bulk_update").format(
            table=_quote(self.plan.theme.table),
            search_text=self._search_text(live=True),
            assignments="".join(f", {name} = {value}" for name, value in pairs),
        )

    def _value(self, name: str, *, live: bool = False) -> str:
        """Return the SQL of a staged value in the type of its column."""
        column, quoted = self._staged[name], _quote(name)
        model_field = self._fields[name]
        if isinstance(model_field, models.DecimalField):
            return f"s.{quoted}::numeric({model_field.max_digits},{model_field.decimal_places})"
        if live and column.json_keys is not None:
            keys = ",".join(column.json_keys)
            return f"(t.{quoted} - '{{{keys}}}'::text[]) || s.{quoted}"
        return f"s.{quoted}"

    def _changed(self) -> str:
        tests = [
            f"t.{_quote(name)} IS DISTINCT FROM {self._value(name, live=True)}"
            for name in self._staged
        ]
        return "\n               OR ".join(["t.geom IS DISTINCT FROM s.geom", *tests])

    def _refusals(self, look_at_shapes: bool) -> Iterator[str]:
        if self.plan.off_map_possible:
            yield template("bulk_off_map").format(storage_srid=STORAGE_SRID)
        if look_at_shapes and self.plan.source_srid != STORAGE_SRID:
            yield template("bulk_invalid")
        if {"valid_from", "valid_to"} <= self._staged.keys():
            yield "\n           WHEN s.valid_to < s.valid_from THEN 'validity_reversed'"
        for name in self._unique_fields():
            yield template("bulk_taken").format(
                table=_quote(self.plan.theme.table), column=_quote(name)
            )

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
            value = self._value(name, live=live) if name in self._staged else f"t.{_quote(name)}"
            if isinstance(self._fields[name], models.JSONField):
                parts.append(template("bulk_json_words").format(value=value))
            else:
                parts.append(f"nullif({value}::text, '')")
        if not parts:
            return "''"
        # Folding nothing costs as much as folding an address: NULL is not folded.
        return f"coalesce(city.fold(nullif(concat_ws(' ', {', '.join(parts)}), '')), '')"


def apply(
    actor: Actor, staging: Staging, *, title: str, source_id: int | None, reason: str = ""
) -> Written:
    """Write the classified rows as one change set, or nothing. Raises NotAllowed, SignInNeeded."""
    layer = staging.plan.layer
    access.require(actor, Action.IMPORT, layer.theme, layer.slug)
    channel = ChangeSet.Channel.IMPORT
    with history.change_set(actor, title=title, channel=channel, reason=reason) as entry:
        new, changed = staging.write(entry, source_id)
        return Written(new, changed, entry)


def create_layer(actor: Actor, facts: Mapping[str, Any]) -> Layer:
    """Create a data set from the fields of Layer; raises NotAllowed, SignInNeeded."""
    access.require(actor, Action.IMPORT, str(facts["theme"]), str(facts["slug"]))
    return Layer.objects.using(STAFF_DATABASE).create(**facts)
