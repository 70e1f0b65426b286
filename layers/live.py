"""What changed on the map lately, as one reader may know it: for maps that stay open.

A reader names the cursor of the last answer and gets what was written since. The cursor is the
moment of the last change that the reader may see, so it tells nothing of others.
"""

from dataclasses import dataclass

from gis_core import access, change_log
from gis_core.access import Actor
from gis_core.change_log import Entry
from gis_core.tile_grid import Bbox, degrees
from layers.presence import Mark, others
from layers.selectors import ReadableLayer, recent_by_slug

# Two transactions that end at about the same moment may be seen in the other order.
_AGAIN_US = 2_000_000
_MOST = 300  # places; more become one for each layer


@dataclass(frozen=True)
class Change:
    """A place of a layer where something was written; `at_us`: microseconds since 1970, UTC."""

    layer: str
    bbox_4326: Bbox
    at_us: int


@dataclass(frozen=True)
class News:
    """The changes since a cursor, the next cursor, the layers that the reader may know of.

    `editing`: where others are at work, for those who may edit there. `soon`: more is about to be
    told, so that it is worth asking again after `change_log.LATE_S`.
    """

    cursor: int
    layers: tuple[str, ...]
    changes: tuple[Change, ...]
    editing: tuple[Mark, ...]
    soon: bool


def news(actor: Actor, since_us: int | None) -> News:
    """Return what `actor` may know of the changes since a cursor; without one, of the last ones.

    Changes of the two seconds before the cursor come once more: whoever begins knows them by that.
    """
    log = change_log.of(actor.database)
    log.look()
    known = {entry.layer.pk: entry for entry in recent_by_slug(actor).values()}
    levels = {number: _level(entry) for number, entry in known.items()}
    cursor = since_us or 0
    found: list[Entry] = []
    soon = False
    for entry, settled in log.newest_first():
        if levels.get(entry.layer_id, access.NOTHING) < entry.level:
            continue
        if not settled:
            soon = True
            continue
        cursor = max(cursor, entry.written_us)
        if entry.written_us <= (cursor if since_us is None else since_us) - _AGAIN_US:
            break
        found.append(entry)
    places = found if len(found) <= _MOST else _summed(found)
    changes = tuple(
        Change(known[one.layer_id].slug, degrees(one.box_3857), one.written_us)
        for one in reversed(places)
    )
    slugs = tuple(sorted(entry.slug for entry in known.values()))
    return News(cursor, slugs, changes, others(actor, list(known.values())), soon)


def _level(entry: ReadableLayer) -> int:
    return access.clearance(entry.actor, entry.theme.key, entry.slug)


def _summed(entries: list[Entry]) -> list[Entry]:
    """Return one entry for each layer with the box of all; newest first like the others."""
    by_layer: dict[int, Entry] = {}
    for one in entries:
        whole = by_layer.setdefault(one.layer_id, one)
        by_layer[one.layer_id] = whole._replace(
            west_3857=min(whole.west_3857, one.west_3857),
            south_3857=min(whole.south_3857, one.south_3857),
            east_3857=max(whole.east_3857, one.east_3857),
            north_3857=max(whole.north_3857, one.north_3857),
        )
    return list(by_layer.values())
