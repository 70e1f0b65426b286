"""Whether an answer names a row: as text, or as the feature id inside a vector tile."""

import mapbox_vector_tile
from google.protobuf.message import DecodeError


def names_row(body: bytes, row_id: int) -> bool:
    """Return whether `body`, of any content type, holds the id of a row."""
    if str(row_id).encode() in body:
        return True
    try:
        layers = mapbox_vector_tile.decode(body).values()
    except (DecodeError, ValueError, IndexError):
        return False
    return any(feature["id"] == row_id for layer in layers for feature in layer["features"])
