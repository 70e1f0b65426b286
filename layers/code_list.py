"""Code lists: data with source and validity that an administrator edits, never enums in code."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Code(models.Model):
    """One code of one list. A list is named `theme.field`, such as `land.use`."""

    code_list = models.CharField(_("code list"), max_length=60)
    code = models.CharField(_("code"), max_length=40)
    label_vi = models.CharField(_("label in Vietnamese"), max_length=200)
    label_en = models.CharField(_("label in English"), max_length=200, blank=True)
    group = models.CharField(_("group"), max_length=40, blank=True)
    color = models.CharField(_("colour"), max_length=7, blank=True)
    icon = models.CharField(_("icon"), max_length=40, blank=True)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    position = models.IntegerField(_("order"), default=0)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid until"), null=True, blank=True)
    source_note = models.CharField(_("source"), max_length=400, blank=True)
    attributes = models.JSONField(_("more"), default=dict, blank=True)

    class Meta:
        app_label = "layers"
        verbose_name = _("code")
        verbose_name_plural = _("codes")
        ordering: ClassVar = ["code_list", "position", "code"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["code_list", "code"], name="code_once")
        ]

    def __str__(self) -> str:
        return f"{self.code_list}: {self.code}"

    def label(self, language: str) -> str:
        """Return the label in `language`, Vietnamese where there is none."""
        return (self.label_en if language == "en" else "") or self.label_vi
