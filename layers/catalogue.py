"""The catalogue that the viewer starts from: layers with style and legend, rasters, basemaps."""

from typing import Any

from gis_core.access import Actor, Sensitivity
from gis_core.city import city
from layers import selectors
from layers.code_list import Code
from layers.display import layer_codes
from layers.form import permitted
from layers.layer_facts import LayerFacts, facts
from layers.registry import GROUPS
from layers.selectors import ReadableLayer

MAX_TILE_ZOOM = 18


def catalogue(actor: Actor, language: str) -> dict[str, Any]:
    """Return everything that `actor`'s viewer needs to know before the first tile."""
    entries = selectors.listed_layers(actor)
    versions = selectors.data_versions()
    by_group: dict[str, list[str]] = {group: [] for group in GROUPS}
    for entry in reversed(entries):
        by_group[entry.theme.group].append(entry.slug)
    return {
        "city": _city(language),
        "actor": {
            "name": actor.name or None,
            "roles": list(actor.roles),
            "signed_in": actor.signed_in,
        },
        "groups": [
            {"key": key, "title": str(GROUPS[key]), "layers": slugs}
            for key, slugs in by_group.items()
            if slugs
        ],
        "layers": [layer_entry(entry, facts(entry, versions), language) for entry in entries],
        "rasters": [_raster(row, language) for row in selectors.rasters(actor)],
        "basemaps": [
            {
                "key": basemap.key,
                "type": basemap.type,
                "title": basemap.title[language],
                "url": basemap.url,
                "attribution": basemap.attribution,
                "max_zoom": basemap.max_zoom,
            }
            for basemap in city().basemaps
        ],
    }


def _city(language: str) -> dict[str, Any]:
    profile = city()
    return {
        "name": profile.name[language],
        "subtitle": profile.subtitle[language],
        "bbox_4326": list(profile.bbox_4326),
        "center": list(profile.center_4326),
        "zoom": profile.zoom,
        "languages": list(profile.languages),
        "vn2000": {
            "epsg": profile.zone.epsg,
            "name": profile.zone.name,
            "proj4": profile.zone.proj4text,
        },
    }


def layer_entry(entry: ReadableLayer, known: LayerFacts, language: str) -> dict[str, Any]:
    """Return one layer as the catalogue shows it."""
    layer, theme = entry.layer, entry.theme
    style, labels = _style(entry, known, language)
    return {
        "slug": layer.slug,
        "title": layer.title(language),
        "description": layer.description(language),
        "group": theme.group,
        "theme": theme.key,
        "geometry_type": layer.geometry_type,
        "min_zoom": theme.min_zoom,
        "max_zoom": MAX_TILE_ZOOM,
        "label_min_zoom": theme.label_min_zoom,
        "bbox_4326": list(known.bbox_4326),
        "style": style,
        "legend": _legend(known, style, labels),
        "source": layer.source_note,
        "licence": layer.licence,
        "owner_unit": layer.owner_unit,
        "data_date": layer.data_date.isoformat() if layer.data_date else None,
        "sensitivity": Sensitivity(layer.sensitivity).name.lower(),
        "illustrative": layer.illustrative,
        "visible": layer.visible,
        "position": layer.position,
        "tiles": f"/tiles/{layer.slug}/{{z}}/{{x}}/{{y}}.mvt",
        "items": f"/ogc/collections/{layer.slug}/items",
        "may": permitted(entry),
    }


def _style(
    entry: ReadableLayer, known: LayerFacts, language: str
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the style of the classes that occur, with colours and labels of their code list."""
    style = {**entry.theme.style, **entry.layer.style}
    style.pop("colors_from", None)
    values = {code: dict(symbol) for code, symbol in style.get("values", {}).items()}
    labels: dict[str, str] = {}
    for code in _class_codes(entry):
        labels[code.code] = code.label(language)
        if entry.theme.style.get("colors_from") and code.color:
            values[code.code] = {"fill": code.color, **values.get(code.code, {})}
        if code.icon and entry.layer.geometry_type == "Point":
            values.setdefault(code.code, {})["icon"] = code.icon
    present = {code: symbol for code, symbol in values.items() if code in known.classes}
    return {**style, "values": present}, labels


def _class_codes(entry: ReadableLayer) -> list[Code]:
    name = entry.theme.class_field
    if name is None or name not in entry.fields:
        return []
    list_name = getattr(entry.theme.model._meta.get_field(name), "code_list", "")
    return list(layer_codes(entry).get(list_name, {}).values())


def _legend(
    known: LayerFacts, style: dict[str, Any], labels: dict[str, str]
) -> list[dict[str, Any]]:
    """Return legend lines for the classes that occur among the rows the reader may see."""
    if style.get("field") is None or not known.classes:
        return [{"value": None, "label": "", "symbol": style["default"]}]
    return [
        {
            "value": value,
            "label": labels.get(value, value) or "—",
            "symbol": {**style["default"], **style["values"].get(value, {})},
        }
        for value in known.classes
    ]


def _raster(row: Any, language: str) -> dict[str, Any]:
    return {
        "slug": row.slug,
        "title": row.title(language),
        "tiles": f"/tiles/rasters/{row.slug}/{{z}}/{{x}}/{{y}}.png",
        "bbox_4326": [row.west, row.south, row.east, row.north],
        "min_zoom": row.min_zoom,
        "max_zoom": row.max_zoom,
        "unit": row.unit,
        "legend": [
            {
                "value": line.get("value"),
                "color": line.get("color"),
                "label": line.get(f"label_{language}") or line.get("label_vi", ""),
            }
            for line in row.legend
        ],
        "source": row.source_note,
        "licence": row.licence,
        "illustrative": row.illustrative,
        "visible": False,
    }
