"""Ways to bring a shape back into the wards where it may lie; and, where there is none, what to do.

Nothing is written, and nobody's wards are named that the reader may not see.
"""

from collections.abc import Sequence

import shapely
from django.utils.translation import gettext

from gis_core.access import Action, allowed_wards
from gis_core.city import city
from layers.shapes.mending import clipped
from layers.shapes.present import Present, Shown
from layers.shapes.tools import measure
from layers.shapes.ways import Fix, Ways, around, shapes_of, whole
from layers.wards import Ward, wards

_POINTS = 0  # dimensions


def into_a_ward(present: Present, hand: Shown) -> Ways:
    """Return how the shape comes to lie in one of the wards that the editor may edit."""
    actor, entry = present.entry.actor, present.entry
    codes = allowed_wards(actor, Action.EDIT, entry.theme.key, entry.slug) or frozenset()
    mine = wards(actor, codes)
    names = ", ".join(f"“{ward.name}”" for ward in mine) or gettext("the wards that you may edit")
    if not present.may_change(hand):
        text = gettext(
            "The feature lies outside %(mine)s, where you may not edit. Take this change out of the"
            " draft, or ask somebody who may edit there."
        )
        return Ways([], text % {"mine": names})
    found = [fix for ward in _by_share(hand, mine) if (fix := _clip(present, hand, ward))]
    text = gettext(
        "It lies wholly outside %(mine)s. Move it there, or ask somebody who may edit where it"
        " lies; your draft is kept."
    )
    return Ways(found, "" if found else text % {"mine": names})


def into_the_city(present: Present, hand: Shown) -> Ways:
    """Return how the shape comes to lie in the city; that it does not is only a warning."""
    found = wards(present.entry.actor, city().ward_codes)
    outline = shapely.union_all([ward.outline for ward in found])
    fix = _clip(present, hand, Ward("", gettext("the city"), outline)) if found else None
    text = gettext(
        "It lies wholly outside the wards of the city. Move it; or, if the place is right, say why"
        " under “Reason” and hand it in."
    )
    return Ways([fix], "") if fix else Ways([], text)


def _by_share(hand: Shown, found: Sequence[Ward]) -> list[Ward]:
    """Return the wards that hold a part of the shape, the largest part first."""
    shares = {
        ward.code: measure(shapely.intersection(hand.shape, ward.outline))
        for ward in found
        if shapely.intersects(hand.shape, ward.outline)
    }
    held = [ward for ward in found if shares.get(ward.code, 0.0) > 0]
    return sorted(held, key=lambda ward: -shares[ward.code])


def _clip(present: Present, hand: Shown, ward: Ward) -> Fix | None:
    if shapely.get_dimensions(hand.shape) == _POINTS or not shapely.is_valid(hand.shape):
        return None
    beside = {name: one for name, one in around(present, hand).items() if present.may_change(one)}
    mended = clipped(hand.shape, ward.outline, shapes_of(beside), city().zone)
    if mended is None:
        return None
    label = gettext("Cut off what lies outside %s") % (f"“{ward.name}”" if ward.code else ward.name)
    return Fix("clip", label, whole(hand, mended, beside))
