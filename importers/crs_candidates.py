"""Where a file's positions would lie in each system that files from Vietnam are in.

A file that names no system, or one that puts it elsewhere, is compared with the outline of the
city. What stays doubtful is a question to the person, never a silent move.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_core.city import city
from gis_core.crs import OLD_SYSTEMS_EPSG, STORAGE_SRID, TILE_SRID, UTM_EPSG, ZONES
from importers.issues import FileRefused, Issue, Severity
from importers.refusals import Unreadable, refusal
from importers.source_crs import Positions, SourceCrs, of_text, of_zone
from importers.words import Fact, Words, kept, sentence

_MARGIN_DEG = 0.001  # about 110 m around the outline
_AS_GOOD = 0.1  # shares that differ by less say nothing
_INSIDE, _OUTSIDE = 0.8, 0.05
_ENOUGH = 0.5
_OFFERED = 12
_OUTLINE_DEG = 0.0002  # about 20 m: a picture shows no more
_SHOWN = 60  # positions of a candidate that a map draws
# How likely a system is by itself; equal shares are decided by it.
_OWN, _USUAL, _OTHER, _OLD, _SWAPPED, _UNSHIFTED = 0, 2, 3, 4, 5, 20
Degrees = tuple[float, float]


@dataclass(frozen=True)
class CrsCandidate:
    """One system: the share (0 to 1) of the file's positions that it puts inside the city.

    `positions_4326` are some of them, for a map; those off the globe are left out.
    """

    crs: SourceCrs
    share: float
    rank: int
    positions_4326: tuple[Degrees, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return JSON values; `key` is what chooses this system."""
        return {
            "key": self.crs.key,
            "name": self.crs.name,
            "share_inside": round(self.share, 3),
            "positions_4326": [list(position) for position in self.positions_4326],
        }


@dataclass(frozen=True)
class Place:
    """Where a file is: the decided system, or a question that a person has to answer.

    `asked` is the question; its code is one of `importers.issues.CODES`. `candidates` are the
    likely systems, best first; `declared` is what the file says of itself.
    """

    crs: SourceCrs | None
    outline_4326: BaseGeometry
    candidates: tuple[CrsCandidate, ...] = ()
    declared: CrsCandidate | None = None
    asked: Words | None = None
    issues: tuple[Issue, ...] = ()

    @property
    def question(self) -> str:
        """Return the code of the question, "" for none."""
        return self.asked.code if self.asked else ""

    def as_dict(self) -> dict[str, Any]:
        """Return JSON values with what a map draws: the outline and positions of each candidate."""
        return {
            "crs": self.crs.key if self.crs else None,
            "name": self.crs.name if self.crs else "",
            "question": self.question,
            **kept(self.asked or ""),
            "declared": self.declared.as_dict() if self.declared else None,
            "candidates": [one.as_dict() for one in self.candidates[:_OFFERED]],
            "outline_4326": json.loads(
                shapely.to_geojson(self.outline_4326.simplify(_OUTLINE_DEG))
            ),
        }

    def decided(self) -> SourceCrs:
        """Return the system; FileRefused with the candidates where somebody has to say it."""
        if self.asked is not None or self.crs is None:
            raise Unreadable(self.asked) if self.asked else refusal("crs_unknown")
        return self.crs


def city_box() -> BaseGeometry:
    """Return the city's extent, for an installation that has no wards yet."""
    return shapely.box(*city().bbox_4326)


def locate(crs_text: str, sample: Positions, outline: BaseGeometry, chosen: str = "") -> Place:
    """Decide in which system `sample` (n × 2, as in the file) is.

    `chosen` by a person comes first, then what the file says unless it puts the data outside and
    another system puts it inside, then the best candidate. FileRefused for an unknown `chosen`.
    """
    if chosen:
        return Place(of_text(chosen), outline, declared=_declared(crs_text, sample, outline))
    declared = _declared(crs_text, sample, outline)
    if declared is not None and (declared.share > _OUTSIDE or not len(sample)):
        return Place(declared.crs, outline, declared=declared)
    candidates = rank(sample, outline)
    if declared is not None:
        return _challenged(declared, candidates, outline)
    return _guessed(crs_text, candidates, outline, sample)


def _declared(crs_text: str, sample: Positions, outline: BaseGeometry) -> CrsCandidate | None:
    if not crs_text:
        return None
    try:
        return candidate(of_text(crs_text), _OWN, sample, outline)
    except FileRefused:
        return None


def _challenged(
    declared: CrsCandidate, candidates: tuple[CrsCandidate, ...], outline: BaseGeometry
) -> Place:
    others = [one for one in candidates if one.crs.key != declared.crs.key]
    if not others or others[0].share < _INSIDE:
        return Place(declared.crs, outline, candidates, declared)
    facts: dict[str, Fact] = {
        "declared": declared.crs.words,
        "systems": _listed(others),
        "key": others[0].crs.key,
        "own": declared.crs.key,
    }
    return _asked("crs_contradicted", outline, tuple(others), declared, facts)


