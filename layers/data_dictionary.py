"""The data dictionary: every table and column as the registry and the models declare them.

Made from the code alone, without a database, so that the same code gives the same text. Vietnamese
labels are read from the message catalogue, not from its compiled form, which may be older.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from django.apps import apps
from django.conf import settings
from django.db import connections, models
from django.db.models.fields import NOT_PROVIDED
from django.utils import translation
from django.utils.functional import Promise

from gis_core.access import STAFF_DATABASE, Sensitivity
from layers.feature import CodeField, Feature
from layers.registry import GROUPS, INHERITED, Theme, themes

CODE_LISTS = Path(__file__).parent / "code_lists"
_LINEAGE = "admin_lineage.csv"
_ROOMS = ("gis_core", "layers", "importers")
_READERS = {
    Sensitivity.PUBLIC: "everybody",
    Sensitivity.INTERNAL: "staff",
    Sensitivity.RESTRICTED: "cleared staff",
}

_HEAD = """# Data dictionary

Written by `manage.py write_data_dictionary` from the registry of themes and the models; do not edit
by hand. A word of the field is explained in [glossary.md](glossary.md).

Tables lie in schema `city`. Every theme has a table `<table>_history` with the same columns except
`geom_3857`, plus `superseded_at`, `superseded_by` and `operation` (see
[decisions/0002-history.md](decisions/0002-history.md)), and a view of the same name in schema
`public_data` for visitors (see [decisions/0006-views-of-the-public-login.md]\
(decisions/0006-views-of-the-public-login.md)).

