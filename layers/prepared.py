"""Statements that the database keeps parsed and planned, for each connection that asked once.

A map asks for dozens of tiles at once; parsing and planning one takes a third of its time.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from weakref import WeakKeyDictionary

from django.db import connections

_NAMED = re.compile(r"%\((\w+)\)s|%%")
_KEPT = 200  # a plan takes some 50 kB of the connection's memory


@dataclass(frozen=True)
class Prepared:
    """A statement: `make` prepares it, `run` executes it with the values named in `order`."""

    name: str
    make: str
    run: str
    order: tuple[str, ...]


def prepared(sql: str, samples: Mapping[str, Any]) -> Prepared:
    """Return the statement of a text with one or more named parameters.

       `samples` tell which of them are text.
    The database finds out the other types; it cannot for a text that is the operand of an operator
       with several meanings, such as `->>`.
    """
    order: list[str] = []

    def numbered(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        if found[1] not in order:
            order.append(found[1])
        return f"${order.index(found[1]) + 1}"

    text = _NAMED.sub(numbered, sql)
    types = ", ".join("text" if isinstance(samples.get(one), str) else "unknown" for one in order)
    name = "p" + sha256(f"{types}\n{text}".encode()).hexdigest()[:32]
    marks = ", ".join(["%s"] * len(order))
    return Prepared(
        name, f"PREPARE {name} ({types}) AS {text}", f"EXECUTE {name} ({marks})", tuple(order)
    )


_known: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


def fetch_value(alias: str, statement: Prepared, values: Mapping[str, Any]) -> Any:
    """Return the first column of the first row; the connection keeps the statement."""
    with connections[alias].cursor() as cursor:
        known = _known.setdefault(connections[alias].connection, set())
        if statement.name not in known:
            if len(known) >= _KEPT:
                cursor.execute("DEALLOCATE ALL")
                known.clear()
            cursor.execute(statement.make)
            known.add(statement.name)
        cursor.execute(statement.run, [values[name] for name in statement.order])
        return cursor.fetchone()[0]
