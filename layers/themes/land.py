"""Land: parcels as surveyed, and the land use that a plan foresees."""

from typing import ClassVar

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from gis_core.access import Action
from layers.feature import (
    FEATURE_CHECKS,
    CodeField,
    Feature,
    FeatureMeta,
    area,
    key_once,
    tile_geometry,
)
from layers.natural_order import natural
from layers.registry import AREA, FieldGroup, Symbol, internal, public, style_of, theme

_USE_STYLE = {
    **style_of(
        Symbol(fill="#D9D4C7", fill_opacity=0.6, stroke="#8C8370", stroke_width=0.6), by="use"
    ),
    "colors_from": "land.use",
}

# Land that is built on; the limits of building are asked for it alone.
_BUILT = (
    *("OTC", "ONT", "ODT", "CDG", "TSC", "DTS", "CQP", "CAN", "DSN", "DVH", "DXH", "DYT", "DGD"),
    *("DTT", "DKH", "DMT", "DKT", "DNG", "DSK", "CSK", "SKK", "SKT", "SKN", "SCT", "TMD", "SKC"),
    *("CCC", "DCH", "DSH", "DKV", "DCK", "TON", "TIN"),
)


@theme(
    "parcels",
    group="land",
    title=_("Parcels"),
    geometry_types=(AREA,),
    min_zoom=14,
    label_min_zoom=17,
    natural_key=("survey_commune_code", "so_to", "so_thua"),
    class_field="land_use_code",
    label_field="so_thua",
    style=_USE_STYLE,
    source_columns={
        "survey_commune_code": ("MAXA_CU", "XAID", "MAXA", "KVHCID"),
        "so_to": (
            "SHBANDO",
            "SOHIEUTOBANDO",
            "SOTO",
            "SO_TO",
            "SODOTO",
            "TOBANDO",
            "SHTO",
            "TOBD",
        ),
        "so_thua": ("SHTHUA", "SOTHUTUTHUA", "SOTHUA", "SO_THUA", "SH_THUA"),
        "area_m2": ("DIENTICH", "DIEN_TICH", "DTICH"),
        "legal_area_m2": ("DIENTICHPL", "DIENTICHPHAPLY"),
        "land_use_code": (
            "MALOAIDAT",
            "KHLOAIDAT",
            "LOAIDAT",
            "MDSD",
            "MDSD2003",
            "KH2003",
            "KYHIEUMUCDICHSUDUNG",
        ),
        "place_name": ("DIADANH",),
        "address": ("DIACHI_TD",),
        "issued_id": ("MADINHDANH", "MATHUADAT"),
        "owner_name": ("TENCHU", "CHU_SU_DUNG", "CHUSOHUU"),
        "owner_address": ("DIACHI",),
    },
    fields={
        **public(
            "survey_commune_code",
            "so_to",
            "so_thua",
            "area_m2",
            "legal_area_m2",
            "land_use_code",
            "place_name",
            "address",
            "issued_id",
        ),
        **internal("owner_name", "owner_address"),
    },
    tile_fields=("so_to",),
    search_fields=("address", "issued_id"),
    row_order=("so_to", "so_thua"),
    # The area of the certificate: it changes with a certificate, not with a drawing.
    guarded={"legal_area_m2": Action.PUBLISH},
)
class Parcel(Feature):
    """A parcel; its sheet number (số tờ) counts inside the commune of the time of survey."""

    survey_commune_code = models.CharField(
        _("commune code at survey"), max_length=10, blank=True, db_default=""
    )
    so_to = models.CharField(_("map sheet number"), max_length=20)
    so_thua = models.CharField(_("parcel number"), max_length=20)
    area_m2 = models.DecimalField(
        _("surveyed area"), max_digits=14, decimal_places=1, null=True, blank=True
    )
    legal_area_m2 = models.DecimalField(
        _("legal area"), max_digits=14, decimal_places=1, null=True, blank=True
    )
    land_use_code = CodeField("land.use", _("land use"), blank=True, db_default="")
    place_name = models.CharField(_("locality"), max_length=200, blank=True, db_default="")
    address = models.CharField(_("address"), max_length=250, blank=True, db_default="")
    issued_id = models.CharField(_("issued parcel id"), max_length=20, blank=True, db_default="")
    owner_name = models.CharField(_("holder's name"), max_length=250, blank=True, db_default="")
    owner_address = models.CharField(
        _("holder's address"), max_length=250, blank=True, db_default=""
    )
    geom = area()
    geom_3857 = tile_geometry()

    class Meta(FeatureMeta):
        verbose_name = _("parcel")
        verbose_name_plural = _("parcels")
        indexes: ClassVar[list[models.Index]] = [
            *FeatureMeta.indexes,
            # A city has a million parcels: what people sort, look up and filter them by.
            models.Index(
                F("layer"), natural("so_to"), natural("so_thua"), F("id"), name="parcel_number_idx"
            ),
            # With what a reader may see in them: ten thousand rows are counted without the table.
            models.Index(
                F("layer"),
                natural("land_use_code"),
                F("id"),
                name="parcel_use_idx",
                include=("sensitivity", "valid_to", "area_m2"),
            ),
            models.Index(
                fields=["layer", "area_m2", "id"],
                name="parcel_area_idx",
                include=("sensitivity", "valid_to"),
            ),
        ]
        # The key first: PostgreSQL sorts a million by its bytes in two thirds of the time, and the
        # indexes above find the rows of a layer.
        constraints: ClassVar = [key_once("feature_key", "layer"), *FEATURE_CHECKS]


