"""The steps of a change set that is not on the map yet, and what people say about them."""

from typing import ClassVar

from django.conf import settings
from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from gis_core.crs import STORAGE_SRID
from gis_core.models import ChangeSet
from layers.feature import Layer


class ChangeOperation(models.Model):
    """One step of a draft: create, update or delete one feature. Published sets keep theirs."""

    class Kind(models.TextChoices):
        """What the step does to its feature."""

        CREATE = "create", _("new")
        UPDATE = "update", _("changed")
        DELETE = "delete", _("deleted")

    class Verdict(models.TextChoices):
        """What the reviewer says of this one feature."""

        OPEN = "", _("not looked at")
        ACCEPTED = "accepted", _("accepted")
        RETURNED = "returned", _("returned")

    change_set = models.ForeignKey(ChangeSet, models.CASCADE, related_name="operations")
    # The client's name of the step, so that saving it again replaces it.
    key = models.CharField(max_length=64)
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=6, choices=Kind.choices)
    layer = models.ForeignKey(Layer, models.PROTECT, related_name="+")
    feature_id = models.BigIntegerField(null=True)
    base_version = models.IntegerField(null=True)
    values = models.JSONField(default=dict)
    geom = models.GeometryField(srid=STORAGE_SRID, null=True, spatial_index=False)
    verdict = models.CharField(max_length=8, choices=Verdict.choices, blank=True, default="")
    verdict_note = models.TextField(blank=True, default="")

    class Meta:
        app_label = "layers"
        ordering: ClassVar = ["change_set_id", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["change_set", "key"], name="operation_key_once")
        ]

    def __str__(self) -> str:
        return f"{self.change_set_id}/{self.key} {self.kind}"


class ChangeComment(models.Model):
    """A remark on a change set, pinned to a place or a step where it says so."""

    change_set = models.ForeignKey(ChangeSet, models.CASCADE, related_name="comments")
    operation = models.ForeignKey(ChangeOperation, models.SET_NULL, null=True, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=150)
    text = models.TextField()
    place = models.PointField(srid=STORAGE_SRID, null=True, spatial_index=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "layers"
        ordering: ClassVar = ["created_at", "id"]

    def __str__(self) -> str:
        return self.text[:60]
