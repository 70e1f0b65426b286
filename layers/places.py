"""Attractions for visitors: the list behind the start page, and one place."""

from typing import Any

from gis_core.access import Actor
from gis_core.errors import NotFound
from layers import selectors
from layers.display import layer_codes
from layers.opening_hours import is_open, shown_hours
from layers.selectors import ReadableLayer, features


def _tourism_layers(actor: Actor) -> list[ReadableLayer]:
    return [entry for entry in selectors.layers(actor) if entry.theme.key == "tourism"]


def places(actor: Actor, language: str) -> dict[str, Any]:
    """Return all attractions, their categories with counts, and their layers, in `language`."""
    found: list[dict[str, Any]] = []
    categories: dict[str, dict[str, Any]] = {}
    entries = _tourism_layers(actor)
    for entry in entries:
        codes = layer_codes(entry).get("tourism.category", {})
        for row in features(entry).order_by("-in_city", "coordinate_accuracy_m", "name", "pk"):
            item = _place(row, codes, language)
            found.append(item)
            code = codes.get(item["category"])
            category = categories.setdefault(
                item["category"],
                {
                    "code": item["category"],
                    "label": item["category_label"],
                    "icon": item["icon"],
                    "color": code.color if code else "",
                    "count": 0,
                },
            )
            category["count"] += 1
    ordered = sorted(categories.values(), key=lambda line: (-line["count"], line["label"]))
    return {
        "places": found,
        "categories": ordered,
        "layers": [entry.slug for entry in entries],
    }


def place(actor: Actor, slug: str, language: str) -> dict[str, Any]:
    """Return one attraction with its texts; raises NotFound."""
    for entry in _tourism_layers(actor):
        row: Any = features(entry).filter(slug=slug).first()
        if row is not None:
            codes = layer_codes(entry).get("tourism.category", {})
            return {
                **_place(row, codes, language),
                "layer": entry.slug,
                "description": row.texts.get(language) or row.texts.get("vi", ""),
                "description_lang": language if row.texts.get(language) else "vi",
                "accessibility": row.accessibility,
                "phone": row.phone,
                "website": row.website,
                "changed_at": row.changed_at,
                "source": entry.layer.source_note,
                "licence": entry.layer.licence,
            }
    raise NotFound


def _place(row: Any, codes: Any, language: str) -> dict[str, Any]:
    code = codes.get(row.category)
    text = row.texts.get(language) or row.texts.get("vi", "")
    return {
        "slug": row.slug,
        "id": str(row.pk),
        "title": row.names.get(language) or row.name if language != "vi" else row.name,
        "original_title": row.name,
        "category": row.category,
        "category_label": code.label(language) if code else row.category,
        "icon": (code.icon if code else "") or "attraction",
        "lon": round(row.geom.x, 7),
        "lat": round(row.geom.y, 7),
        "accuracy_m": row.coordinate_accuracy_m,
        "coordinate_source": row.coordinate_source,
        "opening_hours": row.opening_hours,
        "open_now": is_open(row.opening_hours),
        "hours_text": shown_hours(row.opening_hours, language),
        "price_text": row.price_text,
        "summary": text.split(". ")[0].rstrip(".") + ("." if text else ""),
        "summary_lang": language if row.texts.get(language) else "vi",
        "address": row.address,
        "heritage_rank": row.heritage_rank,
        "in_city": row.in_city,
        "href": f"/{language}/places/{row.slug}",
    }
