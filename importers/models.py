"""What was imported into which layer, when, by whom, with what result."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from gis_core.models import ChangeSet
from layers.feature import Layer, SourceFile


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
