"""Questions to the attribute table, as tests ask them."""

from collections.abc import Iterator

from sample_features import SYSTEM

from gis_core.access import Actor, Grant
from layers import rows as table
from layers import selectors
from layers.models import Layer
from layers.rows import Wish

PLANNER = Actor(1, "p", (Grant("planner"),))


VISITOR = Actor(2, "v")  # an account without grants: a visitor's rights over the staff login


def rows(layer: Layer, actor: Actor = SYSTEM, *, limit: int = 50, after: str = "", **wish) -> dict:
    entry = selectors.layer(actor, layer.slug)
    return table.rows(entry, Wish(**wish), limit=limit, after=after)


def pages(layer: Layer, limit: int, actor: Actor = SYSTEM, **wish) -> Iterator[list[dict]]:
    after: str | None = ""
    while after is not None:
        found = rows(layer, actor, limit=limit, after=after, **wish)
        yield found["rows"]
        after = found["next"]


def titles(found: dict) -> list[str]:
    return [row["title"] for row in found["rows"]]