def _asked(
    code: str,
    outline: BaseGeometry,
    candidates: tuple[CrsCandidate, ...],
    declared: CrsCandidate | None = None,
    facts: Mapping[str, Fact] | None = None,
) -> Place:
    """Return the question to the person, in words."""
    return Place(None, outline, candidates, declared, refusal(code, facts=facts).words)


def _guessed(
    crs_text: str, candidates: tuple[CrsCandidate, ...], outline: BaseGeometry, sample: Positions
) -> Place:
    best = candidates[0] if candidates else None
    if best is None or best.share < _ENOUGH:
        if _in_degrees(sample) and not crs_text:
            found = of_text(str(STORAGE_SRID))
            return Place(found, outline, candidates, issues=(_guess_issue(found),))
        return _asked("crs_unknown", outline, candidates)
    rivals = [
        one
        for one in candidates[1:]
        if one.rank == best.rank and one.share >= best.share - _AS_GOOD
    ]
    if crs_text:
        good = [one for one in candidates if one.share >= best.share - _AS_GOOD]
        facts: dict[str, Fact] = {"systems": _listed(good), "key": best.crs.key}
        return _asked("crs_unnamed", outline, candidates, facts=facts)
    if rivals:
        facts = {"systems": _listed([best, *rivals])}
        return _asked("crs_ambiguous", outline, candidates, facts=facts)
    return Place(best.crs, outline, candidates, issues=(_guess_issue(best.crs),))


def _guess_issue(found: SourceCrs) -> Issue:
    return Issue("crs_guessed", Severity.WARNING, detail=found.name)


def _listed(candidates: list[CrsCandidate]) -> list[Fact]:
    return [
        sentence("system", key=one.crs.key, name=one.crs.words, share=f"{one.share:.0%}")
        for one in candidates[:4]
    ]


def unasked(place: Place) -> Place:
    """Return the place of a file without rows: whichever the system, nothing is put anywhere."""
    crs = place.crs or of_text(str(STORAGE_SRID))
    return replace(place, crs=crs, asked=None, issues=())


def compared(place: Place, sample: Positions) -> Place:
    """Return a place with the likely systems beside the decided one, which comes first."""
    found = place.candidates or rank(sample, place.outline_4326)
    if place.crs is None or not len(sample):
        return replace(place, candidates=found)
    decided = [one for one in found if one.crs.key == place.crs.key]
    others = [one for one in found if one.crs.key != place.crs.key]
    first = decided or [candidate(place.crs, _OWN, sample, place.outline_4326)]
    return replace(place, candidates=(*first, *others))


def rank(sample: Positions, outline: BaseGeometry) -> tuple[CrsCandidate, ...]:
    """Return the systems that put positions into the city, best first."""
    if not len(sample):
        return ()
    found = [candidate(one, order, sample, outline) for one, order in _systems(sample)]
    best = max((one.share for one in found), default=0.0)

    def order(one: CrsCandidate) -> tuple[bool, int, float]:
        return one.share < best - _AS_GOOD, one.rank, -one.share

    return tuple(sorted((one for one in found if one.share > 0), key=order))


def candidate(
    found: SourceCrs, order: int, sample: Positions, outline: BaseGeometry
) -> CrsCandidate:
    """Return how well a system fits: the share of `sample` that it puts inside, and some places."""
    if not len(sample):
        return CrsCandidate(found, 0.0, order, ())
    degrees = found.to_wgs84(sample)
    fine = np.isfinite(degrees).all(axis=1)
    wide = outline.buffer(_MARGIN_DEG)
    shapely.prepare(wide)
    inside = shapely.contains_xy(wide, degrees[fine, 0], degrees[fine, 1])
    step = max(1, len(degrees) // _SHOWN)
    shown = degrees[fine][::step].round(6)[:_SHOWN]
    positions = tuple((float(lon), float(lat)) for lon, lat in shown)
    return CrsCandidate(found, float(inside.sum()) / len(sample), order, positions)


def _in_degrees(sample: Positions) -> bool:
    return bool(len(sample)) and bool((np.abs(sample) <= 180).all())  # noqa: PLR2004 -- degrees


def _systems(sample: Positions) -> Iterator[tuple[SourceCrs, int]]:
    if _in_degrees(sample):
        wgs84 = of_text(str(STORAGE_SRID))
        vn2000 = next(of_zone(zone) for zone in ZONES.values() if not zone.projected)
        plain = [(wgs84, _OWN), (vn2000, _OLD)]
    else:
        plain = list(_projected())
    yield from plain
    for found, order in plain:
        yield found.marked("swapped"), order + _SWAPPED
    for found, order in plain:
        if found.zone is not None and found.zone.projected:
            yield found.marked("unshifted"), order + _UNSHIFTED


def _projected() -> Iterator[tuple[SourceCrs, int]]:
    own = city().zone
    for zone in ZONES.values():
        if zone.projected:
            yield of_zone(zone), _OWN if zone == own else _USUAL
    for epsg in (*UTM_EPSG, TILE_SRID):
        yield of_text(str(epsg)), _OTHER
    for epsg in OLD_SYSTEMS_EPSG:
        yield of_text(str(epsg)), _OLD
