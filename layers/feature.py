"""What every feature of every theme has in common, and the data sets (layers) inside a theme."""

from typing import Any, ClassVar

from django.contrib.gis.db import models
from django.contrib.gis.db.models.functions import Transform
from django.contrib.postgres.indexes import BrinIndex, GinIndex, GistIndex, OpClass
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from gis_core.access import Sensitivity
from gis_core.crs import STORAGE_SRID, TILE_SRID
from gis_core.models import ChangeSet

MAX_VERTICES = 200_000  # the same limit as gis_core/geometry_gate.py
SENSITIVITY = [
    (Sensitivity.PUBLIC.value, _("public")),
    (Sensitivity.INTERNAL.value, _("internal")),
    (Sensitivity.RESTRICTED.value, _("restricted")),
]


class CurrentChangeSet(Func):
    """The change set of the running transaction; raises in the database where there is none."""

    function = "city.current_change_set"
    output_field = models.BigIntegerField()


class NewFeatureId(Func):
    """A new id that does not tell how many features exist."""

    function = "city.new_feature_id"
    output_field = models.BigIntegerField()


class TileGeometry(Func):
    """Clockwise outer rings, as vector tiles want them after the y axis is turned."""

    function = "ST_ForcePolygonCW"


class GeometryFits(Func):
    """A usable geometry: finite, on the map, valid, not empty, of bounded size.

    One NaN or out-of-range row would break every tile of its layer, so the table refuses it.
    """

    # What is not finite lies in no box; @ looks at stored bounds only. An empty point lies in every
    # box for PostGIS 3.5.
    template = (
        "(NOT ST_IsEmpty(%(expressions)s)"
        f" AND %(expressions)s @ ST_MakeEnvelope(-180, -85.06, 180, 85.06, {STORAGE_SRID})"
        " AND ST_IsValid(%(expressions)s)"
        f" AND ST_NPoints(%(expressions)s) <= {MAX_VERTICES})"
    )
    output_field = models.BooleanField()


class CodeField(models.CharField[str, str]):
    """A code of a code list that is kept as data; an unknown code is kept and reported."""

    def __init__(self, code_list: str = "", *args: Any, **kwargs: Any) -> None:
        self.code_list = code_list
        kwargs.setdefault("max_length", 40)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Return what a migration needs; the list's name is not part of the schema."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class Layer(models.Model):
    """A data set inside a theme: one geometry type, one source, one owner, one publication state.

    A collection of the OGC API, a tile layer and a layer of the viewer are this, under one slug.
    """

    class Publication(models.TextChoices):
        """Whether people without a working right in the theme see the layer."""

        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        RETIRED = "retired", _("retired")

    class GeometryType(models.TextChoices):
        """The types that are stored; single parts are promoted."""

        POINT = "Point", _("points")
        LINE = "MultiLineString", _("lines")
        AREA = "MultiPolygon", _("areas")

    slug = models.SlugField(_("web address"), max_length=80, unique=True)
    theme = models.CharField(_("theme"), max_length=40)
    geometry_type = models.CharField(max_length=20, choices=GeometryType.choices)
    title_vi = models.CharField(_("title in Vietnamese"), max_length=120)
    title_en = models.CharField(_("title in English"), max_length=120, blank=True)
    description_vi = models.TextField(blank=True)
    description_en = models.TextField(blank=True)
    source_note = models.TextField(_("source"), blank=True)
    licence = models.CharField(_("licence"), max_length=200, blank=True)
    owner_unit = models.CharField(_("responsible office"), max_length=200, blank=True)
    data_date = models.DateField(_("date of the data"), null=True, blank=True)
    sensitivity = models.SmallIntegerField(choices=SENSITIVITY, default=Sensitivity.INTERNAL.value)
    publication = models.CharField(
        max_length=10, choices=Publication.choices, default=Publication.DRAFT
    )
    illustrative = models.BooleanField(_("invented for illustration"), default=False)
    visible = models.BooleanField(_("shown at first"), default=False)
    current_only = models.BooleanField(_("hide features that are no longer valid"), default=True)
    position = models.IntegerField(_("drawing order"), default=50)
    style = models.JSONField(_("style"), default=dict, blank=True)
    data_version = models.BigIntegerField(default=0, editable=False)

    class Meta:
        app_label = "layers"
        verbose_name = _("layer")
        verbose_name_plural = _("layers")
        ordering: ClassVar = ["position", "slug"]

    def __str__(self) -> str:
        return self.slug

    def title(self, language: str) -> str:
        """Return the title in `language`, Vietnamese where there is none."""
        return (self.title_en if language == "en" else "") or self.title_vi

    def description(self, language: str) -> str:
        """Return the description in `language`, Vietnamese where there is none."""
        return (self.description_en if language == "en" else "") or self.description_vi


