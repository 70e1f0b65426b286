"""`/api/change-sets`: drafts of several edits, their review and publication; `/api/checks`.

A change of a draft needs `If-Match` with the ETag that was read (428 without, 412 when stale).
"""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext
from ninja import Query
from pydantic import Field

from gis_core.access import Action, Actor, require
from gis_core.channels import Audit, Cache, channel
from gis_core.errors import BadRequest, Invalid
from gis_core.models import ChangeSet
from gis_core.repeated_requests import key_of
from layers import change_set_reading, checks, drafts, inbox, publication, review
from layers.api import change_set_output
from layers.api.change_set_input import (
    ChecksIn,
    CommentIn,
    DecisionIn,
    DescriptionIn,
    OperationIn,
    StepsIn,
    operation,
    operations,
)
from layers.api.reading import ReadRouter
from layers.api.revisions import etag, required_revision
from layers.api.service import actor
from layers.inbox import Box

router = ReadRouter(tags=["change sets"])
_LONGEST_KEY = 64
_BIGGEST_ID = 2**63 - 1
ChangeSetId = Annotated[int, Field(ge=0, le=_BIGGEST_ID)]


def answer(who: Actor, entry: ChangeSet, status: int = 200) -> JsonResponse:
    """Return a whole change set with its revision as ETag."""
    return JsonResponse(
        change_set_output.whole(who, entry),
        status=status,
        json_dumps_params={"ensure_ascii": False},
        headers={"ETag": etag(entry.revision)},
    )


@router.get("/change-sets", summary="Your drafts, what waits for your review, what was returned")
@channel("api.change_sets", cache=Cache.NEVER, audit=Audit.READ)
def listed(
    request: HttpRequest,
    box: Box = Box.DRAFTS,
    limit: int = Query(50, ge=1, le=200),  # type: ignore[type-arg]
    offset: int = Query(0, ge=0, le=10_000),  # type: ignore[type-arg]
) -> dict[str, Any]:
    """Return one page of a box, newest first."""
    who = actor(request)
    change_set_reading.require_account(who)
    found = inbox.box(who, box)
    shown = found[offset : offset + limit]
    return {
        "box": box.value,
        "total": len(found),
        "limit": limit,
        "offset": offset,
        "change_sets": [change_set_output.line(who, entry) for entry in shown],
    }


@router.post("/change-sets", summary="Open a draft")
@channel(
    "api.change_sets.create",
    cache=Cache.NEVER,
    audit=Audit.WRITE,
    methods=("POST",),
    own_key=True,
)
def create(request: HttpRequest, body: DescriptionIn) -> HttpResponse:
    """Open a draft; the same `Idempotency-Key` again answers with the draft that it made."""
    key = key_of(request)
    who = actor(request)
    entry = drafts.create(who, body.description(), channel="browser", request_key=key)
    response = answer(who, entry, 201)
    response["Location"] = f"/api/change-sets/{entry.pk}"
    return response


@router.get(
    "/change-sets/{int:change_set_id}", summary="One change set with its steps and findings"
)
@channel("api.change_set", cache=Cache.NEVER, audit=Audit.READ)
def one(request: HttpRequest, change_set_id: ChangeSetId) -> HttpResponse:
    """Return a change set."""
    who = actor(request)
    change_set_reading.require_account(who)
    return answer(who, change_set_reading.find(who, change_set_id))


@router.patch(
    "/change-sets/{int:change_set_id}", summary="Change title, reason, decision number, day"
)
@channel("api.change_set.describe", cache=Cache.NEVER, audit=Audit.WRITE, methods=("PATCH",))
def describe(request: HttpRequest, change_set_id: ChangeSetId, body: DescriptionIn) -> HttpResponse:
    """Change what a draft says of itself."""
    who = _writer(request)
    return answer(
        who, drafts.describe(who, change_set_id, required_revision(request), body.description())
    )


@router.delete("/change-sets/{int:change_set_id}", summary="Throw a draft away")
@channel("api.change_set.discard", cache=Cache.NEVER, audit=Audit.WRITE, methods=("DELETE",))
def discard(request: HttpRequest, change_set_id: ChangeSetId) -> HttpResponse:
    """Throw a draft away."""
    drafts.discard(_writer(request), change_set_id, required_revision(request))
    return HttpResponse(status=204)


@router.patch(
    "/change-sets/{int:change_set_id}/operations", summary="Save many steps of a draft at once"
)
@channel("api.change_set.save_steps", cache=Cache.NEVER, audit=Audit.WRITE, methods=("PATCH",))
def save_steps(request: HttpRequest, change_set_id: ChangeSetId, body: StepsIn) -> HttpResponse:
    """Add, replace and take out steps, all or none; 422 names the steps that cannot be kept.

    The answer is the change set without its steps and findings.
    """
    who = _writer(request)
    revision = required_revision(request)
    change_set_reading.find(who, change_set_id)
    keys = [sent.key for sent in body.operations]
    if "-" in keys or len(set(keys)) < len(keys):
        raise BadRequest(gettext("Each step needs a key of its own."))
    steps, found = operations(who, body.operations)
    if found:
        text = gettext("Some values are not accepted. Nothing was written.")
        raise Invalid(text, [problem.as_dict() for problem in found])
    entry = drafts.save_steps(who, change_set_id, revision, steps, body.removed)
    return JsonResponse(
        change_set_output.head(who, entry),
        json_dumps_params={"ensure_ascii": False},
        headers={"ETag": etag(entry.revision)},
    )


