"""Tourist sites, in several languages, each with the source and accuracy of its position."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from layers.feature import CodeField, Feature, FeatureMeta, point, tile_geometry
from layers.registry import POINT, Symbol, internal, public, style_of, theme


@theme(
    "tourism",
    group="tourism",
    title=_("Tourist sites"),
    geometry_types=(POINT,),
    min_zoom=8,
    label_min_zoom=13,
    natural_key=("slug",),
    class_field="category",
    style={
        **style_of(Symbol(fill="#B4540A", icon="attraction", radius=10), by="category"),
        "colors_from": "tourism.category",
    },
    source_columns={
        "slug": ("MA", "SLUG"),
        "category": ("LOAI", "CATEGORY"),
        "texts.vi": ("MOTA_VI", "MO_TA"),
        "texts.en": ("MOTA_EN",),
        "opening_hours": ("GIO_MO", "OPENING_HO", "OPENING_HOURS"),
        "price_text": ("GIA_VE",),
        "accessibility": ("TIEP_CAN", "WHEELCHAIR"),
        "address": ("DIA_CHI",),
        "phone": ("DIEN_THOAI", "PHONE"),
        "website": ("TRANG_WEB", "WEBSITE"),
        "coordinate_source": ("NGUON_TD",),
        "coordinate_accuracy_m": ("SAISO_M",),
        "heritage_rank": ("XEP_HANG",),
        "in_city": ("TRONG_TP",),
        "operator_phone": ("DT_QUANLY",),
    },
    fields={
        **public(
            "slug",
            "category",
            "texts",
            "opening_hours",
            "price_text",
            "accessibility",
            "address",
            "phone",
            "website",
            "coordinate_source",
            "coordinate_accuracy_m",
            "heritage_rank",
            "in_city",
        ),
        **internal("operator_phone"),
    },
    search_fields=("name", "names", "address"),
)
class TouristSite(Feature):
    """A place that visitors look for; `slug` is its stable address."""

    slug = models.SlugField(_("web address"), max_length=120)
    category = CodeField("tourism.category", _("category"), blank=True, db_default="")
    texts = models.JSONField(_("description"), default=dict, db_default={}, blank=True)
    opening_hours = models.CharField(_("opening hours"), max_length=200, blank=True, db_default="")
    price_text = models.CharField(_("price"), max_length=200, blank=True, db_default="")
    accessibility = models.CharField(_("accessibility"), max_length=200, blank=True, db_default="")
    address = models.CharField(_("address"), max_length=250, blank=True, db_default="")
    phone = models.CharField(_("telephone"), max_length=60, blank=True, db_default="")
    website = models.CharField(_("web site"), max_length=250, blank=True, db_default="")
    coordinate_source = models.CharField(
        _("source of the position"), max_length=200, blank=True, db_default=""
    )
    coordinate_accuracy_m = models.FloatField(_("accuracy of the position"), null=True, blank=True)
    heritage_rank = models.CharField(_("heritage rank"), max_length=120, blank=True, db_default="")
    in_city = models.BooleanField(_("inside the city"), default=True, db_default=True)
    operator_phone = models.CharField(
        _("operator's telephone"), max_length=60, blank=True, db_default=""
    )
    geom = point()
    geom_3857 = tile_geometry()

    class Meta(FeatureMeta):
        verbose_name = _("tourist site")
        verbose_name_plural = _("tourist sites")
        constraints: ClassVar = [
            *FeatureMeta.constraints,
            models.UniqueConstraint(
                fields=["slug"], condition=Q(valid_to__isnull=True), name="tourist_site_address"
            ),
        ]
