"""Tags of OpenStreetMap → the kind that a theme of ours knows, and the columns that it takes.

`osm_kinds.csv` says which; its first fitting line counts. Meaning of the tags: OpenStreetMap wiki,
Map features.
"""

import csv
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa

Tags = Mapping[str, str]
_ANY = "*"
# tag → column, under the names that the themes' lists of known names hold
_COLUMNS = {
    "width": "WIDTH",
    "building:levels": "LEVELS",
    "opening_hours": "OPENING_HOURS",
    "wheelchair": "WHEELCHAIR",
    "phone": "PHONE",
    "contact:phone": "PHONE",
    "website": "WEBSITE",
    "contact:website": "WEBSITE",
    "addr:full": "DIA_CHI",
    "material": "VAT_LIEU",
}
_NAMES = ("vi", "en")
_FIXED = ("OSM_ID", "SLUG", "LOAI", "name", "name_vi", "name_en")
COLUMNS = (*_FIXED, *dict.fromkeys(_COLUMNS.values()), "tags")


def _kinds() -> dict[str, list[tuple[str, frozenset[str], str]]]:
    found: dict[str, list[tuple[str, frozenset[str], str]]] = {}
    with (Path(__file__).parent / "osm_kinds.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            entry = (row["key"], frozenset(row["values"].split()), row["kind"])
            found.setdefault(row["theme"], []).append(entry)
    return found


_KINDS = _kinds()
THEMES = tuple(_KINDS)


def kind_in(theme: str, tags: Tags) -> str | None:
    """Return the kind of an object in a theme, "" for none that is named, None if not of it."""
    for key, values, kind in _KINDS[theme]:
        value = tags.get(key)
        if value is not None and value != "no" and (value in values or _ANY in values):
            return kind
    return None


def row_of(osm_id: str, kind: str, tags: Tags, raw: str) -> dict[str, str | None]:
    """Return the columns of an object; `raw` are all its tags as JSON. `osm_id` is like "w4711"."""
    row: dict[str, str | None] = dict.fromkeys(COLUMNS)
    row |= {"OSM_ID": osm_id, "SLUG": _slug(tags.get("name", ""), osm_id), "LOAI": kind or None}
    row |= {"name": tags.get("name"), "tags": raw}
    row |= {f"name_{language}": tags.get(f"name:{language}") for language in _NAMES}
    for tag, column in _COLUMNS.items():
        row[column] = row[column] or tags.get(tag)
    number, street = tags.get("addr:housenumber", ""), tags.get("addr:street", "")
    row["DIA_CHI"] = row["DIA_CHI"] or f"{number} {street}".strip() or None
    return row


def _slug(name: str, osm_id: str) -> str:
    """Return an address that stays the same as long as name and id do."""
    letters = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    plain = (one for one in letters if not unicodedata.combining(one))
    kept = "".join(one if one.isascii() and one.isalnum() else " " for one in plain)
    return "-".join([*kept.split()[:12], osm_id])[-110:].strip("-")


def table(rows: Iterable[dict[str, str | None]]) -> list[pa.Array]:
    """Return the columns of rows, in the order of COLUMNS."""
    listed = list(rows)
    return [pa.array([row[name] for row in listed], pa.string()) for name in COLUMNS]
