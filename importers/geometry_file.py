"""`/api/layers/{slug}/geometry-file`: the shapes of a small file, for one feature."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import shapely
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext

from gis_core import access
from gis_core.access import Action, Actor
from gis_core.channels import Audit, Cache, Cost, channel
from gis_core.crs import STORAGE_SRID, ZONES
from gis_core.errors import BadRequest, TooLarge
from importers.file_geometry import TEXT_SUFFIXES, FileShape, FileShapes, read_file
from importers.issues import CODES
from importers.source_crs import of_text, of_zone
from importers.wizard.uploads import plain_name
from layers import selectors

MOST_BYTES = 5_000_000


@channel(
    "api.geometry_file",
    cache=Cache.NEVER,
    cost=Cost.HEAVY,
    audit=Audit.WRITE,
    methods=("POST",),
)
def geometry_file(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the shapes in the body, a file called `name`, that the layer may take."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    entry = selectors.layer(actor, slug)
    access.require(actor, Action.EDIT, entry.theme.key, entry.slug)
    name = _name(request.GET.get("name", ""))
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        most = MOST_BYTES // 1_000_000
        text = gettext("%(file)s has more than %(most)d MB. Import it, or send less of it.")
        raise TooLarge(text % {"file": name, "most": most})
    if not request.body:
        raise BadRequest(gettext("The file is empty."))
    with TemporaryDirectory(prefix="geometry-") as folder:
        path = Path(folder) / name
        path.write_bytes(request.body)
        found = read_file(
            actor,
            path,
            entry.layer.geometry_type,
            crs=request.GET.get("crs", ""),
            source_layer=request.GET.get("layer", ""),
        )
    return JsonResponse(_answer(found), json_dumps_params={"ensure_ascii": False})


def _name(name: str) -> str:
    """Return the name to keep the file under; raises Invalid for a kind that is not read."""
    suffix = Path(name).suffix.lower()
    return f"corners{suffix}" if suffix in TEXT_SUFFIXES else plain_name(name)


def _answer(found: FileShapes) -> dict[str, Any]:
    place = found.place
    likely = [one.crs for one in place.candidates] if place else []
    zones = [of_zone(zone) for zone in ZONES.values() if zone.projected]
    systems = {crs.key: crs.name for crs in (*likely, *zones, of_text(str(STORAGE_SRID)))}
    return {
        "question": found.question,
        "crs": place.crs.key if place and place.crs else None,
        "crs_guessed": bool(place and place.issues),
        "systems": [{"key": key, "name": name} for key, name in systems.items()],
        "layers": list(found.layers),
        "features": [_feature(shape) for shape in found.shapes],
        "refused": [{"row": row, "detail": str(CODES[code])} for row, code in found.refused],
        "more": found.more,
    }


def _feature(shape: FileShape) -> dict[str, Any]:
    return {
        "row": shape.number,
        "label": shape.label,
        "geometry": json.loads(shapely.to_geojson(shape.geometry_4326)),
        "area_m2": shape.area_m2,
        "length_m": shape.length_m,
        "corners": shape.corners,
        "repaired": shape.repaired,
    }
