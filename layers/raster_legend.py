"""Legends of rasters: from a value to a colour and a label.

A legend is kept as a list of {"value", "color", "label_vi", "label_en", "mode"}. The mode is one
for the whole list: `ramp` blends between neighbouring values, `steps` colours from each value up to
the next, `classes` colours exactly the values named. What no entry covers is transparent.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext

from gis_core.errors import Invalid

MAX_ENTRIES = 256
MAX_CLASSES = 12  # more distinct whole numbers than this are drawn as a surface
_COLOR = re.compile(r"#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{8})\Z")
# Steps of a scale whose lightness grows evenly, so that it is read without colour vision too.
_SCALE = ("#440154", "#3B528B", "#21918C", "#5EC962", "#FDE725")
# Colours that people with any colour vision tell apart (Okabe and Ito), then greys.
_SET = (
    *("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442"),
    *("#000000", "#555555", "#888888", "#AAAAAA", "#CCCCCC"),
)

Values = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]
Rgba = npt.NDArray[np.uint8]


class Mode(StrEnum):
    """How the colours between the entries of a legend are found."""

    RAMP = "ramp"
    STEPS = "steps"
    CLASSES = "classes"


@dataclass(frozen=True)
class Stop:
    """One entry: a value in the raster's unit, its colour (#rrggbb or #rrggbbaa), its labels."""

    value: float
    color: str
    label_vi: str = ""
    label_en: str = ""

    @property
    def rgba(self) -> tuple[int, int, int, int]:
        """Return the colour as four numbers from 0 to 255."""
        digits = self.color[1:].ljust(8, "f")
        red, green, blue, alpha = (int(digits[at : at + 2], 16) for at in (0, 2, 4, 6))
        return red, green, blue, alpha

    def label(self, language: str) -> str:
        """Return the label in `language`, Vietnamese where there is none."""
        return (self.label_en if language == "en" else "") or self.label_vi


@dataclass(frozen=True)
class Legend:
    """The entries of a legend by rising value. Without entries everything is transparent."""

    mode: Mode
    stops: tuple[Stop, ...]

    def paint(self, values: Values, valid: Mask) -> Rgba:
        """Return colours, shape (height, width, 4), of values of shape (height, width)."""
        painted: Rgba = np.zeros((*values.shape, 4), dtype=np.uint8)
        if not self.stops:
            return painted
        number = values.astype(np.float64)
        seen = valid & np.isfinite(number)
        edges = np.array([stop.value for stop in self.stops])
        if values.dtype.kind == "f":
            # As a float32, 0.7 is a little less than 0.7 and would fall into the step below.
            edges = edges.astype(values.dtype).astype(np.float64)
        colors = np.array([stop.rgba for stop in self.stops], dtype=np.float64)
        shown = number[seen]
        if self.mode is Mode.RAMP:
            channels = [np.interp(shown, edges, colors[:, band]) for band in range(4)]
            painted[seen] = np.rint(np.stack(channels, axis=-1)).astype(np.uint8)
            return painted
        index = self._index(shown, edges)
        painted[seen] = np.where(index[:, None] >= 0, colors[index], 0).astype(np.uint8)
        return painted

    def _index(self, values: Values, edges: Values) -> npt.NDArray[np.intp]:
        """Return the entry of each value; -1 where none covers it."""
        found = np.searchsorted(edges, values, side="right") - 1
        if self.mode is Mode.CLASSES:
            near = np.isclose(edges[np.maximum(found, 0)], values, rtol=1e-6, atol=1e-9)
            found = np.where(near, found, -1)
        return found.astype(np.intp)

    def label(self, value: float, language: str) -> str:
        """Return the label of the class or step that holds `value`; "" on a ramp."""
        if self.mode is Mode.RAMP or not self.stops:
            return ""
        edges = np.array([stop.value for stop in self.stops])
        index = int(self._index(np.array([value]), edges)[0])
        return self.stops[index].label(language) if index >= 0 else ""

    def as_json(self) -> list[dict[str, Any]]:
        """Return what is stored in the raster's row."""
        return [{**vars(stop), "mode": self.mode.value} for stop in self.stops]


def read_legend(entries: Sequence[Mapping[str, Any]], default: Mode = Mode.STEPS) -> Legend:
    """Check and sort the entries; raises Invalid with one problem for each wrong entry."""
    if len(entries) > MAX_ENTRIES:
        raise Invalid(gettext("A legend has at most %d entries.") % MAX_ENTRIES)
    problems: list[dict[str, Any]] = []
    stops: list[Stop] = []
    modes: set[str] = set()
    for number, entry in enumerate(entries, 1):
        try:
            stops.append(_stop(entry))
            modes.add(str(entry.get("mode") or default.value))
        except (KeyError, TypeError, ValueError) as error:
            problems.append({"field": f"legend[{number}]", "detail": repr(error)})
    if len({stop.value for stop in stops}) != len(stops):
        problems.append({"field": "legend", "detail": gettext("A value is there twice.")})
    if len(modes) > 1 or not modes <= set(Mode):
        detail = gettext("The mode is one of %s, the same for all entries.") % ", ".join(Mode)
        problems.append({"field": "legend", "detail": detail})
    if problems:
        raise Invalid(
            gettext("The legend is not accepted: ") + "; ".join(p["detail"] for p in problems),
            problems,
        )
    mode = Mode(modes.pop()) if modes else default
    return Legend(mode, tuple(sorted(stops, key=lambda stop: stop.value)))


def _stop(entry: Mapping[str, Any]) -> Stop:
    value, color = float(entry["value"]), str(entry["color"])
    if not math.isfinite(value):
        raise ValueError("value is not a number")
    if not _COLOR.match(color):
        raise ValueError(f"color {color[:20]!r} is not #rrggbb")
    label_vi = str(entry.get("label_vi") or "")[:120]
    return Stop(value, color, label_vi, str(entry.get("label_en") or "")[:120])


def automatic_legend(low: float, high: float, classes: Sequence[float] = ()) -> Legend:
    """Return a legend for values from `low` to `high`, or for the few whole numbers that occur."""
    if classes:
        entries = zip(sorted(classes), _SET, strict=False)
        return Legend(Mode.CLASSES, tuple(_numbered(value, color) for value, color in entries))
    if not low < high:
        return Legend(Mode.RAMP, (_numbered(low, _SCALE[2]),))
    values = np.linspace(low, high, len(_SCALE))
    stops = (_numbered(float(v), color) for v, color in zip(values, _SCALE, strict=True))
    return Legend(Mode.RAMP, tuple(stops))


def _numbered(value: float, color: str) -> Stop:
    text = f"{value:.4g}" if abs(value) < 10_000 else f"{value:.0f}"  # noqa: PLR2004 -- 5 digits
    return Stop(value, color, text.replace(".", ","), text)
