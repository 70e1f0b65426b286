"""OGC API - Features: the items of a collection, as pages of GeoJSON, and single features."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from gis_core.channels import Cost, channel
from gis_core.errors import NotFound
from layers import proposals, selectors
from layers.api.caching import bytes_response
from layers.api.ogc_count import matched
from layers.api.ogc_documentation import documented
from layers.api.ogc_links import (
    GEOJSON,
    JSON,
    Link,
    address,
    link,
    link_header,
    same_query,
    self_link,
)
from layers.api.ogc_parameters import (
    CRS,
    PAGING,
    QUERYABLES,
    SELECTION,
    Page,
    Selection,
    check,
    crs_of,
    page,
    selection,
)
from layers.api.reading import ReadRouter
from layers.api.service import actor
from layers.change_operation import ChangeOperation
from layers.feature import Feature
from layers.geojson import feature, feature_collection, proposed_feature
from layers.selectors import ReadableLayer

router = ReadRouter(tags=["ogc"])
_ITEMS = documented(
    {**SELECTION, **PAGING, "queryables": QUERYABLES},
    media_type=GEOJSON,
    problems=("400", "404", "503"),
)


@router.get("/collections/{slug}/items", summary="Features of a collection", openapi_extra=_ITEMS)
@channel("ogc.items", cost=Cost.DATABASE)
def items(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Return one page of features, in the order of their ids, with a link to the next page."""
    entry = selectors.layer(actor(request), slug)
    asked = selection(request, entry, tuple(PAGING))
    part = page(request)
    found = matched(entry, asked.rows)
    links = _page_links(request, slug, part, found)
    body: Iterable[bytes] = ()
    if request.method != "HEAD":
        body = _page_body(request, entry, asked, part, found, links)
    response = StreamingHttpResponse(body, content_type=GEOJSON)
    response["Content-Crs"] = f"<{asked.crs.uri}>"
    response["OGC-NumberMatched"] = str(found)
    response["Link"] = link_header(links)
    return response


def _page_links(request: HttpRequest, slug: str, part: Page, count: int) -> list[Link]:
    found = [
        self_link(request, GEOJSON),
        link(address(request, f"/collections/{slug}"), "collection", JSON),
    ]
    if part.offset + part.limit < count:
        following = {"offset": part.offset + part.limit, "after": None}
        found.append(link(same_query(request, following), "next", GEOJSON))
    if part.offset > 0:
        before = max(part.offset - part.limit, 0)
        earlier = {"offset": before or None, "after": None}
        found.append(link(same_query(request, earlier), "prev", GEOJSON))
    return found


def _part_of(rows: QuerySet[Feature], part: Page) -> QuerySet[Feature]:
    if part.after is not None:
        return rows.filter(pk__gt=part.after)[: part.limit]
    if part.offset == 0:
        return rows[: part.limit]
    # Ids first: the database would encode every row that it leaves out.
    ids = rows.values("pk")[part.offset : part.offset + part.limit]
    return rows.filter(pk__in=ids)


def _page_body(
    request: HttpRequest,
    entry: ReadableLayer,
    asked: Selection,
    part: Page,
    count: int,
    links: list[Link],
) -> Iterable[bytes]:

    def closing(returned: int, last: int | None) -> dict[str, Any]:
        # The next page begins behind the last id: no row is counted off again, none comes twice.
        for item in links:
            if item["rel"] == "next" and last is not None:
                following = {"offset": part.offset + part.limit, "after": last}
                item["href"] = same_query(request, following)
        return {"numberReturned": returned, "links": links}

    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return feature_collection(
        entry,
        _part_of(asked.rows.order_by("pk"), part),
        crs=asked.crs,
        properties=asked.properties,
        opening={"timeStamp": now, "numberMatched": count},
        closing=closing,
    )


@router.get(
    "/collections/{slug}/items/{feature_id}",
    summary="A feature",
    openapi_extra=documented({"crs": CRS}, media_type=GEOJSON, problems=("304", "400", "404")),
)
@channel("ogc.item", cost=Cost.DATABASE)
def item(request: HttpRequest, slug: str, feature_id: str) -> HttpResponse:
    """Return one feature; its ETag changes with any byte of it and begins with its version."""
    check(request, ("crs",))
    crs = crs_of(request)
    entry = selectors.layer(actor(request), slug)
    links = [
        self_link(request, GEOJSON),
        link(address(request, f"/collections/{slug}"), "collection", JSON),
    ]
    # QGIS reads back what it has added, also where that still waits for review.
    proposed = proposals.pending(entry, feature_id)
    if proposed is not None:
        steps = ChangeOperation.objects.filter(pk=proposed.pk)
        body, version = proposed_feature(entry, steps, crs, links), None
    else:
        row = selectors.feature(entry, feature_id)
        rows = selectors.features(entry).filter(pk=row.pk)
        body, version = feature(entry, rows, crs, links), row.version
    if body is None:  # deleted between the two questions
        raise NotFound
    response = bytes_response(request, body, GEOJSON, version)
    response["Content-Crs"] = f"<{crs.uri}>"
    response["Link"] = link_header(links)
    return response