@theme(
    "planned_land_use",
    group="land",
    title=_("Planned land use"),
    geometry_types=(AREA,),
    min_zoom=13,
    label_min_zoom=17,
    natural_key=("decision_number", "plot_code"),
    class_field="land_use_code",
    label_field="land_use_code",
    style=_USE_STYLE,
    source_columns={
        "plot_code": ("MA_LO", "KYHIEULODAT"),
        "land_use_code": ("LOAI_DAT", "LOAIDAT", "MALOAIDAT"),
        "function": ("CHUC_NANG", "CHUCNANG"),
        "decision_number": ("SO_QD", "SOQUYETDINHPHEDUYET"),
        "decision_date": ("NGAY_QD", "NGAYPHEDUYET"),
        "authority": ("CO_QUAN", "COQUANPHEDUYET"),
        "plan_period": ("GIAI_DOAN", "GIAIDOANQUYHOACH"),
        "density_text": ("MATDO_XD", "MATDOXAYDUNG"),
        "storeys_text": ("TANG_CAO", "TANGCAO"),
        "floor_area_ratio_text": ("HESO_SDD", "HESOSUDUNGDAT"),
        "setback_text": ("KHOANG_LUI", "KHOANGLUICHINH"),
    },
    fields=public(
        "plot_code",
        "land_use_code",
        "function",
        "decision_number",
        "decision_date",
        "authority",
        "plan_period",
        "density_text",
        "density_min_pct",
        "density_max_pct",
        "storeys_text",
        "storeys_min",
        "storeys_max",
        "floor_area_ratio_text",
        "floor_area_ratio_min",
        "floor_area_ratio_max",
        "setback_text",
        "setback_min_m",
        "setback_max_m",
    ),
    search_fields=("name", "plot_code", "decision_number"),
    groups=(
        FieldGroup(_("Decision"), ("decision_number", "decision_date", "authority", "plan_period")),
        FieldGroup(
            _("Limits of building"),
            (
                *("density_text", "density_min_pct", "density_max_pct"),
                *("storeys_text", "storeys_min", "storeys_max"),
                *("floor_area_ratio_text", "floor_area_ratio_min", "floor_area_ratio_max"),
                *("setback_text", "setback_min_m", "setback_max_m"),
            ),
            field="land_use_code",
            codes=_BUILT,
        ),
    ),
)
class PlannedLandUse(Feature):
    """A plot of a plan. Limits are kept as the decision writes them, and as a parsed range."""

    plot_code = models.CharField(_("plot code"), max_length=40)
    land_use_code = CodeField("land.use", _("planned land use"), blank=True, db_default="")
    function = models.CharField(_("function"), max_length=250, blank=True, db_default="")
    decision_number = models.CharField(_("decision number"), max_length=80, blank=True)
    decision_date = models.DateField(_("decision date"), null=True, blank=True)
    authority = models.CharField(_("approved by"), max_length=200, blank=True, db_default="")
    plan_period = models.CharField(_("plan period"), max_length=40, blank=True, db_default="")
    density_text = models.CharField(_("building density"), max_length=40, blank=True)
    density_min_pct = models.FloatField(_("building density from"), null=True, blank=True)
    density_max_pct = models.FloatField(_("building density to"), null=True, blank=True)
    storeys_text = models.CharField(_("storeys"), max_length=40, blank=True)
    storeys_min = models.FloatField(_("storeys from"), null=True, blank=True)
    storeys_max = models.FloatField(_("storeys to"), null=True, blank=True)
    floor_area_ratio_text = models.CharField(_("floor area ratio"), max_length=40, blank=True)
    floor_area_ratio_min = models.FloatField(_("floor area ratio from"), null=True, blank=True)
    floor_area_ratio_max = models.FloatField(_("floor area ratio to"), null=True, blank=True)
    setback_text = models.CharField(_("setback"), max_length=80, blank=True)
    setback_min_m = models.FloatField(_("setback from"), null=True, blank=True)
    setback_max_m = models.FloatField(_("setback to"), null=True, blank=True)
    geom = area()
    geom_3857 = tile_geometry()

    class Meta(FeatureMeta):
        verbose_name = _("planned land use")
        verbose_name_plural = _("planned land use")