*Who reads* is the sensitivity of the column: `everybody` is public, `staff` is internal. A column
that is not public reads NULL through the public view. A row or a layer has a sensitivity of its own
besides.
"""


class _Labels:
    """English and Vietnamese texts of labels."""

    def __init__(self) -> None:
        self._vietnamese: dict[str, str] = {}
        for folder in settings.LOCALE_PATHS:
            with (folder / "vi/LC_MESSAGES/django.po").open("rb") as lines:
                catalogue = read_po(lines, locale="vi")
            for message in catalogue:
                if isinstance(message.id, str) and isinstance(message.string, str):
                    self._vietnamese[message.id] = message.string

    def both(self, label: Any) -> str:
        """Return `English · Vietnamese`, or the English alone where the label is not translated."""
        with translation.override("en"):
            english = str(label)
        vietnamese = self._vietnamese.get(english, "")
        return f"{english} · {vietnamese}" if vietnamese else english


def data_dictionary() -> str:
    """Return the whole text of docs/data-dictionary.md."""
    labels = _Labels()
    parts = [_HEAD, "## Themes\n", _overview(labels)]
    parts += ["## Columns of every theme\n", _inherited(labels)]
    parts += [section for theme in themes() for section in _theme(theme, labels)]
    parts += ["## Other tables\n", *_other_tables(labels)]
    parts += ["## Code lists\n", _code_lists()]
    return "\n".join(parts).rstrip() + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    def line(cells: Sequence[str]) -> str:
        return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"

    return "\n".join([line(head), line(["---"] * len(head)), *map(line, rows), ""])


def _ticked(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _type(field: models.Field[Any, Any]) -> str:
    # db_type alone is None for a generated geometry.
    kind = str(field.db_parameters(connections[STAFF_DATABASE])["type"])
    return f"{kind}, generated" if isinstance(field, models.GeneratedField) else kind


def _note(field: models.Field[Any, Any]) -> str:
    notes = []
    if isinstance(field, CodeField) and field.code_list:
        notes.append(f"code list `{field.code_list}`")
    if isinstance(field, models.ForeignKey):
        notes.append(f"→ `{field.related_model._meta.db_table}`")
    notes += ["may be empty"] if field.null else []
    if field.choices and not callable(field.choices):
        values = [value for value, _label in field.flatchoices]
        notes.append("one of " + ", ".join(f"`{value}`" for value in values))
    if field.db_default is not NOT_PROVIDED and isinstance(field.db_default, models.Func):
        notes.append("set by the database")
    return "; ".join(notes)


def _label(field: models.Field[Any, Any], labels: _Labels) -> str:
    # Where a model says nothing, Django derives a plain string from the column's name.
    return labels.both(field.verbose_name) if isinstance(field.verbose_name, Promise) else ""


def _overview(labels: _Labels) -> str:
    rows = [
        (
            f"[`{theme.key}`](#{_anchor(theme)})",
            labels.both(theme.title),
            labels.both(GROUPS[theme.group]),
            ", ".join(theme.geometry_types),
            f"`{theme.table}`",
        )
        for theme in themes()
    ]
    return _table(("theme", "title", "group", "geometry", "table"), rows)


def _anchor(theme: Theme) -> str:
    return f"theme-{theme.key}"


def _inherited(labels: _Labels) -> str:
    model: Any = themes()[0].model
    rows = []
    for name, level in INHERITED.items():
        field: Any = model._meta.get_field(name)
        kind = "geometry, see the theme" if name == "geom" else _type(field)
        notes = _note(field)
        rows.append((f"`{field.column}`", _label(field, labels), kind, _READERS[level], notes))
    return _table(("column", "label", "type", "who reads", "notes"), rows)


def _own_field(theme: Theme, name: str, labels: _Labels) -> tuple[str, ...]:
    field: Any = theme.model._meta.get_field(name)
    sources = [
        column
        for target, columns in theme.source_columns.items()
        if target.split(".")[0] == name
        for column in columns
    ]
    readers = _READERS[theme.fields[name]]
    shown = (f"`{field.column}`", _label(field, labels), _type(field), readers)
    return (*shown, _ticked(sources), _note(field))


def _theme(theme: Theme, labels: _Labels) -> Iterator[str]:
    yield f"## Theme {theme.key}\n"
    yield " ".join(str(theme.model.__doc__).split()) + "\n"
    model: Any = theme.model
    geometry = model._meta.get_field("geom")
    facts = [
        f"- Table `{theme.table}`, `geom` is `{_type(geometry)}`.",
        f"- Natural key: {_ticked(theme.natural_key)}.",
        f"- Drawn from zoom {theme.min_zoom}, labelled with `{theme.label_field}` from zoom"
        f" {theme.label_min_zoom}"
        + (f", coloured by `{theme.class_field}`." if theme.class_field else "."),
        f"- Tile attributes: {_ticked(('class', 'label', *theme.tile_fields))}."
        f" Searched: {_ticked(theme.search_fields)}.",
    ]
    yield "\n".join(facts) + "\n"
    rows = [_own_field(theme, name, labels) for name in theme.own_fields]
    yield _table(("column", "label", "type", "who reads", "read from columns", "notes"), rows)
    names = {
        target: columns
        for target, columns in theme.source_columns.items()
        if target.split(".")[0] not in theme.own_fields
    }
    shared = "; ".join(f"`{target}` from {_ticked(names[target])}" for target in sorted(names))
    yield f"Common columns are read so: {shared}.\n"


def _other_tables(labels: _Labels) -> Iterator[str]:
    for room in _ROOMS:
        for model in apps.get_app_config(room).get_models():
            if issubclass(model, Feature):
                continue
            yield f"### {model._meta.db_table}\n"
            yield " ".join(str(model.__doc__).split()) + "\n"
            rows = [
                (f"`{field.column}`", _label(field, labels), _type(field), _note(field))
                for field in model._meta.local_concrete_fields
            ]
            yield _table(("column", "label", "type", "notes"), rows)


def _code_lists() -> str:
    rows = []
    for path in sorted(CODE_LISTS.glob("*.csv")):
        if path.name == _LINEAGE:
            continue
        with path.open(encoding="utf-8", newline="") as lines:
            entries = list(csv.DictReader(lines))
        name = entries[0]["code_list"]
        rows.append((f"`{name}`", str(len(entries)), f"`layers/code_lists/{path.name}`"))
    text = (
        "Shipped values; an administrator edits them in the administration, and"
        " `manage.py load_code_lists` adds the missing ones.\n\n"
    )
    return text + _table(("code list", "codes", "file"), rows)
