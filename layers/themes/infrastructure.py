"""Infrastructure: streets, water, drains, lamps, schools, clinics; one layer a kind of network."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from layers.feature import CodeField, Feature, FeatureMeta, any_geometry, tile_geometry
from layers.registry import AREA, LINE, POINT, Symbol, public, style_of, theme


@theme(
    "infrastructure",
    group="infrastructure",
    title=_("Infrastructure"),
    geometry_types=(POINT, LINE, AREA),
    min_zoom=11,
    label_min_zoom=14,
    natural_key=("code",),
    class_field="kind",
    style=style_of(
        Symbol(fill="#5C6B73", stroke="#5C6B73", stroke_width=1.5, radius=4, icon="circle"),
        by="kind",
        values={
            "trunk": Symbol(stroke="#E8B04A", stroke_width=5),
            "primary": Symbol(stroke="#F0CE84", stroke_width=4),
            "secondary": Symbol(stroke="#8A9299", stroke_width=3),
            "residential": Symbol(stroke="#9AA3A9", stroke_width=2),
            "alley": Symbol(stroke="#AFB6BA", stroke_width=1.2),
            "bridge": Symbol(stroke="#C7843A", stroke_width=5),
            "water_main": Symbol(stroke="#1F78B4", stroke_width=2),
            "drain": Symbol(stroke="#6A51A3", stroke_width=2, dash=(6, 3)),
            "lamp": Symbol(fill="#E0A100", stroke="#7A5A00", radius=3, icon="street_lamp_arm"),
            "school": Symbol(fill="#8C5A2B", icon="school", radius=9),
            "clinic": Symbol(fill="#B3261E", icon="hospital", radius=9),
        },
    ),
    source_columns={
        "code": ("MA", "MA_CT", "OSM_ID"),
        "kind": ("LOAI", "CAP_DUONG", "CAP", "HIGHWAY", "FCLASS"),
        "width_m": ("BE_RONG", "WIDTH"),
        "right_of_way_m": ("LO_GIOI",),
        "diameter_mm": ("DUONG_KINH",),
        "power_w": ("CONG_SUAT",),
        "material": ("VAT_LIEU",),
        "condition": ("TINH_TRANG",),
        "built_year": ("NAM",),
        "address": ("DIA_CHI",),
    },
    fields=public(
        "code",
        "kind",
        "width_m",
        "right_of_way_m",
        "diameter_mm",
        "power_w",
        "material",
        "condition",
        "built_year",
        "address",
    ),
    search_fields=("name", "code", "address"),
)
class Infrastructure(Feature):
    """A piece of a network or a public facility."""

    code = models.CharField(_("asset code"), max_length=60, blank=True, db_default="")
    kind = CodeField("infrastructure.kind", _("kind"), blank=True, db_default="")
    width_m = models.FloatField(_("width"), null=True, blank=True)
    right_of_way_m = models.FloatField(_("right of way"), null=True, blank=True)
    diameter_mm = models.FloatField(_("diameter"), null=True, blank=True)
    power_w = models.FloatField(_("power"), null=True, blank=True)
    material = models.CharField(_("material"), max_length=80, blank=True, db_default="")
    condition = models.CharField(_("condition"), max_length=80, blank=True, db_default="")
    built_year = models.IntegerField(_("built in"), null=True, blank=True)
    address = models.CharField(_("address"), max_length=250, blank=True, db_default="")
    geom = any_geometry()
    geom_3857 = tile_geometry()

    class Meta(FeatureMeta):
        verbose_name = _("infrastructure")
        verbose_name_plural = _("infrastructure")
