"""Every HTTP route, read from the URL resolver, with what a request to it is made of.

`CASES` says for each channel of the register what its routes take. A channel without a case is a
failing test (test_access_matrix.py): say there what a new route takes and it is in all matrices.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from inspect import getclosurevars, isfunction
from typing import Any
from urllib.parse import quote

from django.urls import URLPattern, URLResolver, get_resolver
from sample_features import Sample

from gis_core.channels import Channel
from gis_core.tile_grid import tile_at

_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Route:
    """An address pattern such as `tiles/<slugs>/<z>/<x>/<y>.mvt` and its declaration."""

    pattern: str
    channel: Channel


@dataclass(frozen=True)
class Case:
    """What a channel takes: nothing | layer | feature | raster | place | layers (in the query).

    `query` may use {slug}, {lon}, {lat}, {text}. `lists` tells that the answer to everybody is 200
    and only its content depends on the reader.
    """

    takes: str = "nothing"
    query: str = ""
    lists: bool = False
    # An answer that names rows: ids of visible rows are found in its body or in its decoded tile.
    shows_rows: bool = False
    # A file to hand out: made of public rows only, whoever asks.
    public_only: bool = False
    # Visitors are answered as if nothing were there.
    signed_in: bool = False


CASES: dict[str, Case] = {
    "api.catalog": Case("nothing", lists=True),
    "api.change_set": Case(),
    "api.change_set.approve": Case(),
    "api.change_set.attach": Case(),
    "api.change_set.attachment": Case(),
    "api.change_set.comment": Case(),
    "api.change_set.comments": Case(),
    "api.change_set.conflicts": Case(),
    "api.change_set.describe": Case(),
    "api.change_set.detach": Case(),
    "api.change_set.discard": Case(),
    "api.change_set.publish": Case(),
    "api.change_set.put_step": Case(),
    "api.change_set.remove_step": Case(),
    "api.change_set.return": Case(),
    "api.change_set.save_steps": Case(),
    "api.change_set.submit": Case(),
    "api.change_set.withdraw": Case(),
    "api.change_sets": Case(),
    "api.change_sets.create": Case(),
    "api.checks": Case(),
    "api.checks.fix": Case(),
    "api.diff": Case("feature", query="from=1&to=1", shows_rows=True, signed_in=True),
    "api.feature": Case("feature", shows_rows=True),
    "api.features": Case("layer"),
    "api.form": Case("layer"),
    "api.feature.patch": Case("feature"),
    "api.home": Case(),
    "api.identify": Case(
        "layer", query="lon={lon}&lat={lat}&zoom=18&layers={slug}", shows_rows=True
    ),
    "api.import": Case(),
    "api.import.file": Case(),
    "api.import.profile": Case(),
    "api.import.progress": Case(),
    "api.import.rejected": Case(),
    "api.import.rows": Case(),
    "api.import.step": Case(),
    "api.imports": Case(),
    "api.live": Case("nothing", query="since=0", lists=True),
    "api.geometry_file": Case("layer"),
    "api.openapi": Case(),
    "api.places": Case("nothing", lists=True),
    "api.row_ids": Case("layer"),
    "api.rows": Case("layer", query="limit=500", shows_rows=True),
    "api.rows.query": Case("layer"),
    "api.presence.hold": Case(),
    "api.presence.release": Case(),
    "api.restore": Case("feature"),
    "api.shapes.boundary": Case(),
    "api.shapes.merge": Case(),
    "api.shapes.split": Case(),
    "api.search": Case("nothing", query="q={text}&limit=50", lists=True),
    "api.undo": Case(),
    "api.version": Case("feature", shows_rows=True, signed_in=True),
    "api.versions": Case("feature", shows_rows=True, signed_in=True),
    "health.live": Case(),
    "health.ready": Case(),
    "layers.geojson": Case("layer", shows_rows=True),
    "map.stand_alone": Case("layer", query="layers={slug}", public_only=True),
    "ogc.api": Case(),
    "ogc.collection": Case("layer"),
    "ogc.collections": Case("nothing", lists=True),
    "ogc.conformance": Case(),
    "ogc.item": Case("feature", shows_rows=True),
    "ogc.item.delete": Case("feature"),
    "ogc.item.options": Case("feature"),
    "ogc.item.replace": Case("feature"),
    "ogc.items": Case("layer", query="limit=1000", shows_rows=True),
    "ogc.items.create": Case("layer"),
    "ogc.items.options": Case("layer"),
    "ogc.landing": Case(),
    "ogc.queryables": Case("layer"),
    "ogc.schema": Case("layer"),
    "ogc.schema.geojson": Case("layer"),
    "ogc.tile": Case("layer", shows_rows=True),
    "ogc.tile_matrix_set": Case(),
    "ogc.tile_matrix_sets": Case(),
    "ogc.tileset": Case("layer"),
    "ogc.tilesets": Case("layer"),
    "page.connect": Case(),
    "page.import": Case(),
    "page.imports": Case(),
    "page.login": Case(),
    "page.logout": Case(),
    "page.map": Case(),
    "page.place": Case("place"),
    "page.root": Case(),
    "page.security": Case(),
    "page.start": Case("nothing", lists=True),
    "page.workspace": Case(),
    "raster.tile": Case("raster"),
    "raster.value": Case("raster", query="lon={lon}&lat={lat}"),
    "tiles.mvt": Case("layer", shows_rows=True),
    "tiles.tilejson": Case("layer"),
}


def routes() -> list[Route]:
    """Return every declared route of the product, each once."""
    found = [
        Route(pattern, declared)
        for pattern, entry in _patterns(get_resolver())
        for declared in _channels_of(entry.callback)
    ]
    return list(dict.fromkeys(found))


def routes_taking(*kinds: str) -> list[Route]:
    """Return the routes that are read with GET and whose case takes one of `kinds`."""
    return [
        route
        for route in routes()
        if CASES.get(route.channel.name, Case()).takes in kinds and "GET" in route.channel.methods
    ]


def _patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _patterns(entry, prefix + str(entry.pattern))
        else:
            yield prefix + str(entry.pattern), entry


def _channels_of(view: Any) -> list[Channel]:
    # django-ninja makes one view for all methods of a path, with the operations in its closure.
    path_view = getclosurevars(view).nonlocals.get("self") if isfunction(view) else None
    operations = getattr(path_view, "operations", None)
    views = [view] if operations is None else [item.view_func for item in operations]
    return [item.channel for item in views if hasattr(item, "channel")]


def address(route: Route, sample: Sample, *, zoom: int = 18, language: str = "vi") -> str:
    """Return the address of `route` for a row's layer, id, tile and position."""
    tile = tile_at(sample.lon, sample.lat, zoom)
    values: dict[str, Any] = {
        "language": language,
        "slug": sample.slug,
        "slugs": sample.slug,
        "feature_id": sample.id,
        "number": 1,
        "change_set_id": 1,
        "attachment_id": 1,
        "import_id": 1,
        "step": "check",
        "key": "1",
        "page": "p1",
        "z": tile.z,
        "x": tile.x,
        "y": tile.y,
        "name": "WebMercatorQuad",
    }
    if CASES[route.channel.name].takes == "place":
        values["slug"] = f"cho-{sample.key}".lower()
    path = "/" + _PARAMETER.sub(lambda match: str(values[match.group(1)]), route.pattern)
    text = quote(f"Mẫu {sample.key}")
    query = CASES[route.channel.name].query.format(
        slug=sample.slug, lon=sample.lon, lat=sample.lat, text=text
    )
    mark = "&" if query else "?"
    shown = f"?{query}" if query else ""
    return path + shown + (f"{mark}lang={language}" if path.startswith(("/api", "/ogc")) else "")
