"""SQL texts of the bulk write, and the indexes of a table that is about to be filled."""

from functools import cache
from pathlib import Path

from django.db.backends.utils import CursorWrapper

BUILD_INDEXES_AFTER = 20_000  # new rows
_SQL = Path(__file__).parent / "sql"


@cache
def template(name: str) -> str:
    """Return the text of layers/sql/<name>.sql; its {places} take quoted names and SQL only."""
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8").rstrip()


def take_away(cursor: CursorWrapper, table: str, new_rows: int) -> list[str]:
    """Drop the indexes of an empty table before a large load; return how to build them again.

    Building an index over all rows takes a fraction of the time of entering row by row. It locks
    readers out, so it is done only where there is nothing to read. `table` is quoted.
    """
    if new_rows < BUILD_INDEXES_AFTER or not is_empty(cursor, table):
        return []
    cursor.execute(template("bulk_lock").format(table=table))
    if not is_empty(cursor, table):  # somebody was quicker
        return []
    cursor.execute(template("bulk_indexes").format(table=table))
    found = cursor.fetchall()
    for removal, _definition in found:
        cursor.execute(str(removal))
    return [str(definition) for _removal, definition in found]


def is_empty(cursor: CursorWrapper, table: str) -> bool:
    """Tell whether a theme's table (a quoted name) holds no row."""
    cursor.execute(template("bulk_is_empty").format(table=table))
    return bool(cursor.fetchone()[0])
