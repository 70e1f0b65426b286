"""Ways to mend a problem that the checks found, as shapes or values for the draft to take.

Nothing is written. Each way names what it does; the editor looks at it on the map and chooses.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import shapely
from django.utils.translation import gettext
from shapely.geometry.base import BaseGeometry

from gis_core.access import STAFF_DATABASE, Action, require
from gis_core.city import city
from gis_core.errors import NotFound
from gis_core.text_folding import fold
from layers.changes import Kind, Operation
from layers.feature import CodeField
from layers.neighbour_checks import GAP_M
from layers.selectors import codes, features
from layers.shapes.chains import Position
from layers.shapes.mending import Mended, cut_away, filled, gap_at, repaired
from layers.shapes.place_fixes import into_a_ward, into_the_city
from layers.shapes.present import Present, Reference, Shown
from layers.shapes.tools import measure
from layers.shapes.ways import Fix, Ways, around, shapes_of, whole

_LEAST_OVERLAP_M2 = 0.01
_MOST_WAYS = 3


@dataclass(frozen=True)
class Fault:
    """The problem: the step's key, the code of the check, the field, the place (WGS 84)."""

    key: str
    code: str
    field: str = ""
    place: Position | None = None


def fixes(steps: Sequence[Operation], fault: Fault) -> Ways:
    """Return the ways to mend a problem of a draft's step; none where a person must decide.

    Raises NotFound for a step that is not there, NotAllowed without the right to edit its layer.
    """
    step = next((one for one in steps if one.key == fault.key), None)
    if step is None or step.kind is Kind.DELETE:
        raise NotFound
    require(step.layer.actor, Action.EDIT, step.layer.theme.key, step.layer.slug)
    ways = {
        "invalid": _repair,
        "overlap": _overlap,
        "gap": _gap,
        "unknown_code": _codes,
        "duplicate_key": _next_number,
        "missing": _missing,
    }
    present = Present(step.layer, steps)
    places = {"outside_ward": into_a_ward, "outside_city": into_the_city}
    if fault.code in places:
        return places[fault.code](present, _hand(present, step))
    way = ways.get(fault.code)
    return Ways([] if way is None else way(present, step, fault))


def _hand(present: Present, step: Operation) -> Shown:
    return present.find([Reference(step.key, step.feature_id)])[0]


def _repair(present: Present, step: Operation, _fault: Fault) -> list[Fix]:
    if step.geometry_4326 is None:
        return []
    shape = repaired(step.geometry_4326)
    if shape is None:
        return []
    hand = Shown(step.key, step.geometry_4326, step)
    label = gettext("Repair the outline where it crosses itself")
    return [Fix("repair", label, [whole(hand, Mended(shape))[0]])]


def _overlap(present: Present, step: Operation, fault: Fault) -> list[Fix]:
    hand = _hand(present, step)
    others = around(present, hand)
    spot = shapely.points(fault.place or (0.0, 0.0))
    over = [
        one
        for one in others.values()
        if measure(shapely.intersection(one.shape, hand.shape)) > _LEAST_OVERLAP_M2
    ]
    if not over:
        return []
    other = min(over, key=lambda one: float(shapely.distance(one.shape, spot)))
    found = []
    pairs = [("cut_this", hand, other), ("cut_other", other, hand)]
    for kind, one, against in pairs:
        if not present.may_change(one):
            continue
        beside = {**others, hand.name: hand}
        rest = shapes_of(beside, one.name)
        mended = cut_away(one.shape, against.shape, rest, city().zone)
        if mended is not None:
            updates = whole(one, mended, beside)
            text = gettext("Cut the overlap away from “%s”")
            found.append(Fix(kind, text % _called(one, hand), updates))
    return found


def _gap(present: Present, step: Operation, fault: Fault) -> list[Fix]:
    hand = _hand(present, step)
    others = around(present, hand)
    beside = {**others, hand.name: hand}
    if fault.place is None:
        return []
    gap = gap_at(list(shapes_of(beside).values()), fault.place, GAP_M, city().zone)
    if gap is None:
        return []
    takers = [hand, *_touching(others, gap)]
    found = []
    for one in takers[:_MOST_WAYS]:
        mended = filled(one.shape, gap, shapes_of(beside, one.name), city().zone)
        if mended is not None and present.may_change(one):
            text = gettext("Give the gap to “%s”")
            kind = "fill_this" if one is hand else "fill_other"
            found.append(Fix(kind, text % _called(one, hand), whole(one, mended, beside)))
    return found


def _touching(others: Mapping[str, Shown], gap: BaseGeometry) -> list[Shown]:
    """Return the neighbours of a gap, the one with the longest boundary first."""
    reach = shapely.buffer(gap, 1e-7)
    lengths = {
        name: float(shapely.length(shapely.intersection(shapely.boundary(one.shape), reach)))
        for name, one in others.items()
    }
    return [others[n] for n in sorted(lengths, key=lambda n: -lengths[n]) if lengths[n] > 0]


def _called(one: Shown, hand: Shown) -> str:
    return gettext("this feature") if one is hand else one.called or gettext("the new feature")


def _codes(present: Present, step: Operation, fault: Fault) -> list[Fix]:
    model_field = step.layer.theme.model._meta.get_field(fault.field)
    if not isinstance(model_field, CodeField):
        return []
    wanted = fold(str(step.values.get(fault.field, "")))
    known = codes(present.entry.actor, [model_field.code_list])[model_field.code_list]
    words = {fold(code): code for code in known} | {
        fold(row.label("vi")): code for code, row in known.items()
    }
    close = get_close_matches(wanted, words, _MOST_WAYS, cutoff=0.4)
    found = list(dict.fromkeys(words[word] for word in close))
    text = gettext("Use the code %(code)s: %(label)s")
    return [
        Fix("value", text % {"code": c, "label": known[c].label_vi}, values={fault.field: c})
        for c in found
    ]


def _next_number(present: Present, step: Operation, _fault: Fault) -> list[Fix]:
    """Return the number after the highest of those that share the other parts of the key."""
    *outer, last = present.entry.theme.natural_key
    row = _row_values(present, step, [*outer, last])
    others = features(present.entry).using(STAFF_DATABASE)
    others = others.filter(**{name: row[name] for name in outer})
    taken = {str(value) for value in others.values_list(last, flat=True)}
    taken |= {str(one.values.get(last)) for one in present.steps if one is not step}
    numbers = [int(value) for value in taken if value.isascii() and value.isdigit()]
    if not numbers:
        return []
    number = str(max(numbers) + 1)
    text = gettext("Use the next free number: %s")
    return [Fix("value", text % number, values={last: number})]


def _row_values(present: Present, step: Operation, names: Sequence[str]) -> dict[str, Any]:
    stored = None
    if step.feature_id is not None:
        rows = features(present.entry).using(STAFF_DATABASE)
        stored = rows.filter(pk=step.feature_id).first()
    return {name: step.values.get(name, getattr(stored, name, "")) for name in names}


def _missing(present: Present, step: Operation, fault: Fault) -> list[Fix]:
    """Return what most of the neighbours have; for the last part of a key the next number."""
    if fault.field not in present.entry.own_fields():
        return []
    if fault.field == present.entry.theme.natural_key[-1]:
        return _next_number(present, step, fault)
    others = around(present, _hand(present, step)).values()
    said = [getattr(one.row, fault.field) for one in others if one.row is not None]
    common = Counter(value for value in said if value not in (None, "")).most_common(1)
    if not common:
        return []
    value = common[0][0]
    text = gettext("As its neighbours have it: %s")
    return [Fix("value", text % value, values={fault.field: value})]
