"""Extent and classes of a layer's readable rows, kept until its data changes.

Over a million rows they take a second; the catalogue asks for them on every visit.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.gis.db.models import Extent
from django.core.cache import cache

from gis_core.city import Bbox, city
from layers.selectors import ReadableLayer, data_version, features

_KEPT_S = 3600
MAX_CLASSES = 200


@dataclass(frozen=True)
class LayerFacts:
    """`classes` holds the values of the style field that occur, sorted."""

    bbox_4326: Bbox
    classes: tuple[str, ...]


def facts(entry: ReadableLayer, versions: Mapping[int, int] | None = None) -> LayerFacts:
    """Return the facts over the rows that the reader may see.

    `versions` (layer id → data version) saves a query a layer. The key holds what the reader may
    see, so nobody gets facts that were made for others.
    """
    version = data_version(entry) if versions is None else versions.get(entry.layer.pk, 0)
    actor = entry.actor
    key = f"facts:{entry.layer.pk}:{version}:{actor.cache_key}:{actor.today}"
    found: LayerFacts | None = cache.get(key)
    if found is None:
        found = LayerFacts(_bbox(entry), _classes(entry))
        cache.set(key, found, _KEPT_S)
    return found


def _bbox(entry: ReadableLayer) -> Bbox:
    box = features(entry).aggregate(box=Extent("geom"))["box"]
    return tuple(box) if box else city().bbox_4326


def _classes(entry: ReadableLayer) -> tuple[str, ...]:
    name = entry.theme.class_field
    if name is None or name not in entry.fields:
        return ()
    values = features(entry).order_by(name).values_list(name, flat=True).distinct()
    return tuple(values[:MAX_CLASSES])
