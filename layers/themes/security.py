"""Security zones. State secrets are not stored: `paper_reference` points to the paper file."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from layers.feature import CodeField, Feature, FeatureMeta, any_geometry, tile_geometry
from layers.registry import AREA, LINE, POINT, Symbol, internal, public, style_of, theme


@theme(
    "security",
    group="security",
    title=_("Security zones"),
    geometry_types=(POINT, LINE, AREA),
    min_zoom=9,
    label_min_zoom=13,
    natural_key=("code",),
    class_field="kind",
    style={
        **style_of(
            Symbol(
                fill="#B3261E",
                fill_opacity=0.18,
                stroke="#8C1D18",
                stroke_width=2,
                pattern="hatch",
            ),
            by="kind",
        ),
        "colors_from": "security.kind",
    },
    source_columns={
        "code": ("MA", "MA_KHU"),
        "kind": ("LOAI",),
        "reason": ("LY_DO",),
        "unit": ("DON_VI",),
        "paper_reference": ("SO_HS",),
        "review_on": ("NGAY_RS",),
        "contact": ("LIEN_HE",),
    },
    fields={
        **public("code", "kind"),
        **internal("reason", "unit", "paper_reference", "review_on", "contact"),
    },
    search_fields=("name", "code"),
)
class SecurityZone(Feature):
    """A zone with its kind, class (sensitivity), reason, responsible unit and validity."""

    code = models.CharField(_("zone code"), max_length=40)
    kind = CodeField("security.kind", _("kind"), blank=True, db_default="")
    reason = models.CharField(_("reason"), max_length=250, blank=True, db_default="")
    unit = models.CharField(_("responsible unit"), max_length=200, blank=True, db_default="")
    paper_reference = models.CharField(_("paper file"), max_length=80, blank=True, db_default="")
    review_on = models.DateField(_("review due"), null=True, blank=True)
    contact = models.CharField(_("contact"), max_length=200, blank=True, db_default="")
    geom = any_geometry()
    geom_3857 = tile_geometry()

    class Meta(FeatureMeta):
        verbose_name = _("security zone")
        verbose_name_plural = _("security zones")
