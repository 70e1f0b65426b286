"""Base map (nền địa lý): water, green areas, buildings; the own basemap is drawn from these."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from layers.feature import CodeField, Feature, FeatureMeta, any_geometry, tile_geometry
from layers.registry import AREA, LINE, POINT, Symbol, public, style_of, theme


@theme(
    "topography",
    group="topography",
    title=_("Base map"),
    geometry_types=(POINT, LINE, AREA),
    min_zoom=8,
    label_min_zoom=13,
    natural_key=("code",),
    class_field="kind",
    style=style_of(
        Symbol(fill="#E4DFD5", fill_opacity=1, stroke="#CFC8BA", stroke_width=0.6),
        by="kind",
        values={
            "river": Symbol(fill="#CFE4EE", stroke="#9CC3D5", stroke_width=1),
            "canal": Symbol(fill="#CFE4EE", stroke="#9CC3D5", stroke_width=1),
            "pond": Symbol(fill="#CFE4EE", stroke="#9CC3D5", stroke_width=0.8),
            "park": Symbol(fill="#DDEBD3", stroke="#B7CFA5", stroke_width=0.8),
            "building": Symbol(fill="#DCD6CA", stroke="#C2BAAA", stroke_width=0.5),
        },
    ),
    source_columns={
        "code": ("MA", "OSM_ID"),
        "kind": ("LOAI", "FCLASS", "BUILDING"),
        "storeys": ("SO_TANG", "LEVELS"),
    },
    fields=public("code", "kind", "storeys"),
)
class Topography(Feature):
    """A water body, green area, building or other part of the ground that maps show."""

    code = models.CharField(_("code"), max_length=60, blank=True, db_default="")
    kind = CodeField("topography.kind", _("kind"), blank=True, db_default="")
    storeys = models.IntegerField(_("number of storeys"), null=True, blank=True)
    geom = any_geometry()
    geom_3857 = tile_geometry()

    class Meta(FeatureMeta):
        verbose_name = _("base map feature")
        verbose_name_plural = _("base map features")
