"""PATCH of one feature for our own clients: a merge patch with If-Match, so nothing is merged."""

from django.http import HttpRequest, HttpResponse
from ninja import Router

from gis_core import access
from gis_core.access import Action
from gis_core.channels import Audit, Cache, channel
from gis_core.crs import STORAGE_SRID
from gis_core.models import ChangeSet
from layers import feature_edit, selectors
from layers.api.feature_body import PATCH_TYPES, read_feature
from layers.api.feature_edit_answers import edited
from layers.api.ogc_edit_documentation import PATCH
from layers.api.ogc_parameters import check
from layers.api.preconditions import require_condition
from layers.api.service import actor
from layers.feature_edit import Wanted

router = Router(tags=["viewer"])


@router.patch(
    "/layers/{slug}/features/{feature_id}", summary="Change a feature", openapi_extra=PATCH
)
@channel("api.feature.patch", cache=Cache.NEVER, audit=Audit.WRITE, methods=("PATCH",))
def patch_feature(request: HttpRequest, slug: str, feature_id: str) -> HttpResponse:
    """Change the properties and the geometry that are named (RFC 7396); null empties a field."""
    check(request)
    entry = selectors.layer(actor(request), slug)
    access.require(entry.actor, Action.EDIT, entry.theme.key, entry.slug)
    row = selectors.feature(entry, feature_id)
    versions = require_condition(request)
    feature_edit.require_version(row, versions)
    sent = read_feature(request, entry.layer.geometry_type, PATCH_TYPES)
    done = feature_edit.replace(
        entry,
        feature_id,
        Wanted(sent.properties, sent.geometry_4326, sent.crs.srid != STORAGE_SRID),
        row.version,
        channel=ChangeSet.Channel.API.value,
        exactly=True,
    )
    return edited(request, entry, done, sent.crs)
