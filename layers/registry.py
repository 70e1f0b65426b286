"""The registry of themes. A theme is one model with the facts that every channel needs about it.

Tiles, GeoJSON, OGC API, search, import mapping, history, public views, contract tests and the data
dictionary iterate `themes()`; nothing else lists themes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gis_core.access import Action, Sensitivity

if TYPE_CHECKING:
    from layers.feature import Feature

F = TypeVar("F", bound="type[Feature]")
Text = str | Promise

POINT, LINE, AREA = "Point", "MultiLineString", "MultiPolygon"
GROUPS: dict[str, Text] = {
    "tourism": _("Tourism"),
    "land": _("Land"),
    "infrastructure": _("Infrastructure"),
    "environment": _("Environment"),
    "security": _("Security"),
    "admin": _("Administrative units"),
    "topography": _("Base map"),
}
# Sensitivity of the columns that every theme inherits from Feature.
INHERITED: dict[str, Sensitivity] = {
    "id": Sensitivity.PUBLIC,
    "layer": Sensitivity.PUBLIC,
    "version": Sensitivity.PUBLIC,
    "sensitivity": Sensitivity.PUBLIC,
    "feature_key": Sensitivity.PUBLIC,
    "name": Sensitivity.PUBLIC,
    "names": Sensitivity.PUBLIC,
    "search_text": Sensitivity.PUBLIC,
    "valid_from": Sensitivity.PUBLIC,
    "valid_to": Sensitivity.PUBLIC,
    "changed_at": Sensitivity.PUBLIC,
    "geom": Sensitivity.PUBLIC,
    "geom_3857": Sensitivity.PUBLIC,
    "change_set": Sensitivity.INTERNAL,
    "source": Sensitivity.INTERNAL,
    "source_row": Sensitivity.INTERNAL,
    # Columns of a source that no field takes may hold anything, also an owner's name.
    "extra": Sensitivity.INTERNAL,
}
INHERITED_SOURCE_COLUMNS: dict[str, tuple[str, ...]] = {
    "name": ("TEN", "NAME", "TEN_VI", "NAME_VI"),
    "names.en": ("TEN_EN", "NAME_EN", "NAMEEN"),
    "valid_from": ("TU_NGAY", "VALID_FROM"),
    "valid_to": ("DEN_NGAY", "VALID_TO"),
    "sensitivity": ("CAP_DO", "SENSITIVITY"),
}


@dataclass(frozen=True)
class FieldGroup:
    """Fields that a form asks together; with `codes`, only where `field` holds one of them."""

    title: Text
    fields: tuple[str, ...]
    field: str = ""
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Theme:
    """What the product knows about one theme."""

    key: str
    group: str
    title: Text
    model: "type[Feature]"
    geometry_types: tuple[str, ...]
    min_zoom: int
    label_min_zoom: int
    natural_key: tuple[str, ...]
    source_columns: Mapping[str, tuple[str, ...]]
    fields: Mapping[str, Sensitivity]
    class_field: str | None
    label_field: str
    style: Mapping[str, Any]
    tile_fields: tuple[str, ...] = ()
    search_fields: tuple[str, ...] = ("name",)
    # Texts that are never null, by which rows stand in a list; the first field's order is this one.
    row_order: tuple[str, ...] = ("name",)
    own_fields: tuple[str, ...] = ()
    guarded: Mapping[str, Action] = field(default_factory=dict)
    groups: tuple[FieldGroup, ...] = ()

    @property
    def table(self) -> str:
        """Return the table's name; the public view carries the same name."""
        return str(self.model._meta.db_table)

    @property
    def columns(self) -> Mapping[str, Sensitivity]:
        """Return database column → sensitivity."""
        return {
            str(field.column): self.fields[field.name] for field in self.model._meta.local_fields
        }


_themes: dict[str, Theme] = {}


def theme(  # noqa: PLR0913 -- keyword-only; one argument for each fact about a theme
    key: str,
    *,
    group: str,
    title: Text,
    geometry_types: tuple[str, ...],
    min_zoom: int,
    label_min_zoom: int,
    natural_key: tuple[str, ...],
    source_columns: Mapping[str, tuple[str, ...]],
    fields: Mapping[str, Sensitivity],
    style: Mapping[str, Any],
    class_field: str | None = None,
    label_field: str = "name",
    tile_fields: tuple[str, ...] = (),
    search_fields: tuple[str, ...] = ("name",),
    row_order: tuple[str, ...] = ("name",),
    guarded: Mapping[str, Action] | None = None,
    groups: tuple[FieldGroup, ...] = (),
) -> Callable[[F], F]:
    """Register a Feature model as a theme; raises ImproperlyConfigured when facts are missing.

    `guarded` is field → the right that changing it takes beside the right to edit or to import.
    """

    def register(model: F) -> F:
        own = tuple(f.name for f in model._meta.local_fields if f.name not in INHERITED)
        if set(own) != set(fields):
            wrong = sorted(set(own) ^ set(fields))
            raise ImproperlyConfigured(f"theme {key}: say who may read {wrong}")
        named = {*(guarded or {}), *(name for one in groups for name in (*one.fields, one.field))}
        if not named <= {*own, ""}:
            raise ImproperlyConfigured(f"theme {key}: no fields {sorted(named - {*own, ''})}")
        if group not in GROUPS or key in _themes:
            raise ImproperlyConfigured(f"theme {key}: unknown group {group!r} or key used twice")
        _themes[key] = Theme(
            key=key,
            group=group,
            title=title,
            model=model,
            geometry_types=geometry_types,
            min_zoom=min_zoom,
            label_min_zoom=label_min_zoom,
            natural_key=natural_key,
            source_columns={**INHERITED_SOURCE_COLUMNS, **source_columns},
            fields={**INHERITED, **fields},
            class_field=class_field,
            label_field=label_field,
            style=style,
            tile_fields=tile_fields,
            search_fields=search_fields,
            row_order=row_order,
            own_fields=own,
            guarded=guarded or {},
            groups=groups,
        )
        return model

    return register


def themes() -> Sequence[Theme]:
    """Return all themes in the order of registration."""
    return tuple(_themes.values())


def theme_keys() -> tuple[str, ...]:
    """Return the keys of all themes."""
    return tuple(_themes)


def theme_by_key(key: str) -> Theme:
    """Return a theme; raises KeyError for an unknown key."""
    return _themes[key]


def public(*names: str) -> dict[str, Sensitivity]:
    """Return the given field names marked as readable by everybody."""
    return dict.fromkeys(names, Sensitivity.PUBLIC)


def internal(*names: str) -> dict[str, Sensitivity]:
    """Return the given field names marked as readable by staff only."""
    return dict.fromkeys(names, Sensitivity.INTERNAL)


@dataclass(frozen=True)
class Symbol:
    """How one class of features is drawn; unset parts keep the viewer's defaults. Widths in px."""

    fill: str | None = None
    stroke: str | None = None
    stroke_width: float | None = None
    fill_opacity: float | None = None
    icon: str | None = None
    radius: float | None = None
    pattern: str | None = None
    dash: tuple[int, ...] = field(default_factory=tuple)

    def as_dict(self) -> dict[str, Any]:
        """Return the parts that are set, as the catalogue shows them."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in vars(self).items()
            if value not in (None, ())
        }


def style_of(
    default: Symbol, *, by: str | None = None, values: Mapping[str, Symbol] | None = None
) -> dict[str, Any]:
    """Return a STYLE: the default symbol and one for each class of the style field."""
    return {
        "field": "class" if by else None,
        "default": default.as_dict(),
        "values": {code: symbol.as_dict() for code, symbol in (values or {}).items()},
    }
