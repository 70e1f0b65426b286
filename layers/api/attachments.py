"""`/api/change-sets/{id}/attachments`: scans beside a change set, sent and served as they are."""

from django.http import FileResponse, HttpRequest, HttpResponse
from ninja import Query

from gis_core.access import Actor
from gis_core.channels import Audit, Cache, Cost, channel
from layers import attachment_files, attachments, change_set_reading
from layers.api.change_sets import ChangeSetId, answer
from layers.api.reading import ReadRouter
from layers.api.revisions import required_revision
from layers.api.service import actor

router = ReadRouter(tags=["change sets"])
_LONGEST = 400


@router.post("/change-sets/{int:change_set_id}/attachments", summary="Attach a scan to a draft")
@channel(
    "api.change_set.attach",
    cache=Cache.NEVER,
    cost=Cost.HEAVY,
    audit=Audit.WRITE,
    methods=("POST",),
)
def attach(
    request: HttpRequest,
    change_set_id: ChangeSetId,
    name: str = Query(..., min_length=1, max_length=_LONGEST),  # type: ignore[type-arg]
    key: str = Query("", max_length=64),  # type: ignore[type-arg]
) -> HttpResponse:
    """Keep the body of the request, a PDF, JPEG, PNG or TIFF file, under `name`."""
    who = _writer(request)
    revision = required_revision(request)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > attachment_files.LARGEST_BYTES:
        raise attachment_files.too_large()
    entry = attachments.add(who, change_set_id, revision, request.read, name=name, key=key)
    return answer(who, entry, 201)


@router.get(
    "/change-sets/{int:change_set_id}/attachments/{int:attachment_id}",
    summary="An attachment, as a download",
)
@channel("api.change_set.attachment", cache=Cache.NEVER, audit=Audit.READ)
def attachment(
    request: HttpRequest, change_set_id: ChangeSetId, attachment_id: ChangeSetId
) -> FileResponse:
    """Return the file; browsers save it and never show it as a page of this site."""
    who = actor(request)
    change_set_reading.require_account(who)
    row, path = attachments.file_of(who, change_set_id, attachment_id)
    return FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=row.name,
        content_type=row.media_type,
        headers={"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"},
    )


@router.delete(
    "/change-sets/{int:change_set_id}/attachments/{int:attachment_id}",
    summary="Take an attachment away from a draft",
)
@channel("api.change_set.detach", cache=Cache.NEVER, audit=Audit.WRITE, methods=("DELETE",))
def detach(
    request: HttpRequest, change_set_id: ChangeSetId, attachment_id: ChangeSetId
) -> HttpResponse:
    """Delete an attachment and its file."""
    who = _writer(request)
    revision = required_revision(request)
    return answer(who, attachments.take_away(who, change_set_id, revision, attachment_id))


def _writer(request: HttpRequest) -> Actor:
    who = actor(request)
    change_set_reading.require_account(who)
    return who
