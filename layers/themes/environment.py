"""Environment: monitoring stations and what each of them measures."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from layers.feature import CodeField, Feature, FeatureMeta, point, tile_geometry
from layers.registry import POINT, Symbol, public, style_of, theme


@theme(
    "environment",
    group="environment",
    title=_("Monitoring stations"),
    geometry_types=(POINT,),
    min_zoom=8,
    label_min_zoom=12,
    natural_key=("code",),
    class_field="kind",
    style=style_of(
        Symbol(fill="#00796B", icon="circle-stroked", radius=9),
        by="kind",
        values={
            "salinity": Symbol(fill="#0B6E99", icon="water", radius=9),
            "water_level": Symbol(fill="#1B5E8C", icon="ferry", radius=9),
            "water_quality": Symbol(fill="#00796B", icon="drinking-water", radius=9),
            "air": Symbol(fill="#5B4B8A", icon="windmill", radius=9),
        },
    ),
    source_columns={
        "code": ("MA", "MA_TRAM"),
        "kind": ("LOAI",),
        "parameters": ("THONG_SO",),
        "operator": ("DON_VI",),
        "distance_to_sea_km": ("CACH_BIEN",),
        "water_datum": ("MOC_CAO",),
        "coordinate_source": ("NGUON_TD",),
        "coordinate_accuracy_m": ("SAISO_M",),
    },
    fields=public(
        "code",
        "kind",
        "parameters",
        "operator",
        "distance_to_sea_km",
        "water_datum",
        "coordinate_source",
        "coordinate_accuracy_m",
    ),
    search_fields=("name", "code"),
)
class Station(Feature):
    """A monitoring station; `parameters` holds codes of the list environment.parameter."""

    code = models.CharField(_("station code"), max_length=40)
    kind = CodeField("environment.kind", _("kind"), blank=True, db_default="")
    parameters = models.CharField(_("measures"), max_length=250, blank=True, db_default="")
    operator = models.CharField(_("operated by"), max_length=200, blank=True, db_default="")
    distance_to_sea_km = models.FloatField(_("distance to the sea"), null=True, blank=True)
    water_datum = models.CharField(_("height datum"), max_length=80, blank=True, db_default="")
    coordinate_source = models.CharField(
        _("source of the position"), max_length=200, blank=True, db_default=""
    )
    coordinate_accuracy_m = models.FloatField(_("accuracy of the position"), null=True, blank=True)
    geom = point()
    geom_3857 = tile_geometry()

    class Meta(FeatureMeta):
        verbose_name = _("monitoring station")
        verbose_name_plural = _("monitoring stations")
