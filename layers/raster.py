"""Rasters: a cloud-optimised GeoTIFF under RASTER_ROOT with its legend."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from gis_core.access import Sensitivity
from layers.feature import SENSITIVITY, Layer


class Raster(models.Model):
    """One raster data set. `legend` is a list of {"value", "color", "label_vi", "label_en"}."""

    slug = models.SlugField(_("web address"), max_length=80, unique=True)
    title_vi = models.CharField(_("title in Vietnamese"), max_length=120)
    title_en = models.CharField(_("title in English"), max_length=120, blank=True)
    filename = models.CharField(max_length=255)
    band_count = models.IntegerField(default=1)
    unit = models.CharField(_("unit"), max_length=40, blank=True)
    legend = models.JSONField(_("legend"), default=list, blank=True)
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    min_zoom = models.IntegerField(default=8)
    max_zoom = models.IntegerField(default=18)
    source_note = models.TextField(_("source"), blank=True)
    licence = models.CharField(_("licence"), max_length=200, blank=True)
    data_date = models.DateField(_("date of the data"), null=True, blank=True)
    illustrative = models.BooleanField(_("invented for illustration"), default=False)
    sensitivity = models.SmallIntegerField(choices=SENSITIVITY, default=Sensitivity.PUBLIC.value)
    publication = models.CharField(
        max_length=10, choices=Layer.Publication.choices, default=Layer.Publication.PUBLISHED
    )

    class Meta:
        app_label = "layers"
        verbose_name = _("raster")
        verbose_name_plural = _("rasters")
        ordering: ClassVar = ["slug"]

    def __str__(self) -> str:
        return self.slug

    def title(self, language: str) -> str:
        """Return the title in `language`, Vietnamese where there is none."""
        return (self.title_en if language == "en" else "") or self.title_vi
