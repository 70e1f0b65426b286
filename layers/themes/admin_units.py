"""Administrative units with validity and lineage: official codes are reused with a new meaning."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from layers.feature import CodeField, Feature, FeatureMeta, area, tile_geometry
from layers.registry import AREA, Symbol, public, style_of, theme


@theme(
    "admin_units",
    group="admin",
    title=_("Administrative units"),
    geometry_types=(AREA,),
    min_zoom=8,
    label_min_zoom=11,
    natural_key=("code", "valid_from"),
    class_field="level",
    style=style_of(
        Symbol(fill="#7A6A8A", fill_opacity=0.04, stroke="#7A5A8C", stroke_width=1.6, dash=(10, 4))
    ),
    source_columns={
        "code": ("MA_DVHC", "MA", "GSO_ID", "CODE", "MAXA", "SO"),
        "level": ("CAP", "LEVEL"),
        "parent_code": ("MA_CHA", "PARENT"),
        "legal_basis": ("CAN_CU",),
        "official_area_km2": ("DIENTICH_K", "AREAKM2"),
        "population": ("DAN_SO", "POPULATION"),
        "name": ("TEN", "FULLNAME", "NAME_VI", "NAME", "TEN_VI"),
    },
    fields=public("code", "level", "parent_code", "legal_basis", "official_area_km2", "population"),
    tile_fields=("code",),
)
class AdminUnit(Feature):
    """A province, district or commune while it had these bounds and this meaning of its code."""

    code = models.CharField(_("official code"), max_length=10)
    level = CodeField("admin.level", _("level"), default="commune")
    parent_code = models.CharField(_("belongs to (code)"), max_length=20, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=250, blank=True)
    official_area_km2 = models.DecimalField(
        _("official area"), max_digits=10, decimal_places=3, null=True, blank=True
    )
    population = models.IntegerField(_("population"), null=True, blank=True)
    geom = area()
    geom_3857 = tile_geometry()

    class Meta(FeatureMeta):
        verbose_name = _("administrative unit")
        verbose_name_plural = _("administrative units")


class AdminUnitLineage(models.Model):
    """Which unit became which; `share` is the part of the predecessor's area, 0 to 1, if known."""

    predecessor_key = models.CharField(_("before"), max_length=40)
    successor_key = models.CharField(_("after"), max_length=40)
    share = models.FloatField(_("share of the area"), null=True, blank=True)
    effective_on = models.DateField(_("from"))
    legal_basis = models.CharField(_("legal basis"), max_length=250, blank=True)
    certainty = models.CharField(_("certainty"), max_length=200, blank=True)

    class Meta:
        app_label = "layers"
        verbose_name = _("lineage of a unit")
        verbose_name_plural = _("lineage of units")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["predecessor_key", "successor_key"], name="lineage_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.predecessor_key} → {self.successor_key}"
