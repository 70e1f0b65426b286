"""Split, merge and shared boundaries in a layer as a draft shows it. Nothing is written here.

The answers are shapes for the editor's draft. Areas are m² and lengths metres in the city's zone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import shapely
from django.db import models
from django.utils.translation import gettext
from shapely.geometry.base import BaseGeometry

from gis_core.access import Action, require
from gis_core.city import city
from gis_core.crs import area_m2, length_m
from gis_core.errors import Invalid, NotAllowed
from layers import changes
from layers.display import unit_of
from layers.registry import AREA
from layers.selectors import ReadableLayer
from layers.shapes.boundary import edits, follow
from layers.shapes.merge import merge
from layers.shapes.present import Present, Reference, Shown
from layers.shapes.split import split

_AREA_UNITS = {"m²", "km²"}
_IDENTIFIERS = {"issued_id"}  # given to one feature by an office


@dataclass(frozen=True)
class Reshaped:
    """A feature with another shape; `None` where a new one comes from `feature`."""

    feature: Shown
    shape: BaseGeometry
    before: float
    after: float
    neighbour: bool = False


@dataclass(frozen=True)
class Answer:
    """What becomes of features: changed, new (beside the one that each comes from), unreachable.

    `left_out` names neighbours that should follow and lie where the editor may not edit.
    """

    updates: list[Reshaped]
    creates: list[Reshaped] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def measure(shape: BaseGeometry) -> float:
    """Return area (m²) or length (m) in the city's zone, whatever the shape has."""
    zone = city().zone
    return area_m2(shape, zone) or length_m(shape, zone)


def split_features(present: Present, targets: Sequence[Reference], line: BaseGeometry) -> Answer:
    """Return the pieces of the targets that the line cuts; see `layers/shapes/split.py`.

    The largest piece stays the feature. Raises NotAllowed, NotFound, Invalid.
    """
    _require_edit(present)
    cut = {one.name: one for one in present.find(targets)}
    others = _others(present, shapely.bounds(line), cut)
    found = split(_shapes(cut), line, _shapes(others), city().zone)
    answer = _neighbours(present, others, found.neighbours)
    updates, creates = [], []
    for name, pieces in found.pieces.items():
        if pieces[0] is not cut[name].shape:
            updates.append(_reshaped(cut[name], pieces[0]))
        creates += [_reshaped(cut[name], piece, new=True) for piece in pieces[1:]]
    return Answer([*updates, *answer.updates], creates, left_out=answer.left_out)


def merge_features(
    present: Present, targets: Sequence[Reference], *, apart: bool = False
) -> Answer:
    """Return the targets as one shape of the first; see `layers/shapes/merge.py`.

    Its `before` is what all of them have together. Raises NotAllowed, NotFound, Invalid.
    """
    _require_edit(present)
    found = present.find(targets)
    if len(found) < 2:  # noqa: PLR2004 -- one is whole already
        raise Invalid(gettext("Choose at least two features to merge."))
    joined = {one.name: one for one in found}
    others = _others(present, shapely.total_bounds([one.shape for one in found]), joined)
    merged = merge(_shapes(joined), _shapes(others), city().zone, apart=apart)
    before = sum(measure(one.shape) for one in found)
    whole = Reshaped(found[0], merged.shape, before, measure(merged.shape))
    answer = _neighbours(present, others, merged.neighbours)
    return Answer([whole, *answer.updates], left_out=answer.left_out)


def move_boundary(
    present: Present, target: Reference, before: BaseGeometry, after: BaseGeometry
) -> Answer:
    """Return the target and the neighbours that share the corners that differ in `after`.

    `before` and `after` are the target's shape as the editor drew it. Raises NotAllowed, NotFound
    and Invalid; nothing moves where one neighbour may not.
    """
    _require_edit(present)
    [hand] = present.find([target])
    bounds = shapely.total_bounds([hand.shape, before, after])
    others = _others(present, bounds, {hand.name: hand})
    shape, changed = follow(hand.shape, edits(before, after), _shapes(others), city().zone)
    answer = _neighbours(present, others, changed)
    if answer.left_out:
        text = gettext("“%s” shares this boundary and lies outside the wards that you may edit.")
        raise NotAllowed(text % answer.left_out[0])
    return Answer([_reshaped(hand, shape), *answer.updates])


def _require_edit(present: Present) -> None:
    entry = present.entry
    require(entry.actor, Action.EDIT, entry.theme.key, entry.slug)


def _others(
    present: Present, bounds: Sequence[float], left: Mapping[str, Shown]
) -> dict[str, Shown]:
    """Return the areas around that are not worked on; lines cross without sharing anything."""
    if present.entry.layer.geometry_type != AREA:
        return {}
    return {name: one for name, one in present.around(bounds).items() if name not in left}


def _shapes(features: Mapping[str, Shown]) -> dict[str, BaseGeometry]:
    return {name: one.shape for name, one in features.items()}


def _reshaped(
    feature: Shown, shape: BaseGeometry, *, new: bool = False, neighbour: bool = False
) -> Reshaped:
    before = 0.0 if new else measure(feature.shape)
    return Reshaped(feature, shape, before, measure(shape), neighbour)


def _neighbours(
    present: Present, others: Mapping[str, Shown], changed: Mapping[str, BaseGeometry]
) -> Answer:
    """Return the neighbours' new shapes, and those that the editor may not give one."""
    updates, left_out = [], []
    for name, shape in changed.items():
        if present.may_change(others[name]):
            updates.append(_reshaped(others[name], shape, neighbour=True))
        else:
            left_out.append(others[name].called)
    return Answer(updates, left_out=left_out)


def not_copied(entry: ReadableLayer) -> list[str]:
    """Return the fields that a new piece must not take over: its key, and what another measured."""
    model = entry.theme.model
    dates = {item.name for item in model._meta.local_fields if isinstance(item, models.DateField)}
    keys = [name for name in entry.theme.natural_key if name not in dates]
    own = {*keys[-1:], *_IDENTIFIERS, *measured(entry)}
    return [name for name in entry.own_fields() if name in own and changes.writable(name)]


def measured(entry: ReadableLayer) -> list[str]:
    """Return the fields that hold an area: after a split or merge somebody has to look at them."""
    if entry.layer.geometry_type != AREA:
        return []
    return [name for name in entry.own_fields() if unit_of(name) in _AREA_UNITS]
