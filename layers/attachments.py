"""Attachments of change sets: who adds, takes away and reads them.

On its way a change set's attachments are seen by those who may see it; once published, by those who
may edit, approve or publish everything in it. Visitors never see them.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from django.utils.translation import gettext

from gis_core.access import STAFF_DATABASE, Action, Actor
from gis_core.change_states import State, Step
from gis_core.errors import Invalid, NotFound
from gis_core.models import ChangeSet
from layers import attachment_files
from layers.attachment import Attachment
from layers.change_set_reading import sets, visible
from layers.drafts import own_draft

MOST = 20
_DONE = (State.PUBLISHED, State.SUPERSEDED)
_LONGEST_NAME = 160


def add(
    actor: Actor,
    set_id: int,
    revision: int | None,
    read: Callable[[int], bytes],
    *,
    name: str,
    key: str = "",
) -> ChangeSet:
    """Attach what `read` gives to the actor's draft, to the step `key` where one is named.

    Raises NotFound, NotAllowed, WrongState and Stale as a change of the draft does, Invalid when
    there are too many, and what `attachment_files.keep` raises; nothing stays behind then.
    """
    kept = None
    try:
        with own_draft(actor, set_id, revision, Step.EDIT) as entry:
            if Attachment.objects.using(STAFF_DATABASE).filter(change_set=entry).count() >= MOST:
                raise Invalid(gettext("A change set has at most %d attachments.") % MOST)
            step = next((item for item in entry.operations.all() if item.key == key), None)
            if key and step is None:
                raise NotFound
            kept = attachment_files.keep(read)
            Attachment.objects.using(STAFF_DATABASE).create(
                change_set_id=entry.pk,
                operation=step,
                name=_file_name(name),
                user_id=actor.user_id or None,
                actor_name=actor.name,
                **vars(kept),
            )
    except BaseException:
        if kept is not None:
            attachment_files.remove(kept.stored_as)
        raise
    return sets().get(pk=set_id)


def _file_name(name: str) -> str:
    """Return the last part of a name without what a header or a file system could stumble over."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(letter for letter in last if letter.isprintable()).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    longest = _LONGEST_NAME - len(dot + ending)
    return (stem[:longest] + dot + ending if stem else plain[:_LONGEST_NAME]) or "scan"


def take_away(actor: Actor, set_id: int, revision: int | None, attachment_id: int) -> ChangeSet:
    """Delete an attachment of the actor's draft; raises NotFound when there is none."""
    with own_draft(actor, set_id, revision, Step.EDIT) as entry:
        rows = Attachment.objects.using(STAFF_DATABASE).filter(change_set=entry, pk=attachment_id)
        found = list(rows)
        if not found:
            raise NotFound
        attachment_files.forget(found)
    return sets().get(pk=set_id)


def of_sets(actor: Actor, set_ids: Iterable[int]) -> dict[int, list[Attachment]]:
    """Return change set id → attachments that the actor may see; sets without any are left out."""
    rows = Attachment.objects.using(STAFF_DATABASE).filter(change_set_id__in=list(set_ids))
    found: dict[int, list[Attachment]] = {}
    for row in rows.select_related("operation"):
        found.setdefault(row.change_set_id, []).append(row)
    known = {entry.pk for entry in _readable(actor, sets().filter(pk__in=found))}
    return {pk: attached for pk, attached in found.items() if pk in known}


def _readable(actor: Actor, entries: Iterable[ChangeSet]) -> list[ChangeSet]:
    given = list(entries)
    working = (Action.EDIT, Action.APPROVE, Action.PUBLISH)
    done = visible(actor, [entry for entry in given if entry.state in _DONE], working)
    return [*done, *visible(actor, [entry for entry in given if entry.state not in _DONE])]


def file_of(actor: Actor, set_id: int, attachment_id: int) -> tuple[Attachment, Path]:
    """Return an attachment and where its file lies; raises NotFound for whom it is not."""
    attached = of_sets(actor, [set_id]).get(set_id, [])
    row = next((item for item in attached if item.pk == attachment_id), None)
    if row is None or not attachment_files.path_of(row.stored_as).is_file():
        raise NotFound
    return row, attachment_files.path_of(row.stored_as)
