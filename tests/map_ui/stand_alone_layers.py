"""Committed layers of the stand-alone tests, and texts that would execute if they were let."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.gis.geos import GEOSGeometry

from gis_core import history
from gis_core.access import system_actor
from layers.feature import Layer
from layers.registry import theme_by_key
from map_ui import stand_alone_content

SYSTEM = system_actor("tests")
PAYLOADS = (
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "{{ 7 * 7 }}{% for x in y %}",
    "<svg/onload=alert(3)> &amp; \u2028 \u2029 ${alert(4)} `'\\",
    "<!-- values --><body onload=alert(5)><!-- title -->",
)
SQUARE = "MULTIPOLYGON(((106.36 10.35,106.37 10.35,106.37 10.36,106.36 10.36,106.36 10.35)))"

Add = Callable[..., Layer]


@pytest.fixture
def layer(database: str) -> Iterator[Add]:
    """Make a layer with rows, committed: anonymous people read by a login of their own."""
    made: list[Layer] = []

    def add(slug: str, theme: str, kind: str, rows: list[dict[str, Any]], **facts: Any) -> Layer:
        values = {"title_vi": slug, "sensitivity": 0, "publication": "published", **facts}
        entry = Layer.objects.create(slug=slug, theme=theme, geometry_type=kind, **values)
        made.append(entry)
        model: Any = theme_by_key(theme).model
        with history.change_set(SYSTEM, title="test", channel="test"):
            for number, row in enumerate(rows):
                known = {"feature_key": str(number), **row}
                known["geom"] = GEOSGeometry(known["geom"], srid=4326)
                model.objects.create(layer=entry, **known)
        return entry

    yield add
    for entry in made:
        with history.change_set(SYSTEM, title="test", channel="test"):
            model = theme_by_key(entry.theme).model
            model._default_manager.filter(layer=entry).delete()
        entry.delete()


@pytest.fixture
def ground(monkeypatch: pytest.MonkeyPatch) -> None:
    """Layers of the test's own below the map, whether or not the demo city is loaded."""
    monkeypatch.setattr(stand_alone_content, "GROUND", ("t-water", "t-wards"))


_number = itertools.count()


def sites(*names: str, **more: Any) -> list[dict[str, Any]]:
    """One tourist site for each name."""
    return [
        {
            "name": name,
            "slug": f"t-{next(_number)}",
            "category": "museum",
            "geom": f"POINT({106.36 + number / 1000} 10.355)",
            **more,
        }
        for number, name in enumerate(names)
    ]
