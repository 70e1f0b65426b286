"""Search without tone marks over names, addresses, parcel numbers and coordinates.

The words are folded (đ and Đ become d) and looked up in the folded `search_text` column, whose
trigram index covers only rows that have such text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Q
from django.db.models.lookups import Exact

from gis_core.access import Actor
from gis_core.city import city
from gis_core.coordinate_text import parse_coordinates
from gis_core.text_folding import fold
from layers import selectors
from layers.display import layer_codes, shown_fields, title
from layers.feature import Feature
from layers.natural_order import natural
from layers.selectors import ReadableLayer, features

MIN_LETTERS = 2
MAX_LETTERS = 120
_SIMILAR_ENOUGH = 0.6
_SHEET_FIRST = re.compile(
    r"^(?:to|so to|to ban do)\s*(?:so)?\s*(\w+)[,;\s]+(?:so\s+)?thua\s*(?:so)?\s*(\w+)$"
)
_PARCEL_FIRST = re.compile(
    r"^(?:so\s+)?thua\s*(?:so)?\s*(\w+)[,;\s]+(?:so\s+)?to\s*(?:ban do)?\s*(?:so)?\s*(\w+)$"
)
_PAIR = re.compile(r"^(\d{1,5})\s*/\s*(\d{1,5})$")


@dataclass(frozen=True)
class Hit:
    """One suggestion; lon and lat are a point on the feature in WGS 84."""

    kind: str
    title: str
    subtitle: str
    lon: float
    lat: float
    layer: str | None = None
    id: str | None = None
    bbox_4326: tuple[float, float, float, float] | None = None
    href: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return dict(vars(self))


def search(actor: Actor, text: str, language: str, limit: int) -> list[Hit]:
    """Return at most `limit` hits, best first; nothing for less than two letters."""
    if "\0" in text:  # PostgreSQL holds no NUL in text
        return []
    wanted = text.strip()[:MAX_LETTERS]
    position = parse_coordinates(wanted, city().zone, city().bbox_4326)
    if position is not None:
        shown = f"{position.lat:.6f}, {position.lon:.6f}"
        return [Hit("coordinate", shown, position.system, position.lon, position.lat)]
    folded = fold(wanted)
    if len(folded) < MIN_LETTERS:
        return []
    entries = selectors.layers(actor)
    hits = _parcels(entries, folded, language, limit)
    return hits[:limit] if hits else _named(entries, wanted, folded, language, limit)


def parcel_numbers(folded: str) -> list[tuple[str, str]]:
    """Return the (sheet, parcel) pairs that a folded text may mean; `5/12` may mean either way."""
    if match := _SHEET_FIRST.match(folded):
        return [(match[1], match[2])]
    if match := _PARCEL_FIRST.match(folded):
        return [(match[2], match[1])]
    if match := _PAIR.match(folded):
        return list(dict.fromkeys([(match[1], match[2]), (match[2], match[1])]))
    return []


def _parcels(entries: Sequence[ReadableLayer], folded: str, language: str, limit: int) -> list[Hit]:
    pairs = parcel_numbers(folded)
    if not pairs:
        return []
    wanted = Q(pk__in=[])
    for sheet, number in pairs:
        wanted |= Q(Exact(natural("so_to"), sheet), Exact(natural("so_thua"), number))
    hits: list[Hit] = []
    for entry in entries:
        if entry.theme.key == "parcels":
            rows = (
                features(entry).filter(wanted).order_by(natural("so_to"), natural("so_thua"), "pk")
            )
            hits += [_hit(entry, row, language, "parcel") for row in rows[:limit]]
    return hits


def _named(
    entries: Sequence[ReadableLayer], wanted: str, folded: str, language: str, limit: int
) -> list[Hit]:
    ranked: list[tuple[float, int, Hit]] = []
    for entry in entries:
        rows = (
            features(entry)
            .exclude(search_text="")
            .filter(Q(search_text__contains=folded) | Q(search_text__trigram_word_similar=folded))
            .annotate(similarity=TrigramWordSimilarity(folded, "search_text"))
            .filter(similarity__gte=_SIMILAR_ENOUGH)
            .order_by("-similarity", "name", "pk")
        )
        for row in rows[:limit]:
            kind = "place" if entry.theme.key == "tourism" else "feature"
            hit = _hit(entry, row, language, kind)
            ranked.append((_rank(row, wanted, folded), -entry.layer.position, hit))
    ranked.sort(key=lambda item: (-item[0], item[1], item[2].title))
    return _without_repeats([hit for _score, _position, hit in ranked])[:limit]


def _rank(row: Feature, wanted: str, folded: str) -> float:
    """Rank an exact hit with tone marks above one without, a beginning above a middle."""
    similarity = float(row.similarity)  # type: ignore[attr-defined]
    name = row.name.lower()
    return (
        similarity
        + (1.0 if wanted.lower() in name else 0.0)
        + (0.5 if row.search_text.startswith(folded) else 0.0)
    )


def _without_repeats(hits: list[Hit]) -> list[Hit]:
    """Leave out the further pieces of a street that comes in many lines."""
    seen: set[tuple[str | None, str, str]] = set()
    kept: list[Hit] = []
    for hit in hits:
        key = (hit.layer, hit.title, hit.subtitle)
        if key not in seen or hit.kind != "feature":
            kept.append(hit)
        seen.add(key)
    return kept


def _hit(entry: ReadableLayer, row: Feature, language: str, kind: str) -> Hit:
    inside = row.geom.point_on_surface if row.geom.dims else row.geom
    subject: Any = row
    return Hit(
        kind=kind,
        title=title(entry, row, language),
        subtitle=_subtitle(entry, row, language),
        lon=round(inside.x, 7),
        lat=round(inside.y, 7),
        layer=entry.slug,
        id=str(row.pk),
        bbox_4326=row.geom.extent,
        href=f"/{language}/places/{subject.slug}" if kind == "place" else None,
    )


def _subtitle(entry: ReadableLayer, row: Feature, language: str) -> str:
    subject: Any = row
    address = getattr(subject, "address", "") if "address" in shown_fields(entry) else ""
    if address:
        return str(address)
    name = entry.theme.class_field
    if name and name in entry.fields:
        list_name = getattr(entry.theme.model._meta.get_field(name), "code_list", "")
        code = layer_codes(entry).get(list_name, {}).get(getattr(row, name))
        if code:
            return f"{entry.layer.title(language)} · {code.label(language)}"
    return entry.layer.title(language)
