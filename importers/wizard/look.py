"""What a person is shown of a file before anything is written: letters, place, columns."""

from dataclasses import replace
from itertools import islice
from typing import Any

import shapely

from gis_core.access import Actor
from importers.crs_candidates import CrsCandidate, Place, locate, rank
from importers.request import ImportRequest
from importers.source import open_source
from importers.target_layer import theme_of
from importers.understanding import Understood, look_into, sample_positions
from importers.values import plain_text

_SAMPLES = 10
_LONGEST = 80  # characters of a sample
_ROWS = 300
_CANDIDATES = 6
_OUTLINE_DEG = 0.0002  # about 20 m: a small picture shows no more


def look(actor: Actor, request: ImportRequest) -> dict[str, Any]:
    """Return what the first rows of a file say, as JSON values; raises FileRefused."""
    theme = theme_of(request.theme)
    opened = open_source(request.path, layer=request.source_layer, encoding=request.encoding)
    with opened as source:
        # A mapping for other columns may be left from an earlier file.
        file = look_into(actor, source, theme, replace(request, mapping={}, keys=()))
        return {
            "kind": str(source.kind),
            "source_layer": source.layer,
            "layers": list(getattr(source, "layers", ())),
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
    by_column = {column: field for field, column in file.matched.targets.items()}
    samples = _sample_values(file)
    misfits = {column: field for field, column in file.matched.misfits}
    return [
        {
            "name": name,
            "field": by_column.get(name),
            "why": file.matched.reasons.get(by_column.get(name, ""), ""),
            "misfit": misfits.get(name),
            "samples": samples.get(name, []),
        }
        for name in map(file.letters.name, file.source.columns)
    ]


def _sample_values(file: Understood) -> dict[str, list[str]]:
    if file.first is None:
        return {}
    batch, geometry = file.first
    found = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if name != geometry:
            shown = file.letters.text(name, column.slice(0, _ROWS)).values.to_pylist()
            texts = (plain_text(value)[:_LONGEST] for value in shown if value not in (None, ""))
            found[file.letters.name(name)] = list(islice(dict.fromkeys(texts), _SAMPLES))
    return found


def _place(file: Understood, chosen: str) -> dict[str, Any]:
    """Return the decided system, the likely ones with some positions, and the city's outline."""
    place, sample = file.place, sample_positions(file.first)
    declared = place.declared
    if chosen and file.source.crs_text:
        declared = locate(file.source.crs_text, sample, place.outline_4326).declared
    key = None if place.crs is None else place.crs.key
    candidates = list(place.candidates or rank(sample, place.outline_4326))
    if key is not None and key not in {one.crs.key for one in candidates}:
        candidates = [*_one(key, place, sample), *candidates]
    return {
        "key": key,
        "chosen": bool(chosen),
        "question": place.question,
        "declared": None if declared is None else declared.as_dict(),
        "candidates": [one.as_dict() for one in candidates[:_CANDIDATES]],
        "outline_4326": shapely.geometry.mapping(place.outline_4326.simplify(_OUTLINE_DEG)),
    }


def _one(key: str, place: Place, sample: Any) -> list[CrsCandidate]:
    found = locate(key, sample, place.outline_4326).declared
    return [] if found is None else [found]
