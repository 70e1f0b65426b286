"""History of theme tables: triggers, history tables, and the change set of a transaction."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from gis_core import change_log
from gis_core.access import STAFF_DATABASE, Actor
from gis_core.models import ChangeSet

SQL = Path(__file__).parent / "sql"
GENERATED = frozenset({"geom_3857"})


@dataclass(frozen=True)
class HistoryTable:
    """A table to keep history of; `any_geometry` where its column admits several types."""

    table: str
    theme: str
    any_geometry: bool


def _columns(cursor: CursorWrapper, table: str) -> dict[str, str]:
    """Return column name → SQL type of a table in schema city, in order; {} when missing."""
    cursor.execute(
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
        " WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
        [f'city."{table}"'],
    )
    return dict(cursor.fetchall())


def synchronise(tables: Sequence[HistoryTable], using: str = STAFF_DATABASE) -> None:
    """Create or widen the history table of each theme table and put its triggers in place.

    Runs after every migration, so a new theme or column needs no history migration of its own.
    """
    connection = connections[using]
    quote = connection.ops.quote_name
    template = (SQL / "history_table.sql").read_text(encoding="utf-8")
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for name in ("history.sql", "change_log.sql"):
            cursor.execute((SQL / name).read_text(encoding="utf-8"))
        for entry in tables:
            live = _columns(cursor, entry.table)
            if not live:
                continue
            history = f"{entry.table}_history"
            kept = {name: kind for name, kind in live.items() if name not in GENERATED}
            known = _columns(cursor, history)
            if known:
                for name in kept.keys() - known.keys():
                    cursor.execute(
                        f"ALTER TABLE city.{quote(history)} ADD COLUMN {quote(name)} {kept[name]}"
                    )
            columns = ", ".join(quote(name) for name in kept)
            short = entry.table[:40]
            cursor.execute(
                template.format(
                    table=quote(entry.table),
                    history=quote(history),
                    versions=quote(f"{entry.table}_versions"),
                    history_key=quote(f"{short}_history_key"),
                    history_set_index=quote(f"{short}_history_set"),
                    history_end_index=quote(f"{short}_history_end"),
                    theme=_literal(entry.theme),
                    types=_literal("any" if entry.any_geometry else "one"),
                    columns=_literal(columns),
                    kept=columns,
                )
            )


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


@contextmanager
def change_set(
    actor: Actor,
    *,
    title: str,
    channel: str,
    reason: str = "",
    decision_number: str = "",
    undoes: ChangeSet | None = None,
    request_key: str = "",
) -> Iterator[ChangeSet]:
    """Open a transaction in which theme tables may be written, as `actor`.

    Yields the change set; everything in it is rolled back together when the block raises.
    """
    with transaction.atomic(using=STAFF_DATABASE):
        entry = ChangeSet.objects.using(STAFF_DATABASE).create(
            title=title[:200],
            reason=reason,
            decision_number=decision_number,
            channel=channel,
            user_id=actor.user_id or None,
            actor_name=actor.name,
            published_at=timezone.now(),
            undoes=undoes,
            request_key=request_key,
        )
        with writing(entry):
            yield entry


@contextmanager
def writing(entry: ChangeSet) -> Iterator[None]:
    """Let theme tables be written under a change set, in the transaction that is open."""
    with connections[STAFF_DATABASE].cursor() as cursor:
        cursor.execute("SELECT set_config('city.change_set', %s, true)", [str(entry.pk)])
        yield
        # This process sees its own write at once, the others when they look next.
        change_log.look_again()
        transaction.on_commit(change_log.look_again, using=STAFF_DATABASE)
        # A caller's outer transaction must not go on writing under this change set.
        cursor.execute("SELECT set_config('city.change_set', '', true)")
