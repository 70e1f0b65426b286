"""SQL texts of the bulk write, and whether a table is about to be filled for the first time."""

from functools import cache
from pathlib import Path

from django.db.backends.utils import CursorWrapper

BUILD_INDEXES_AFTER = 20_000  # new rows
_SQL = Path(__file__).parent / "sql"


@cache
def template(name: str) -> str:
    """Return the text of layers/sql/<name>.sql; its {places} take quoted names and SQL only."""
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8").rstrip()


def is_empty(cursor: CursorWrapper, table: str) -> bool:
    """Tell whether a theme's table (a quoted name) holds no row."""
    cursor.execute(template("bulk_is_empty").format(table=table))
    return bool(cursor.fetchone()[0])
