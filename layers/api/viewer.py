"""`/api/…` for the viewer: catalogue, identify, features, search, places, forms."""

import math
from typing import Any

from django.http import HttpRequest
from ninja import Query

from gis_core.channels import Audit, channel
from gis_core.city import Bbox
from gis_core.errors import BadRequest
from layers import catalogue, identify, places, selectors
from layers.api.reading import ReadRouter
from layers.api.service import actor
from layers.form import form
from layers.search import search

router = ReadRouter(tags=["viewer"])
MAX_IDENTIFY_LAYERS = 40
_CORNERS = 4


def language(request: HttpRequest) -> str:
    """Return the request's language."""
    return str(getattr(request, "LANGUAGE_CODE", "vi"))


def bbox_parameter(text: str) -> Bbox | None:
    """Return a `west,south,east,north` parameter; raises BadRequest."""
    if not text:
        return None
    try:
        values = tuple(float(part) for part in text.split(","))
    except ValueError:
        values = ()
    if len(values) != _CORNERS or not all(math.isfinite(value) for value in values):
        raise BadRequest("bbox: write west,south,east,north in degrees.")
    west, south, east, north = values
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):  # noqa: PLR2004
        raise BadRequest("bbox: write west,south,east,north in degrees.")
    return west, south, east, north


@router.get("/catalog", summary="Layers, rasters and basemaps that you may see")
@channel("api.catalog")
def catalog(request: HttpRequest) -> dict[str, Any]:
    """Return what a viewer needs before the first tile."""
    return catalogue.catalogue(actor(request), language(request))


@router.get("/identify", summary="What lies at a point")
@channel("api.identify", audit=Audit.READ)
def identify_point(
    request: HttpRequest,
    lon: float = Query(..., ge=-180, le=180),  # type: ignore[type-arg]
    lat: float = Query(..., ge=-85.06, le=85.06),  # type: ignore[type-arg]
    layers: str = Query(..., max_length=2000),  # type: ignore[type-arg]
    zoom: float = Query(16, ge=0, le=24),  # type: ignore[type-arg]
) -> dict[str, Any]:
    """Return the sheets of the features at a WGS 84 point, small and upper ones first."""
    slugs = [slug for slug in layers.split(",") if slug][:MAX_IDENTIFY_LAYERS]
    entries = selectors.layers_by_slug(actor(request), slugs)
    return {"features": identify.at_point(entries, lon, lat, zoom, language(request))}


@router.get("/features/{slug}/{feature_id}", summary="The sheet of one feature")
@channel("api.feature", audit=Audit.READ)
def feature(request: HttpRequest, slug: str, feature_id: str) -> dict[str, Any]:
    """Return the sheet of one feature."""
    entry = selectors.layer(actor(request), slug)
    return identify.by_id(entry, feature_id, language(request))


@router.get("/search", summary="Search names, addresses, parcel numbers, coordinates")
@channel("api.search", audit=Audit.READ)
def search_all(
    request: HttpRequest,
    q: str = Query("", max_length=200),  # type: ignore[type-arg]
    limit: int = Query(10, ge=1, le=50),  # type: ignore[type-arg]
) -> dict[str, Any]:
    """Return suggestions; tone marks and đ/d make no difference."""
    hits = search(actor(request), q, language(request), limit)
    return {"results": [hit.as_dict() for hit in hits]}


@router.get("/places", summary="Attractions for visitors")
@channel("api.places")
def all_places(request: HttpRequest) -> dict[str, Any]:
    """Return all attractions and their categories."""
    return places.places(actor(request), language(request))


@router.get("/layers/{slug}/form", summary="What a form for a feature of the layer asks")
@channel("api.form")
def layer_form(request: HttpRequest, slug: str) -> dict[str, Any]:
    """Return the fields of a layer with limits, code lists and words, and what you may do."""
    return form(selectors.layer(actor(request), slug), language(request))
