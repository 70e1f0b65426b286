"""What a person is shown of a file before anything is written: letters, place, columns."""

from dataclasses import replace
from typing import Any

from gis_core.access import Actor
from importers.refusals import Unreadable
from importers.request import ImportRequest
from importers.source import layers_of
from importers.understanding import understand


def look(actor: Actor, request: ImportRequest) -> dict[str, Any]:
    """Return what the first rows of a file say, as JSON values, and what the person chose of it.

    A file of several layers of which none was chosen is told by its `layers` and nothing else.
    Raises FileRefused, NotAllowed, SignInNeeded.
    """
    layers = layers_of(request.path) if request.source_layer else []
    # A mapping may be left from another layer of the file, with other columns.
    plain = replace(request, mapping={}, keys=())
    try:
        found = understand(actor, plain).as_dict()
    except Unreadable as refusal:
        if refusal.reason != "several_layers":
            raise
        return {"layers": layers_of(request.path), "source_layer": ""}
    return {
        **found,
        "layers": layers,
        "encoding_chosen": bool(request.encoding),
        "place": {**found["place"], "chosen": bool(request.source_crs)},
    }
