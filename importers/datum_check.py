"""Whether VN-2000 metres were computed without the shift of the datum ("nội bộ").

Such positions lie some 200 m off and still inside the city, so that the outline tells nothing. The
corners of what is on the map already do: those of the layer, or of the city's wards.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import shapely
from django.contrib.gis.geos import Polygon
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gis_core.access import Actor
from gis_core.city import city
from gis_core.crs import STORAGE_SRID, from_wgs84
from importers.crs_candidates import CrsCandidate, Place, candidate
from importers.refusals import refusal
from importers.source_crs import Positions, SourceCrs
from importers.words import Fact
from layers import selectors
from layers.selectors import ReadableLayer

_MOST_FEATURES = 2_000
_FEWEST_CORNERS = 8  # of the file, that are near what is there
_AROUND_DEG = 0.003  # about 330 m, more than the datum shift
_MEETS_M = 0.5
_MOST, _HARDLY = 0.5, 0.1  # shares of the file's corners that meet one on the map
_WARDS = "admin_units"
_Known = tuple[str | Promise, Positions]


def checked(actor: Actor, slug: str, place: Place, sample: Positions) -> Place:
    """Return the place, or a question where corners speak for the system without datum shift.

    Asked where half of the file's corners meet (within 0.5 m) corners on the map when read without
    the shift, and hardly any with the official parameters. Nothing is moved without an answer.
    """
    found = place.crs
    if found is None or found.zone is None or not found.zone.projected or found.unshifted:
        return place
    shapeless = len(sample) < _FEWEST_CORNERS
    for what, corners in () if shapeless else _known(actor, slug, found.to_wgs84(sample)):
        official = _met(found, sample, corners)
        other = found.marked("unshifted")
        unshifted = _met(other, sample, corners)
        if unshifted >= _MOST and official <= _HARDLY:
            return _asked(place, found, other, sample, (what, official, unshifted))
        if official >= _MOST:
            break
    return place


def _asked(
    place: Place,
    found: SourceCrs,
    other: SourceCrs,
    sample: Positions,
    seen: tuple[str | Promise, float, float],
) -> Place:
    what, official, unshifted = seen
    facts: dict[str, Fact] = {
        "official": f"{official:.0%}",
        "unshifted": f"{unshifted:.0%}",
        "what": what,
        "key": other.key,
        "own": found.key,
    }
    ranked: list[CrsCandidate] = [
        candidate(one, order, sample, place.outline_4326)
        for order, one in enumerate((other, found))
    ]
    others = [one for one in place.candidates if one.crs.key not in {other.key, found.key}]
    return replace(
        place,
        crs=None,
        candidates=(*ranked, *others),
        asked=refusal("crs_unshifted", facts=facts).words,
        issues=(),
    )


def _known(actor: Actor, slug: str, degrees: Positions) -> Iterable[_Known]:
    """Yield what is compared with: its name, and its corners near the file in the city's zone."""
    fine = degrees[np.isfinite(degrees).all(axis=1)]
    if not len(fine):
        return
    (west, south), (east, north) = fine.min(axis=0), fine.max(axis=0)
    box = shapely.box(west, south, east, north).buffer(_AROUND_DEG).bounds
    readable = selectors.layers(actor)
    for entry in readable:
        if entry.slug == slug:
            yield from _corners(f"“{entry.layer.title_vi}”", [entry], box)
    wards = [entry for entry in readable if entry.theme.key == _WARDS and entry.slug != slug]
    yield from _corners(_("the wards"), wards, box)


def _corners(
    what: str | Promise, entries: list[ReadableLayer], box: tuple[float, float, float, float]
) -> Iterable[_Known]:
    around = Polygon.from_bbox(box)
    around.srid = STORAGE_SRID
    shapes = []
    for entry in entries:
        rows = selectors.features(entry).filter(valid_to=None, geom__intersects=around)
        shapes += [bytes(geom.wkb) for geom in rows.values_list("geom", flat=True)[:_MOST_FEATURES]]
    corners = shapely.get_coordinates(shapely.from_wkb(np.array(shapes, object)))
    west, south, east, north = box
    inside = (corners >= [west, south]).all(axis=1) & (corners <= [east, north]).all(axis=1)
    if inside.sum() >= _FEWEST_CORNERS:
        yield what, _metres(corners[inside])


def _metres(degrees: Positions) -> Positions:
    """Return positions in the city's zone."""
    return np.column_stack(from_wgs84(city().zone, degrees[:, 0], degrees[:, 1]))


def _met(system: SourceCrs, sample: Positions, corners: Positions) -> float:
    """Return the share of the file's corners, read in a system, that meet one of `corners`."""
    placed = _metres(system.to_wgs84(sample))
    placed = placed[np.isfinite(placed).all(axis=1)]
    tree = shapely.STRtree(shapely.points(corners))
    near, _ = tree.query_nearest(shapely.points(placed), max_distance=_MEETS_M, all_matches=False)
    return len(np.unique(near)) / len(sample)
