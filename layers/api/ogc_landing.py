"""OGC API: landing page, conformance declaration, API definition."""

from django.http import HttpRequest, HttpResponse

from gis_core.channels import Cost, channel
from gis_core.city import city
from layers.api.ogc_conformance import CONFORMS_TO
from layers.api.ogc_documentation import document, documented
from layers.api.ogc_links import (
    JSON,
    OGC_REL,
    OPENAPI_3_0,
    OPENAPI_3_1,
    address,
    json_answer,
    language_of,
    link,
    self_link,
)
from layers.api.ogc_parameters import check
from layers.api.reading import ReadRouter

router = ReadRouter(tags=["ogc"])


@router.get("", include_in_schema=False)  # typed without the slash as often as with it
@router.get("/", summary="Landing page of the OGC API", openapi_extra=documented())
@channel("ogc.landing", cost=Cost.CHEAP)
def landing(request: HttpRequest) -> HttpResponse:
    """Return the links that a client starts from."""
    check(request)
    name = city().name[language_of(request)]
    whole = request.build_absolute_uri("/api/openapi.json")
    return json_answer(
        request,
        {
            "title": name,
            "description": f"OGC API - Features, OGC API - Tiles: {name}",
            "links": [
                self_link(request),
                link(address(request, "/api"), "service-desc", OPENAPI_3_0, "OGC API"),
                link(whole, "service-desc", OPENAPI_3_1, "Everything for programs"),
                link(address(request, "/conformance"), "conformance", JSON),
                link(address(request, "/collections"), "data", JSON),
                link(address(request, "/tileMatrixSets"), f"{OGC_REL}tiling-schemes", JSON),
            ],
        },
    )


@router.get("/conformance", summary="Standards that are met", openapi_extra=documented())
@channel("ogc.conformance", cost=Cost.CHEAP)
def conformance(request: HttpRequest) -> HttpResponse:
    """Return the conformance classes, as exact URIs."""
    check(request)
    return json_answer(request, {"links": [self_link(request)], "conformsTo": list(CONFORMS_TO)})


@router.get(
    "/api", summary="Definition of the OGC API", openapi_extra=documented(media_type=OPENAPI_3_0)
)
@channel("ogc.api", cost=Cost.CHEAP)
def api(request: HttpRequest) -> HttpResponse:
    """Return the OpenAPI 3.0 document, with paths relative to /ogc."""
    check(request)
    return json_answer(request, document(address(request)), OPENAPI_3_0)
