"""The READ door: the only way from the tables to anybody. Every queryset here is authorised.

Anonymous actors are sent to the public database login as well, whose views show published public
rows and columns only, so a rule forgotten here still shows nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from time import monotonic
from typing import Any

from django.db.models import Q, QuerySet

from gis_core import access
from gis_core.access import STAFF_DATABASE, Actor
from gis_core.errors import NotFound
from layers.code_list import Code
from layers.feature import Feature, Layer
from layers.raster import Raster
from layers.registry import Theme, theme_by_key, theme_keys
from layers.themes.admin_units import AdminUnitLineage


@dataclass(frozen=True)
class ReadableLayer:
    """A layer that an actor may know of, its theme and the fields of it that they may see."""

    actor: Actor
    layer: Layer
    theme: Theme
    fields: frozenset[str]

    @property
    def slug(self) -> str:
        """Return the layer's address."""
        return self.layer.slug

    def own_fields(self) -> list[str]:
        """Return the theme's own fields that the actor may see, in the model's order."""
        return [name for name in self.theme.own_fields if name in self.fields]


_LAYERS = "layers"  # in the memo of an actor


def layers(actor: Actor) -> list[ReadableLayer]:
    """Return the layers that `actor` may know of, in drawing order; asked once in a request."""
    memo = {} if actor.memo is None else actor.memo
    if _LAYERS not in memo:
        rows = (
            Layer.objects.using(actor.database)
            .filter(access.readable_layers(actor, theme_keys()))
            .defer("data_version")
        )
        memo[_LAYERS] = [_readable(actor, row) for row in rows]
    return list(memo[_LAYERS])


def listed(row: Layer) -> bool:
    """Tell whether a layer stands in lists; a retired one is found at its address only."""
    return row.publication != Layer.Publication.RETIRED


def listed_layers(actor: Actor) -> list[ReadableLayer]:
    """Return the layers that `actor` may know of and that lists show, in drawing order."""
    return [entry for entry in layers(actor) if listed(entry.layer)]


def layer(actor: Actor, slug: str) -> ReadableLayer:
    """Return one layer; raises NotFound alike for a missing and for a hidden one."""
    if "\0" in slug:  # PostgreSQL holds no NUL in text
        raise NotFound
    row = (
        Layer.objects.using(actor.database)
        .filter(access.readable_layers(actor, theme_keys()), slug=slug)
        .defer("data_version")
        .first()
    )
    if row is None:
        raise NotFound
    return _readable(actor, row)


def layers_by_slug(actor: Actor, slugs: Sequence[str]) -> list[ReadableLayer]:
    """Return the named layers in the order given; raises NotFound when one is not there."""
    found = {entry.slug: entry for entry in layers(actor) if entry.slug in set(slugs)}
    if len(found) != len(set(slugs)):
        raise NotFound
    return [found[slug] for slug in dict.fromkeys(slugs)]


_RECENT_S = 0.5
_RECENT_KEPT = 500  # different sets of rights
_recent: dict[tuple[str, str, date], tuple[float, dict[str, ReadableLayer]]] = {}


def recent_layers(actor: Actor, slugs: Sequence[str]) -> list[ReadableLayer]:
    """Return the named layers as they were at most half a second ago; raises NotFound.

    For tiles, of which a map asks for dozens at once. Rows are read under today's rules anyway:
    the public views look at the layer again.
    """
    found = recent_by_slug(actor)
    try:
        return [found[slug] for slug in dict.fromkeys(slugs)]
    except KeyError as error:
        raise NotFound from error


def recent_by_slug(actor: Actor) -> dict[str, ReadableLayer]:
    """Return the layers that `actor` might know of at most half a second ago, by slug."""
    # With the login: an account without grants has a visitor's rights, but not their database.
    key = (actor.cache_key, actor.database, actor.today)
    expires, found = _recent.get(key, (0.0, {}))
    if monotonic() >= expires:
        found = {entry.slug: entry for entry in layers(actor)}
        if len(_recent) > _RECENT_KEPT:
            _recent.clear()
        _recent[key] = (monotonic() + _RECENT_S, found)
    return found


def forget_recent_layers() -> None:
    """Make the next tile look at the layers again."""
    _recent.clear()


def _readable(actor: Actor, row: Layer) -> ReadableLayer:
    entry = theme_by_key(row.theme)
    fields = access.readable_fields(actor, entry.key, row.slug, entry.fields)
    return ReadableLayer(actor, row, entry, fields)


def features(entry: ReadableLayer) -> QuerySet[Any]:
    """Return the rows of a layer that its reader may see; columns are limited on encoding.

    A layer of current features leaves out those whose last day of validity has passed.
    """
    model: Any = entry.theme.model
    rows: QuerySet[Any] = model.objects.using(entry.actor.database).filter(
        access.readable_rows(entry.actor, entry.theme.key, entry.slug), layer_id=entry.layer.pk
    )
    if entry.layer.current_only:
        rows = rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=entry.actor.today))
    return rows


def feature(entry: ReadableLayer, feature_id: str | int) -> Feature:
    """Return one row by id; raises NotFound alike for a missing, hidden and malformed id."""
    text = str(feature_id)
    if not (text.isascii() and text.isdigit() and len(text) <= 16):  # noqa: PLR2004 -- 53 bits
        raise NotFound
    row: Feature | None = features(entry).filter(pk=int(text)).first()
    if row is None:
        raise NotFound
    return row


def data_versions() -> dict[int, int]:
    """Return layer id → counter of its writes: for cache keys inside the server only.

    The counter also moves with rows that a reader may not see, so it is never shown.
    """
    return dict(Layer.objects.using(STAFF_DATABASE).values_list("pk", "data_version"))


def data_version(entry: ReadableLayer) -> int:
    """Return the counter of one layer's writes; see `data_versions`."""
    return data_versions().get(entry.layer.pk, 0)


def codes(actor: Actor, lists: Iterable[str]) -> dict[str, dict[str, Code]]:
    """Return list → code → row for the named code lists; code lists are public."""
    found: dict[str, dict[str, Code]] = {name: {} for name in lists}
    for row in Code.objects.using(actor.database).filter(code_list__in=list(found)):
        found[row.code_list][row.code] = row
    return found


def lineage(actor: Actor, unit_keys: Sequence[str]) -> list[AdminUnitLineage]:
    """Return the lineage entries that name one of the units as predecessor or successor."""
    keys = list(unit_keys)
    return list(
        AdminUnitLineage.objects.using(actor.database).filter(
            Q(predecessor_key__in=keys) | Q(successor_key__in=keys)
        )
    )


def rasters(actor: Actor) -> list[Raster]:
    """Return the rasters that `actor` may see."""
    level = access.clearance(actor, "raster")
    rows = Raster.objects.using(actor.database).filter(sensitivity__lte=level)
    return list(rows if actor.signed_in else rows.filter(publication=access.PUBLISHED))


def raster(actor: Actor, slug: str) -> Raster:
    """Return one raster; raises NotFound alike for a missing and for a hidden one."""
    found = next((row for row in rasters(actor) if row.slug == slug), None)
    if found is None:
        raise NotFound
    return found