@router.put(
    "/change-sets/{int:change_set_id}/operations/{path:key}", summary="Save a step of a draft"
)
@channel("api.change_set.put_step", cache=Cache.NEVER, audit=Audit.WRITE, methods=("PUT",))
def put_step(
    request: HttpRequest, change_set_id: ChangeSetId, key: str, body: OperationIn
) -> HttpResponse:
    """Add a step, or replace the one with this key."""
    if not 0 < len(key) <= _LONGEST_KEY or "\0" in key:
        raise BadRequest(f"key: 1 to {_LONGEST_KEY} characters.")
    who = _writer(request)
    revision = required_revision(request)
    change_set_reading.find(
        who, change_set_id
    )  # before the step is looked at: what is hidden is not there
    step = operation(who, body, key)
    return answer(who, drafts.put_operation(who, change_set_id, revision, step))


@router.delete(
    "/change-sets/{int:change_set_id}/operations/{path:key}", summary="Take a step out of a draft"
)
@channel("api.change_set.remove_step", cache=Cache.NEVER, audit=Audit.WRITE, methods=("DELETE",))
def remove_step(request: HttpRequest, change_set_id: ChangeSetId, key: str) -> HttpResponse:
    """Take a step out."""
    who = _writer(request)
    step = key.replace("\0", "")
    return answer(
        who, drafts.remove_operation(who, change_set_id, required_revision(request), step)
    )


@router.post("/change-sets/{int:change_set_id}/submit", summary="Hand a draft in for review")
@channel("api.change_set.submit", cache=Cache.NEVER, audit=Audit.WRITE, methods=("POST",))
def submit(request: HttpRequest, change_set_id: ChangeSetId) -> HttpResponse:
    """Hand in; 422 with the findings where the checks find errors."""
    who = _writer(request)
    return answer(who, drafts.submit(who, change_set_id, required_revision(request)))


@router.post(
    "/change-sets/{int:change_set_id}/withdraw", summary="Take a change set back from review"
)
@channel("api.change_set.withdraw", cache=Cache.NEVER, audit=Audit.WRITE, methods=("POST",))
def withdraw(request: HttpRequest, change_set_id: ChangeSetId) -> HttpResponse:
    """Take back."""
    who = _writer(request)
    return answer(who, drafts.withdraw(who, change_set_id, required_revision(request)))


@router.post("/change-sets/{int:change_set_id}/return", summary="Return a change set to its author")
@channel("api.change_set.return", cache=Cache.NEVER, audit=Audit.WRITE, methods=("POST",))
def send_back(request: HttpRequest, change_set_id: ChangeSetId, body: DecisionIn) -> HttpResponse:
    """Return, with a note to the whole and to single steps; `part` leaves the others in review."""
    who = _writer(request)
    revision = required_revision(request)
    if body.part:
        stays, _gone = review.send_back_part(
            who, change_set_id, revision, body.note, body.opinions()
        )
        return answer(who, stays)
    return answer(who, review.send_back(who, change_set_id, revision, body.note, body.opinions()))


@router.post(
    "/change-sets/{int:change_set_id}/approve", summary="Approve a change set of somebody else"
)
@channel("api.change_set.approve", cache=Cache.NEVER, audit=Audit.WRITE, methods=("POST",))
def approve(request: HttpRequest, change_set_id: ChangeSetId, body: DecisionIn) -> HttpResponse:
    """Approve; 409 with base, theirs and mine where somebody else changed the same."""
    who = _writer(request)
    revision = required_revision(request)
    return answer(
        who, publication.approve(who, change_set_id, revision, body.note, body.opinions())
    )


@router.post("/change-sets/{int:change_set_id}/publish", summary="Bring a change set to the map")
@channel("api.change_set.publish", cache=Cache.NEVER, audit=Audit.WRITE, methods=("POST",))
def publish(request: HttpRequest, change_set_id: ChangeSetId) -> HttpResponse:
    """Publish, or leave approved until the publication day."""
    who = _writer(request)
    return answer(who, publication.publish(who, change_set_id, required_revision(request)))


@router.get(
    "/change-sets/{int:change_set_id}/comments", summary="What people say about a change set"
)
@channel("api.change_set.comments", cache=Cache.NEVER, audit=Audit.READ)
def comments(request: HttpRequest, change_set_id: ChangeSetId) -> dict[str, Any]:
    """Return the remarks, oldest first."""
    who = actor(request)
    change_set_reading.require_account(who)
    entry = change_set_reading.find(who, change_set_id)
    rows = entry.comments.select_related("operation")
    return {"comments": [change_set_output.comment(row) for row in rows]}


@router.post(
    "/change-sets/{int:change_set_id}/comments", summary="Say something about a change set"
)
@channel("api.change_set.comment", cache=Cache.NEVER, audit=Audit.WRITE, methods=("POST",))
def comment(request: HttpRequest, change_set_id: ChangeSetId, body: CommentIn) -> HttpResponse:
    """Add a remark."""
    row = drafts.comment(_writer(request), change_set_id, body.text, key=body.key, place=body.place)
    return JsonResponse(change_set_output.comment(row), status=201)


@router.post("/checks", summary="Check edits without saving them")
@channel("api.checks", cache=Cache.NEVER, audit=Audit.WRITE, methods=("POST",))
def check(request: HttpRequest, body: ChecksIn) -> dict[str, Any]:
    """Return what is wrong with the steps on today's data, as a draft would show it."""
    who = _writer(request)
    steps, found = operations(who, body.operations)
    for step in steps:
        require(who, Action.EDIT, step.layer.theme.key, step.layer.slug)
    found += checks.check(who, steps)
    return {"problems": [problem.as_dict() for problem in found]}


def _writer(request: HttpRequest) -> Actor:
    who = actor(request)
    change_set_reading.require_account(who)
    return who
