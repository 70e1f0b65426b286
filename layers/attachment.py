"""Scans that lie beside a change set: the decision, the sketch, the survey record."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from gis_core.models import ChangeSet
from layers.change_operation import ChangeOperation


class Attachment(models.Model):
    """One file of a change set, for one of its steps where it says so (layers/attachments.py)."""

    change_set = models.ForeignKey(ChangeSet, models.CASCADE, related_name="attachments")
    operation = models.ForeignKey(
        ChangeOperation, models.SET_NULL, null=True, related_name="attachments"
    )
    name = models.CharField(max_length=160)  # as its author called it
    media_type = models.CharField(max_length=40)
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)  # hexadecimal
    stored_as = models.CharField(max_length=64, unique=True)  # a random name below MEDIA_ROOT
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=150)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "layers"
        ordering: ClassVar = ["change_set_id", "id"]

    def __str__(self) -> str:
        return self.name
