"""What a file holds, understood from its first rows before anything is written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pyarrow as pa
import shapely

from gis_core.access import Actor
from gis_core.geometry_gate import admit_many
from gis_core.geometry_refusal import GateLimits
from importers.column_facts import FACT_ROWS, ColumnFacts, facts_of
from importers.crs_candidates import Place, city_box, locate
from importers.issues import Issue, Severity
from importers.letters import Letters
from importers.mapping import Matched, settle
from importers.request import ImportRequest
from importers.shapes import has_heights
from importers.source import Source
from importers.source_crs import Positions, bounds_4326, near_city
from importers.target_layer import known_codes
from layers.city_outline import city_outline
from layers.registry import Theme

Batch = tuple[pa.RecordBatch, str]
_SAMPLE_SHAPES, _SAMPLE_POSITIONS = 300, 400
_ANYWHERE = GateLimits(max_lon=1e9, max_lat=1e9, drop_z=True)


@dataclass(frozen=True)
class Understood:
    """An opened file with what its first rows say. `batches` yields all rows, once."""

    source: Source
    letters: Letters
    place: Place
    matched: Matched
    first: Batch | None
    batches: Iterator[Batch]

    def issues(self, theme: Theme) -> Iterator[Issue]:
        """Yield the findings about the file as a whole."""
        yield from self.letters.issues()
        yield from self.place.issues
        if has_heights(self.source.geometry_type):
            yield Issue("heights_dropped", Severity.NOTE)
        if not set(theme.natural_key) & self.matched.targets.keys():
            yield Issue("no_key", Severity.WARNING, detail="--key names one")
        for name, column in self.matched.misfits:
            yield Issue("column_misfit", Severity.WARNING, field=name, detail=column)
        for name, reason in self.matched.reasons.items():
            if reason in {"similar_name", "values"}:
                yield Issue(
                    "column_guessed", Severity.WARNING, None, name, self.matched.targets[name]
                )
        if self.matched.kept:
            yield Issue("columns_kept", Severity.NOTE, detail=", ".join(self.matched.kept))
        if self.place.crs is not None:
            bounds = bounds_4326(self.place.crs, self.source.bounds)
            if bounds is not None and not near_city(bounds):
                west, south, east, north = bounds
                detail = f"lon {west:.3f} to {east:.3f}, lat {south:.3f} to {north:.3f}"
                yield Issue("far_from_city", Severity.WARNING, detail=detail)


def look_into(actor: Actor, source: Source, theme: Theme, request: ImportRequest) -> Understood:
    """Read the first rows and decide how all are read; FileRefused for a wrong option."""
    batches = source.batches()
    first = next(batches, None)
    letters = Letters(source.encoding, request.column_encodings)
    if first is not None:
        letters.learn(*first)
    columns = [letters.name(name) for name in source.columns]
    facts = _facts(first, letters, known_codes(theme))
    matched = settle(theme, columns, request.mapping, request.keys, facts)
    outline = city_outline(actor) or city_box()
    place = locate(source.crs_text, sample_positions(first), outline, request.source_crs)
    every = chain([first], batches) if first is not None else batches
    return Understood(source, letters, place, matched, first, every)


def _facts(
    first: Batch | None, letters: Letters, codes: Mapping[str, frozenset[str]]
) -> dict[str, ColumnFacts]:
    if first is None:
        return {}
    batch, geometry = first
    return {
        letters.name(name): facts_of(letters.text(name, column.slice(0, FACT_ROWS)).values, codes)
        for name, column in zip(batch.schema.names, batch.columns, strict=True)
        if name != geometry
    }


def sample_positions(first: Batch | None) -> Positions:
    """Return some positions (n × 2, as in the file) of the shapes of a batch."""
    none = np.empty((0, 2))
    if first is None:
        return none
    batch, geometry = first
    step = max(1, batch.num_rows // _SAMPLE_SHAPES)
    rows = batch.column(geometry).take(pa.array(range(0, batch.num_rows, step)))
    shapes, _ = admit_many(rows.to_numpy(zero_copy_only=False), limits=_ANYWHERE)
    positions: Positions = shapely.get_coordinates(shapes)
    return positions[:: max(1, len(positions) // _SAMPLE_POSITIONS)]