class SourceFile(models.Model):
    """The file that rows came from, kept as it arrived, so the original coordinates stay known."""

    sha256 = models.CharField(max_length=64)
    filename = models.CharField(max_length=255)
    stored_path = models.CharField(max_length=400, blank=True)
    epsg = models.IntegerField(null=True)
    encoding = models.CharField(max_length=40, blank=True)
    received_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "layers"

    def __str__(self) -> str:
        return self.filename


class Feature(models.Model):
    """Abstract base of all themes. Rows are read and written only through the two doors.

    Foreign keys carry no database constraint: the statement triggers check the layer and change
    set once a statement instead of once a row, which a bulk load would feel.
    """

    id = models.BigIntegerField(primary_key=True, db_default=NewFeatureId())
    # The unique index on (layer, feature_key) begins with the layer; one more slows bulk loads.
    layer = models.ForeignKey(
        Layer, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    version = models.IntegerField(default=1, db_default=1)
    sensitivity = models.SmallIntegerField(
        _("who may see it"), choices=SENSITIVITY, default=0, db_default=0
    )
    feature_key = models.CharField(_("natural key"), max_length=200)
    name = models.CharField(_("name"), max_length=250, blank=True, db_default="")
    names = models.JSONField(_("name in other languages"), default=dict, db_default={}, blank=True)
    search_text = models.TextField(blank=True, default="", db_default="")
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid until"), null=True, blank=True)
    changed_at = models.DateTimeField(_("last change"), db_default=Now())
    change_set = models.ForeignKey(
        ChangeSet,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        db_default=CurrentChangeSet(),
    )
    source = models.ForeignKey(
        SourceFile,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    source_row = models.IntegerField(null=True)
    extra = models.JSONField(
        _("other columns of the source"), default=dict, db_default={}, blank=True
    )
    geom: Any
    geom_3857: Any

    class Meta:
        abstract = True
        app_label = "layers"

    def __str__(self) -> str:
        return self.name or self.feature_key


class TileGeometryField(models.GeometryField):  # type: ignore[type-arg]
    """Its column is plain `geometry`: the expression that computes it gives one SRID only.

    Told the SRID as well, PostgreSQL would judge and copy every computed shape once more, which
    takes a tenth of the time of a large load.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """Return the SQL type."""
        return "geometry"


def tile_geometry() -> models.GeneratedField:
    """Return the stored EPSG:3857 column; Django makes no spatial index for it by itself."""
    return models.GeneratedField(
        expression=TileGeometry(Transform("geom", TILE_SRID)),
        output_field=TileGeometryField(srid=TILE_SRID, spatial_index=False),
        db_persist=True,
    )


def key_once(*fields: str) -> models.UniqueConstraint:
    """Return the rule that the valid features of a layer have different keys."""
    return models.UniqueConstraint(
        fields=fields, condition=Q(valid_to__isnull=True), name="%(class)s_key_once"
    )


FEATURE_CHECKS = (
    models.CheckConstraint(condition=Q(sensitivity__in=[0, 1, 2]), name="%(class)s_sensitivity"),
    models.CheckConstraint(
        condition=Q(valid_from__isnull=True)
        | Q(valid_to__isnull=True)
        | Q(valid_to__gte=F("valid_from")),
        name="%(class)s_validity",
    ),
    models.CheckConstraint(condition=GeometryFits(F("geom")), name="%(class)s_geom_fits"),
)


class FeatureMeta:
    """Base of each theme's Meta: the indexes and checks that all tables share."""

    app_label = "layers"
    indexes: ClassVar[list[models.Index]] = [
        # By its expression: Django never builds one that names a geometry field concurrently.
        GistIndex(F("geom"), name="%(class)s_geom_idx"),
        GistIndex(fields=["geom_3857"], name="%(class)s_tile_idx"),
        GinIndex(
            OpClass(F("search_text"), "gin_trgm_ops"),
            name="%(class)s_search_idx",
            condition=~Q(search_text=""),
        ),
        # What a change set wrote, to undo it.
        BrinIndex(
            fields=["change_set"],
            name="%(class)s_set_idx",
            pages_per_range=16,
            autosummarize=True,
        ),
    ]
    constraints: ClassVar = [key_once("layer", "feature_key"), *FEATURE_CHECKS]


def point() -> Any:
    """Return the geometry column of a theme of points (EPSG:4326)."""
    return models.PointField(srid=STORAGE_SRID, spatial_index=False)


def area() -> Any:
    """Return the geometry column of a theme of areas (EPSG:4326)."""
    return models.MultiPolygonField(srid=STORAGE_SRID, spatial_index=False)


def any_geometry() -> Any:
    """Return the geometry column of a theme whose layers differ in type (EPSG:4326)."""
    return models.GeometryField(srid=STORAGE_SRID, spatial_index=False)
