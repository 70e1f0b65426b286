"""What was imported into which layer, and the imports that people prepare in the browser."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gis_core.models import ChangeSet
from layers.feature import Layer, SourceFile

NAME_LENGTH = 80


class ImportRun(models.Model):
    """One file that was applied to one layer. `outcome` holds the counts and grouped findings."""

    layer = models.ForeignKey(Layer, models.CASCADE, related_name="+")
    source = models.ForeignKey(SourceFile, models.PROTECT, related_name="+")
    change_set = models.ForeignKey(ChangeSet, models.PROTECT, null=True, related_name="+")
    options = models.JSONField(_("how it was read"), default=dict)
    outcome = models.JSONField(_("outcome"), default=dict)
    actor_name = models.CharField(max_length=150)
    finished_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.layer} ← {self.source}"


def no_answers() -> dict[str, Any]:
    """Return the answers of somebody who has said nothing yet: the file decides."""
    return {
        "source_layer": "",
        "encoding": "",
        "source_crs": "",
        "geometry": "",
        "column_encodings": {},
        "mapping": {},
        "keys": [],
        "retire_on": "",
    }


class ImportJob(models.Model):
    """An import on its way, from the first uploaded byte to the change set.

    Work happens in a background task; `attempt` counts the tasks that were ordered, `taken` names
    the one that has begun, so that a task that comes twice does nothing.
    """

    class State(models.TextChoices):
        """Where the import is; a worker is at work in those of `WORKING`."""

        UPLOADING = "uploading", _("Waiting for files")
        UNDERSTANDING = "understanding", _("Reading the file")
        ASKING = "asking", _("Waiting for your answers")
        CHECKING = "checking", _("Dry run")
        READY = "ready", _("Ready")
        SUBMITTED = "submitted", _("Waiting for review")
        RETURNED = "returned", _("Returned")
        WRITING = "writing", _("Writing")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    WORKING: ClassVar = (State.UNDERSTANDING, State.CHECKING, State.WRITING)
    ENDED: ClassVar = (State.DONE, State.CANCELLED)

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=150)
    language = models.CharField(max_length=5, default="vi")
    clearance = models.SmallIntegerField()  # of the author: nobody less cleared sees the import
    theme = models.CharField(max_length=40)
    slug = models.SlugField(max_length=80)
    new_layer_title = models.CharField(max_length=120, blank=True)  # blank: the layer exists
    # What the dry run compared with, as `layer_origin.standing` has it; blank: with no layer.
    layer_seen = models.CharField(max_length=40, blank=True)
    folder = models.CharField(max_length=40, unique=True)  # below IMPORT_ROOT, random
    # The first import of the same upload, where this one goes on with the rest of it.
    first_of_file = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    files = models.JSONField(default=list)  # [{"name": …, "bytes": …}]
    answers = models.JSONField(default=no_answers)
    state = models.CharField(max_length=14, choices=State.choices, default=State.UPLOADING)
    state_before = models.CharField(max_length=14, choices=State.choices, blank=True)
    attempt = models.PositiveIntegerField(default=0)
    taken = models.PositiveIntegerField(default=0)
    cancel_requested = models.BooleanField(default=False)
    stage = models.CharField(max_length=12, blank=True)
    rows_done = models.BigIntegerField(default=0)
    rows_total = models.BigIntegerField(null=True)
    seconds_left = models.PositiveIntegerField(null=True)  # about; null while nobody knows
    # The work stands still because another change holds what it needs; null while it goes on.
    blocked_since = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    understanding = models.JSONField(null=True)
    report = models.JSONField(null=True)
    # Why it failed or stands still: words as `importers.words.kept` has them; None for no problem.
    problem = models.JSONField(null=True)
    # Writing was ordered and has written nothing, though nobody stopped it; `problem` says why.
    unwritten = models.BooleanField(default=False)
    title = models.CharField(_("title"), max_length=200, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    decision_number = models.CharField(_("decision number"), max_length=80, blank=True)
    submitted_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_by_name = models.CharField(max_length=150, blank=True)
    decision_note = models.TextField(_("note of the reviewer"), blank=True)
    change_set = models.ForeignKey(ChangeSet, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("import in preparation")
        verbose_name_plural = _("imports in preparation")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["user", "-id"]), models.Index(fields=["state"])]

    def __str__(self) -> str:
        return f"{self.pk} {self.slug}"


class ImportProfile(models.Model):
    """How files of one kind are read: encodings, coordinate system, columns and key, by a name."""

    name = models.CharField(_("name"), max_length=NAME_LENGTH, unique=True)
    theme = models.CharField(_("theme"), max_length=40)
    options = models.JSONField(_("how it was read"), default=dict)
    actor_name = models.CharField(_("saved by"), max_length=150)
    # Who may replace and delete it, beside administrators; None for commands on the server.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    saved_at = models.DateTimeField(_("saved"), auto_now=True)

    class Meta:
        verbose_name = _("import profile")
        verbose_name_plural = _("import profiles")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name
