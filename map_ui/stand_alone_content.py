"""What a stand-alone map holds: chosen layers and the ground below them, as one JSON text.

Everything is read as an anonymous visitor, whoever asks: a page that is handed out cannot be taken
back. Features are written as [class, title, [[field, value], …], geometry].
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.db.models.functions import AsGeoJSON
from django.utils import translation
from django.utils.translation import gettext

from gis_core.access import ANONYMOUS
from gis_core.city import Bbox, city
from gis_core.errors import Invalid
from layers import selectors
from layers.catalogue import layer_entry
from layers.display import Codes, layer_codes, properties, title
from layers.feature import Feature
from layers.layer_facts import facts
from layers.selectors import ReadableLayer

MAX_FEATURES = 20_000  # of all chosen layers; more do not move smoothly on a telephone
MAX_BYTES = 30 * 1024**2
MAX_GROUND_FEATURES = 6_000  # of one layer of the ground, which is left out above that
GROUND = ("water", "land-cover", "green-areas", "roads", "wards")
_DECIMALS = 6  # of a degree: 11 cm
_GROUND_DECIMALS = 5
_CHUNK = 2_000
_MAX_TEXT = 600  # characters of one value in a popup


@dataclass(frozen=True)
class Piece:
    """One layer as JSON text."""

    slug: str
    title: str
    features: int
    text: str
    icons: frozenset[str] = frozenset()

    @property
    def size(self) -> int:
        """Return the size in bytes, as it is written."""
        return len(self.text.encode())


@dataclass(frozen=True)
class Content:
    """The JSON text of a map and what is said about it outside of the map."""

    text: str
    title: str
    features: int
    icons: tuple[str, ...]


def collect(slugs: Sequence[str], language: str, heading: str = "") -> Content:
    """Return the map's content in `language`.

    Raises NotFound where a layer is not there for the public, Invalid where the page would be too
    large; the text names the layer to leave out.
    """
    chosen = selectors.layers_by_slug(ANONYMOUS, slugs)
    chosen.sort(key=lambda entry: (entry.layer.position, entry.slug))
    _refuse_many(chosen, language)
    with translation.override(language):
        pieces: list[Piece] = []
        for entry in chosen:
            pieces.append(_layer(entry, language))
            _refuse_large(pieces)
        ground = _ground({entry.slug for entry in chosen}, language)
        _refuse_large([*pieces, *ground])
        name = heading.strip()[:120] or _default_title(chosen, language)
        head = {
            "lang": language,
            "title": name,
            "city": city().name[language],
            "made_on": f"{ANONYMOUS.today:%d/%m/%Y}",
            "bounds": _bounds(chosen),
        }
    body = ",".join(piece.text for piece in pieces)
    below = ",".join(piece.text for piece in ground)
    text = f'{_json(head)[:-1]},"layers":[{body}],"ground":[{below}]}}'
    icons = sorted(set().union(*(piece.icons for piece in pieces)))
    return Content(text, name, sum(piece.features for piece in pieces), tuple(icons))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _default_title(chosen: Sequence[ReadableLayer], language: str) -> str:
    names = ", ".join(entry.layer.title(language) for entry in chosen[:-4:-1])
    more = ", …" if len(chosen) > 3 else ""  # noqa: PLR2004 -- as many as fit into a heading
    return f"{city().name[language]}: {names}{more}"


def _bounds(chosen: Sequence[ReadableLayer]) -> Bbox:
    """Return what the page shows first: the chosen layers as far as they lie in the city."""
    boxes = [facts(entry).bbox_4326 for entry in chosen]
    west, south, east, north = zip(*boxes, strict=True)
    whole = min(west), min(south), max(east), max(north)
    frame = city().bbox_4326
    lower = max(whole[0], frame[0]), max(whole[1], frame[1])
    upper = min(whole[2], frame[2]), min(whole[3], frame[3])
    inside = lower[0] < upper[0] and lower[1] < upper[1]
    return (*lower, *upper) if inside else whole


def _refuse_many(chosen: Sequence[ReadableLayer], language: str) -> None:
    counts = {entry.slug: selectors.features(entry).count() for entry in chosen}
    total = sum(counts.values())
    if total <= MAX_FEATURES:
        return
    largest = max(chosen, key=lambda entry: counts[entry.slug])
    raise Invalid(
        gettext(
            "Together these layers have %(total)d features; a stand-alone map holds %(limit)d."
            " Leave out “%(layer)s” (%(count)d features)."
        )
        % {
            "total": total,
            "limit": MAX_FEATURES,
            "layer": largest.layer.title(language),
            "count": counts[largest.slug],
        },
        [{"layer": largest.slug, "features": counts[largest.slug]}],
    )


def _refuse_large(pieces: Sequence[Piece]) -> None:
    if sum(piece.size for piece in pieces) <= MAX_BYTES:
        return
    largest = max(pieces, key=lambda piece: piece.size)
    raise Invalid(
        gettext("The page would be larger than %(limit)d MB. Leave out “%(layer)s” (%(size)d MB).")
        % {
            "limit": MAX_BYTES // 1024**2,
            "layer": largest.title,
            "size": round(largest.size / 1024**2),
        },
        [{"layer": largest.slug, "bytes": largest.size}],
    )


def _layer(entry: ReadableLayer, language: str) -> Piece:
    shown = layer_entry(entry, facts(entry), language)
    names = ("slug", "title", "description", "geometry_type", "style", "legend", "source")
    more = ("licence", "owner_unit", "illustrative")
    day = entry.layer.data_date
    head = {
        **{name: shown[name] for name in (*names, *more)},
        "data_date": f"{day:%d/%m/%Y}" if day else "",
    }
    fields: dict[str, int] = {}
    rows = list(_rows(entry, language, layer_codes(entry), fields))
    text = f'{_json(head)[:-1]},"features":[{",".join(rows)}],"fields":{_json(list(fields))}}}'
    symbols = [line["symbol"] for line in shown["legend"]] if rows else []
    icons = frozenset(str(symbol["icon"]) for symbol in symbols if symbol.get("icon"))
    return Piece(entry.slug, str(shown["title"]), len(rows), text, icons)


def _rows(
    entry: ReadableLayer, language: str, codes: Codes, fields: dict[str, int]
) -> Iterator[str]:
    """Yield one feature after the other; `fields` collects label → number as they occur."""
    found: Any = (
        selectors.features(entry)
        .annotate(outline=AsGeoJSON("geom", precision=_DECIMALS))
        .defer("geom", "geom_3857", "search_text")
        .order_by("pk")
    )
    for row in found.iterator(chunk_size=_CHUNK):
        lines = [
            [fields.setdefault(line.label, len(fields)), _line(line.value, line.unit)]
            for line in properties(entry, row, codes, language)
        ]
        facts_ = [_class_of(entry, row), title(entry, row, language), lines]
        yield f"{_json(facts_)[:-1]},{row.outline}]"


def _line(value: str, unit: str | None) -> str:
    text = value if len(value) <= _MAX_TEXT else value[: _MAX_TEXT - 1] + "…"
    return f"{text} {unit}" if unit else text


def _class_of(entry: ReadableLayer, row: Feature) -> str:
    name = entry.theme.class_field
    return str(getattr(row, name)) if name is not None and name in entry.fields else ""


def _ground(chosen: set[str], language: str) -> list[Piece]:
    """Return the public layers that the city's own background is drawn from, where there are some.

    A layer that is chosen itself is not drawn twice; one that is too large is left out.
    """
    public = {entry.slug: entry for entry in selectors.layers(ANONYMOUS)}
    found = []
    for slug in GROUND:
        entry = public.get(slug)
        if entry is None or slug in chosen:
            continue
        rows = selectors.features(entry)
        if rows.count() <= MAX_GROUND_FEATURES:
            found.append(_ground_piece(entry, language))
    return found


def _ground_piece(entry: ReadableLayer, language: str) -> Piece:
    rows: Any = (
        selectors.features(entry)
        .annotate(outline=AsGeoJSON("geom", precision=_GROUND_DECIMALS))
        .defer("geom", "geom_3857", "search_text")
        .order_by("pk")
    )
    lines = [
        f"{_json([_class_of(entry, row), row.name])[:-1]},{row.outline}]"
        for row in rows.iterator(chunk_size=_CHUNK)
    ]
    head = {
        "slug": entry.slug,
        "title": entry.layer.title(language),
        "source": entry.layer.source_note,
        "licence": entry.layer.licence,
        "illustrative": entry.layer.illustrative,
    }
    text = f'{_json(head)[:-1]},"features":[{",".join(lines)}]}}'
    return Piece(entry.slug, entry.layer.title(language), len(lines), text)
