"""Which kinds of shapes a file holds, and which of them an import takes."""

from collections import Counter
from collections.abc import Mapping

import pyarrow as pa

from gis_core.access import STAFF_DATABASE
from importers.refusals import refusal
from importers.request import ImportRequest
from importers.shapes import KINDS, declared_kind, not_held, stored_type
from importers.words import sentence
from layers.feature import Layer
from layers.registry import AREA, LINE, POINT, Theme

CHOICES = {"points": POINT, "lines": LINE, "areas": AREA}
_NAMES = {stored: name for name, stored in CHOICES.items()}
_STORED = {1: POINT, 2: LINE, 3: AREA, 4: POINT, 5: LINE, 6: AREA, 8: LINE, 10: AREA}
_Z_OR_M, _KIND = 0xC0000000, 0xFFFF
_THOUSAND = 1000  # ISO 13249: 1001 is a point with a height, 2001 one with a measure


def _types(wkb: pa.Array) -> list[int]:
    heads = [raw[:5] for raw in wkb.to_pylist() if raw]
    return [int.from_bytes(h[1:5], "little" if h[0] == 1 else "big") for h in heads]


def kinds_of(wkb: pa.Array) -> dict[str, int]:
    """Return stored type → number of shapes; shapes that cannot be stored are left out."""
    found = Counter(_STORED.get((kind & _KIND) % _THOUSAND) for kind in _types(wkb))
    return {stored: count for stored, count in found.items() if stored is not None}


def kind_names(wkb: pa.Array) -> list[str]:
    """Return points, lines or areas of each shape; "" where no layer holds its kind."""
    return [_NAMES.get(_STORED.get((kind & _KIND) % _THOUSAND, ""), "") for kind in _types(wkb)]


def has_heights(wkb: pa.Array) -> bool:
    """Tell whether a shape has heights or measures."""
    return any(kind & _Z_OR_M or (kind & _KIND) >= _THOUSAND for kind in _types(wkb))


def chosen_type(
    theme: Theme, request: ImportRequest, declared: str, kinds: Mapping[str, int]
) -> str:
    """Return the stored type that an import takes; FileRefused with the choice where it is open.

    A person's choice comes first, then the layer that is there, unless the file speaks of other
    kinds only, then what the header of the file says where the theme holds that, then the only
    kind inside that it holds. Rows of another kind are rejected.
    """
    if request.geometry:
        return _of_theme(theme, CHOICES[request.geometry])
    layer = Layer.objects.using(STAFF_DATABASE).filter(slug=request.slug).first()
    open_to_any = not kinds and _says_nothing(declared)
    if layer is not None and (layer.geometry_type in kinds or open_to_any):
        return layer.geometry_type
    fitting = {stored: count for stored, count in kinds.items() if stored in theme.geometry_types}
    if _says_nothing(declared) and len(fitting) > 1:
        inside = [
            sentence("kind_count", count=count, kind=KINDS[stored])
            for stored, count in fitting.items()
        ]
        choices = ", ".join(f"--geometry {_NAMES[stored]}" for stored in fitting)
        raise refusal("kinds_mixed", facts={"kinds": inside, "choices": choices})
    if len(fitting) == 1 and declared_kind(declared) not in theme.geometry_types:
        return next(iter(fitting))
    return stored_type(theme, declared, None)


def _says_nothing(declared: str) -> bool:
    plain = declared.removeprefix("2.5D ").removeprefix("3D ").removeprefix("Measured ")
    return plain.split(" ")[0] in {"Unknown", "Geometry", "GeometryCollection"}


def _of_theme(theme: Theme, stored: str) -> str:
    if stored not in theme.geometry_types:
        raise not_held(theme, KINDS[stored])
    return stored
