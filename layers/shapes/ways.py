"""A way to mend a problem, and what all ways are made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from layers.shapes.mending import Mended
from layers.shapes.present import Present, Shown
from layers.shapes.tools import Reshaped, measure


@dataclass(frozen=True)
class Fix:
    """One way: shapes to take and values for the step's feature; `label` says what happens."""

    kind: str
    label: str
    updates: list[Reshaped] = field(default_factory=list)
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Ways:
    """The ways that there are. Where there is none, `advice` may say what a person can do."""

    fixes: list[Fix]
    advice: str = ""


def around(present: Present, hand: Shown) -> dict[str, Shown]:
    """Return name → valid feature that meets the box of the one in hand, without that one."""
    found = present.around(shapely.bounds(hand.shape))
    return {n: one for n, one in found.items() if n != hand.name and shapely.is_valid(one.shape)}


def shapes_of(features_: Mapping[str, Shown], *without: str) -> dict[str, BaseGeometry]:
    """Return name → shape of the features, some left out."""
    return {name: one.shape for name, one in features_.items() if name not in without}


def whole(one: Shown, mended: Mended, beside: Mapping[str, Shown] | None = None) -> list[Reshaped]:
    """Return the mended feature first, then the neighbours (of `beside`) that got a corner."""
    found = [Reshaped(one, mended.shape, measure(one.shape), measure(mended.shape))]
    for name, shape in mended.neighbours.items():
        other = (beside or {})[name]
        found.append(Reshaped(other, shape, measure(other.shape), measure(shape), neighbour=True))
    return found
