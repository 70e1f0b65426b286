"""Who is editing what at this moment: for others who may edit the same layer, and for nobody else.

A page that holds a feature says so every few seconds; what was not said for half a minute is over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from secrets import randbelow
from time import monotonic
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from gis_core import access
from gis_core.access import STAFF_DATABASE, Action, Actor
from gis_core.city import Bbox
from layers.feature import Layer
from layers.selectors import ReadableLayer, feature, features

LASTS = timedelta(seconds=30)
_FORGOTTEN = timedelta(hours=1)
_RARELY = 50
_RECENT_S = 0.25
_recent: dict[str, tuple[float, tuple["Editing", ...]]] = {}


class Editing(models.Model):
    """What one page of one person holds; without a feature it is a new one, with its box."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    page = models.CharField(max_length=40)
    actor_name = models.CharField(max_length=150)
    layer = models.ForeignKey(Layer, models.CASCADE, related_name="+")
    feature_id = models.BigIntegerField(null=True)
    bbox_4326 = models.JSONField(null=True)
    # Of a new feature, which has no class yet: as high as that of the person who draws it.
    level = models.SmallIntegerField()
    seen_at = models.DateTimeField()

    class Meta:
        app_label = "layers"
        indexes: ClassVar = [models.Index(fields=["seen_at"])]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "page"], name="editing_page_once")
        ]

    def __str__(self) -> str:
        return f"{self.actor_name} · {self.feature_id}"


@dataclass(frozen=True)
class Mark:
    """Where somebody else is editing; `feature_id` is None for a feature that is new."""

    layer: str
    feature_id: int | None
    name: str
    bbox_4326: Bbox


def hold(entry: ReadableLayer, page: str, feature_id: str | None, bbox_4326: Bbox | None) -> None:
    """Note that the layer's reader edits a feature, or draws a new one in a box, on a page.

    Raises NotFound for a feature that the reader may not see, NotAllowed, SignInNeeded.
    """
    actor = entry.actor
    access.require(actor, Action.EDIT, entry.theme.key, entry.slug)
    number = None if feature_id is None else int(feature(entry, feature_id).pk)
    known = Editing.objects.using(STAFF_DATABASE)
    known.update_or_create(
        user_id=actor.user_id or -1,
        page=page,
        defaults={
            "actor_name": actor.name,
            "layer_id": entry.layer.pk,
            "feature_id": number,
            "bbox_4326": None if bbox_4326 is None or number else list(bbox_4326),
            "level": access.clearance(actor, entry.theme.key, entry.slug),
            "seen_at": timezone.now(),
        },
    )
    forget_recent()
    if randbelow(_RARELY) == 0:
        known.filter(seen_at__lt=timezone.now() - _FORGOTTEN).delete()


def release(actor: Actor, page: str) -> None:
    """Note that a page holds nothing any more."""
    known = Editing.objects.using(STAFF_DATABASE)
    known.filter(user_id=actor.user_id or -1, page=page).delete()
    forget_recent()


def others(actor: Actor, readable: Sequence[ReadableLayer]) -> tuple[Mark, ...]:
    """Return what others edit in the layers that `actor` may edit, as far as they may see it."""
    mine = {
        entry.layer.pk: entry
        for entry in readable
        if access.may(actor, Action.EDIT, entry.theme.key, entry.slug)
    }
    if not mine:
        return ()
    found = [row for row in _held() if row.layer_id in mine and row.user_id != actor.user_id]
    boxes = _boxes(found, mine)
    marks = (_mark(row, mine[row.layer_id], boxes) for row in found)
    return tuple(mark for mark in marks if mark is not None)


def _held() -> tuple[Editing, ...]:
    """Return what anybody held at most a quarter of a second ago: all open maps ask for it."""
    expires, rows = _recent.get("held", (0.0, ()))
    if monotonic() >= expires:
        since = timezone.now() - LASTS
        known = Editing.objects.using(STAFF_DATABASE).filter(seen_at__gt=since)
        rows = tuple(known.order_by("actor_name", "pk"))
        _recent["held"] = (monotonic() + _RECENT_S, rows)
    return rows


def forget_recent() -> None:
    """Make the next map look at the table again."""
    _recent.clear()


def _boxes(rows: Sequence[Editing], mine: Mapping[int, ReadableLayer]) -> dict[int, Bbox]:
    """Return feature → box of the held features that the reader may see now."""
    boxes: dict[int, Bbox] = {}
    for layer_id in {row.layer_id for row in rows}:
        held = [row.feature_id for row in rows if row.layer_id == layer_id and row.feature_id]
        if held:
            for number, shape in (
                features(mine[layer_id]).filter(pk__in=held).values_list("pk", "geom")
            ):
                boxes[number] = shape.extent
    return boxes


def _mark(row: Editing, entry: ReadableLayer, boxes: Mapping[int, Bbox]) -> Mark | None:
    if row.feature_id is not None:
        box = boxes.get(row.feature_id)
    elif row.bbox_4326 and row.level <= access.clearance(entry.actor, entry.theme.key, entry.slug):
        west, south, east, north = row.bbox_4326
        box = (west, south, east, north)
    else:
        box = None
    return None if box is None else Mark(entry.slug, row.feature_id, row.actor_name, box)
