"""What a person is shown of a file before anything is written: letters, place, columns."""

from dataclasses import replace
from typing import Any

import shapely

from gis_core.access import Actor
from importers.crs_candidates import CrsCandidate, locate, rank
from importers.refusals import Unreadable
from importers.request import ImportRequest
from importers.source import layers_of, open_source
from importers.source_crs import Positions
from importers.target_layer import theme_of
from importers.understanding import Understood, look_into, sample_positions

_LONGEST = 80  # characters of a sample
_CANDIDATES = 6
_OUTLINE_DEG = 0.0002  # about 20 m: a small picture shows no more


def look(actor: Actor, request: ImportRequest) -> dict[str, Any]:
    """Return what the first rows of a file say, as JSON values; raises FileRefused.

    A file of several layers of which none was chosen is told by its `layers` and nothing else.
    """
    layers: list[str] = []
    if request.source_layer:
        layers = layers_of(request.path)
    opened = open_source(request.path, layer=request.source_layer, encoding=request.encoding)
    try:
        with opened as source:
            # A mapping may be left from another layer of the file, with other columns.
            plain = replace(request, mapping={}, keys=())
            return _told(look_into(actor, source, theme_of(request.theme), plain), request, layers)
    except Unreadable as refusal:
        if refusal.reason != "several_layers":
            raise
        return {"layers": layers_of(request.path), "source_layer": ""}


def _told(file: Understood, request: ImportRequest, layers: list[str]) -> dict[str, Any]:
    source = file.source
    return {
        "kind": str(source.kind),
        "source_layer": source.layer,
        "layers": layers,
        "rows": source.rows,
        "geometry_type": source.geometry_type,
        "encoding": file.letters.codec,
        "encoding_chosen": bool(request.encoding),
        "text": _text(file),
        "place": _place(file, request.source_crs),
        "columns": _columns(file),
    }


def _text(file: Understood) -> list[dict[str, Any]]:
    """Return the columns with letters beyond ASCII, those that a person should look at first."""
    columns = sorted(file.letters.columns.values(), key=lambda one: one.certain)
    return [
        {
            "column": one.column,
            "codec": one.codec,
            "certain": one.certain,
            "before": [text[:_LONGEST] for text in one.before],
            "readings": [
                {"codec": way.codec, "samples": [text[:_LONGEST] for text in way.samples]}
                for way in one.readings
            ],
        }
        for one in columns
    ]


def _columns(file: Understood) -> list[dict[str, Any]]:
    matched = file.matched
    by_column = {column: field for field, column in matched.targets.items()}
    misfits = {column: field for field, column in matched.misfits}
    return [
        {
            "name": name,
            "field": by_column.get(name),
            "why": matched.reasons.get(by_column.get(name, ""), ""),
            "misfit": misfits.get(name),
            "samples": [text[:_LONGEST] for text in facts.samples],
        }
        for name, facts in file.facts.items()
    ]


def _place(file: Understood, chosen: str) -> dict[str, Any]:
    """Return the decided system, the likely ones with some positions, and the city's outline."""
    place, sample = file.place, sample_positions(file.first)
    key = None if place.crs is None else place.crs.key
    declared = place.declared
    if chosen and file.source.crs_text:
        declared = locate(file.source.crs_text, sample, place.outline_4326).declared
    candidates = list(place.candidates or rank(sample, place.outline_4326))
    if key is not None and key not in {one.crs.key for one in candidates}:
        candidates = [*_named(key, place.outline_4326, sample), *candidates]
    candidates.sort(key=lambda one: one.crs.key != key)
    return {
        "key": key,
        "chosen": bool(chosen),
        "question": place.question,
        "declared": None if declared is None else declared.as_dict(),
        "candidates": [one.as_dict() for one in candidates[:_CANDIDATES]],
        "outline_4326": shapely.geometry.mapping(place.outline_4326.simplify(_OUTLINE_DEG)),
    }


def _named(key: str, outline: shapely.Geometry, sample: Positions) -> list[CrsCandidate]:
    found = locate(key, sample, outline).declared
    return [] if found is None else [found]
