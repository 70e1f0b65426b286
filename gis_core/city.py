"""The city that an installation serves: name, wards, extent, VN-2000 zone, languages, basemaps."""

import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from gis_core.crs import VnZone, zone_by_epsg

Bbox = tuple[float, float, float, float]


@dataclass(frozen=True)
class Basemap:
    """A background map: `own` is drawn from the city's layers, `xyz` comes from another site."""

    key: str
    type: str
    title: dict[str, str]
    url: str = ""
    attribution: str = ""
    max_zoom: int = 19

    @property
    def origin(self) -> str:
        """Return scheme and host for the content security policy, `` for the own basemap."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


@dataclass(frozen=True)
class CityProfile:
    """Everything that differs from one city to the next and is not a feature."""

    name: dict[str, str]
    subtitle: dict[str, str]
    ward_codes: tuple[str, ...]
    bbox_4326: Bbox
    center_4326: tuple[float, float]
    zoom: int
    zone: VnZone
    languages: tuple[str, ...]
    time_zone: str
    basemaps: tuple[Basemap, ...]


def _texts(table: dict[str, Any], key: str) -> dict[str, str]:
    return {"vi": str(table[f"{key}_vi"]), "en": str(table.get(f"{key}_en", table[f"{key}_vi"]))}


def _bbox(values: list[float]) -> Bbox:
    west, south, east, north = (float(value) for value in values)
    if not (-180 <= west < east <= 180 and -85 <= south < north <= 85):  # noqa: PLR2004
        raise ValueError("bbox_4326 must be west, south, east, north in degrees")
    return west, south, east, north


def load_profile(path: Path) -> CityProfile:
    """Read a profile; raises ImproperlyConfigured that names the file and what is wrong in it."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        lon, lat = table["center_4326"]
        return CityProfile(
            name=_texts(table, "name"),
            subtitle=_texts(table, "subtitle"),
            ward_codes=tuple(str(code) for code in table["wards"]),
            bbox_4326=_bbox(table["bbox_4326"]),
            center_4326=(float(lon), float(lat)),
            zoom=int(table["zoom"]),
            zone=zone_by_epsg(int(table["vn2000_epsg"])),
            languages=tuple(table["languages"]),
            time_zone=str(table["time_zone"]),
            basemaps=tuple(
                Basemap(
                    key=str(entry["key"]),
                    type=str(entry["type"]),
                    title=_texts(entry, "title"),
                    url=str(entry.get("url", "")),
                    attribution=str(entry.get("attribution", "")),
                    max_zoom=int(entry.get("max_zoom", 19)),
                )
                for entry in table["basemaps"]
            ),
        )
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise ImproperlyConfigured(f"city profile {path}: {error!r}") from error


_loaded: dict[Path, CityProfile] = {}


def city() -> CityProfile:
    """Return the profile of this installation (`CITY_PROFILE`), read once."""
    path: Path = settings.CITY_PROFILE
    if path not in _loaded:
        _loaded[path] = load_profile(path)
    return _loaded[path]


def day_in_city(at: datetime | None = None) -> date:
    """Return the day that it is in the city's time zone at `at` (aware; now by default)."""
    return (at or datetime.now(UTC)).astimezone(ZoneInfo(city().time_zone)).date()
