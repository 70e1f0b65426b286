"""`/api/layers/…` for the attribute table: rows, and many features at once by their ids."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from ninja import Query, Schema
from pydantic import Field, TypeAdapter, ValidationError

from gis_core.channels import Audit, Cache, channel
from gis_core.crs import CRS84_URI, SERVICE_CRS
from gis_core.errors import BadRequest
from layers import geojson, selectors
from layers.api.change_set_input import Line, Values
from layers.api.reading import ReadRouter
from layers.api.service import actor
from layers.api.viewer import bbox_parameter, language
from layers.rows import Wish, row_ids, rows

router = ReadRouter(tags=["viewer"])
MOST_IDS = 1000
MOST_CURSOR = 8000  # characters
_FILTER: TypeAdapter[dict[str, Any]] = TypeAdapter(Values)
FeatureId = Annotated[str, Field(pattern=r"^[0-9]{1,16}$")]
Ids = Annotated[list[FeatureId], Field(max_length=MOST_IDS)]


class FeaturesIn(Schema):
    """Which features to bring; more than fit into an address, so they are sent."""

    ids: Ids


@router.post("/layers/{slug}/features", summary="Many features of a layer by their ids")
@channel("api.features", cache=Cache.NEVER, audit=Audit.WRITE, methods=("POST",))
def features(request: HttpRequest, slug: str, body: FeaturesIn) -> HttpResponse:
    """Return a FeatureCollection as `/ogc/collections/{slug}/items` gives it, by id.

    What is missing or hidden is not among them.
    """
    entry = selectors.layer(actor(request), slug)
    rows = selectors.features(entry).filter(pk__in=[int(text) for text in body.ids])
    pieces = geojson.feature_collection(
        entry,
        rows.order_by("pk"),
        crs=SERVICE_CRS[CRS84_URI],
        properties=geojson.properties_of(entry),
        opening={},
        closing=lambda _count, _last: {},
    )
    return HttpResponse(b"".join(pieces), content_type="application/geo+json")


class RowsIn(Schema):
    """A question that is too long for an address; the parts are those of the address."""

    bbox: Annotated[str, Field(max_length=200)] = ""
    q: Line = ""
    where: Values = {}
    sort: Line = ""
    after: Annotated[str, Field(max_length=MOST_CURSOR)] = ""
    limit: Annotated[int, Field(ge=1, le=500)] = 50
    ids: Ids | None = None

    def wish(self, language: str) -> Wish:
        """Return it for the read door; raises BadRequest."""
        ids = None if self.ids is None else tuple(int(text) for text in self.ids)
        box = bbox_parameter(self.bbox)
        return Wish(box, self.q, self.where, ids, self.sort, language)


def _where(text: str) -> dict[str, Any]:
    """Return the filter of an address; raises BadRequest."""
    if not text:
        return {}
    try:
        return _FILTER.validate_json(text)
    except ValidationError as error:
        raise BadRequest(
            gettext("where: write a JSON object of column and condition, such as %s.")
            % '{"name": {"has": "cho"}}'
        ) from error


@router.get("/layers/{slug}/rows", summary="Rows of a layer as a table")
@channel("api.rows", audit=Audit.READ)
def layer_rows(  # noqa: PLR0913, PLR0917 -- one argument for each part of the question
    request: HttpRequest,
    slug: str,
    bbox: str = Query("", max_length=200),  # type: ignore[type-arg]
    q: str = Query("", max_length=200),  # type: ignore[type-arg]
    where: str = Query("", max_length=4000),  # type: ignore[type-arg]
    sort: str = Query("", max_length=200),  # type: ignore[type-arg]
    after: str = Query("", max_length=MOST_CURSOR),  # type: ignore[type-arg]
    limit: int = Query(50, ge=1, le=500),  # type: ignore[type-arg]
) -> dict[str, Any]:
    """Return one page of formatted rows.

    `bbox` (degrees, WGS 84), `q` (text) and `where` (JSON: column → condition) narrow them, `sort`
    names a column, with a minus for the way down; `after` is the `next` of the page before.
    """
    entry = selectors.layer(actor(request), slug)
    wish = Wish(bbox_parameter(bbox), q, _where(where), None, sort, language(request))
    return rows(entry, wish, limit=limit, after=after)


@router.post("/layers/{slug}/rows", summary="Rows of a layer as a table, by a long question")
@channel("api.rows.query", cache=Cache.NEVER, audit=Audit.WRITE, methods=("POST",))
def query_rows(request: HttpRequest, slug: str, body: RowsIn) -> dict[str, Any]:
    """Return one page of formatted rows; `ids` leaves only these."""
    entry = selectors.layer(actor(request), slug)
    return rows(entry, body.wish(language(request)), limit=body.limit, after=body.after)


@router.post("/layers/{slug}/row-ids", summary="Ids of the rows that a question finds")
@channel("api.row_ids", cache=Cache.NEVER, audit=Audit.WRITE, methods=("POST",))
def query_row_ids(request: HttpRequest, slug: str, body: RowsIn) -> dict[str, Any]:
    """Return the ids, as many as a draft can hold steps, and how many rows there are."""
    return row_ids(selectors.layer(actor(request), slug), body.wish(language(request)))
