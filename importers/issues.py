"""What is wrong or noteworthy in a file: row problems are values, file problems are exceptions."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gis_core.errors import Invalid
from importers.rejections import Rejections
from importers.words import Words, kept


class FileRefused(Invalid):
    """The file as a whole cannot be imported; `detail` says why and what to do, in one line."""

    code = "file_refused"


class ImportBroken(RuntimeError):
    """The rows of a file do not add up, which is a fault of the product; nothing is written."""


class Severity(StrEnum):
    """`error`: the row is rejected. `warning`: it is kept, somebody should look. `note`: fine."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


SEVERITIES: dict[Severity, Promise] = {
    Severity.ERROR: _("error"),
    Severity.WARNING: _("warning"),
    Severity.NOTE: _("note"),
}


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding. `row` counts from 1 in the order of the file, in a sheet with the
    rows of headings; None is about the whole file.

    `detail` is what the file says, or Words of ours, which each reader gets in their language.
    `place_4326` is longitude and latitude of a position of the row's shape, where it has one.
    """

    code: str
    severity: Severity
    row: int | None = None
    field: str = ""
    detail: str | Words = ""
    place_4326: tuple[float, float] | None = None


CODES: dict[str, str | Promise] = {
    # rows that are rejected
    "too_large": _("The shape has too many bytes; simplify or cut it."),
    "unreadable": _(
        "The shape cannot be read; write the file again from the program that it came from."
    ),
    "type_not_allowed": _(
        "The shape is of another type than the layer holds; import it into a layer of its type."
    ),
    "mixed_shape": _(
        "The shape holds points, lines and areas together, or something that no layer holds; split"
        " the row into points, lines or areas."
    ),
    "several_points": _(
        "The row holds several points, and a layer of points takes one a row; split the row."
    ),
    "empty": _("The row has no shape; draw it or delete the row."),
    "no_place": _(
        "The row has no coordinates that can be read; write X and Y, or longitude and latitude."
    ),
    "too_many_vertices": _("The shape has too many corners; simplify or cut it."),
    "not_finite": _("A coordinate is not a number; correct the row."),
    "out_of_bounds": _("The shape lies off the map; check the coordinate system."),
    "too_few_points": _("The shape has too few different corners; correct the row."),
    "ring_open": _("The outline is not closed; close it."),
    "invalid_shape": _("The outline crosses itself and cannot be repaired; correct it."),
    "duplicate_key": _(
        "An earlier row of the file has the same key; keep one of them, or choose other key"
        " columns."
    ),
    "taken": _("Another feature already has this address; choose another one."),
    "validity_reversed": _("The last day of validity lies before the first; correct the dates."),
    # rows that are kept
    "repaired": _("The outline crossed itself and was repaired."),
    "bad_value": _("The value does not fit the field; the field stays empty."),
    "cut_in_file": _(
        "The text fills the width that a shapefile has for it and was probably cut when the file"
        " was made; ask for a GeoPackage."
    ),
    "cut": _("The text is longer than the field and was cut."),
    "unknown_code": _("The code is not in the code list; it was kept."),
    "unknown_class": _("The class is not known; the row is restricted until somebody decides."),
    "bad_text": _("Some letters could not be read with this encoding."),
    "heights_kept": _("Shapes are flat; the lowest and highest height or measure is kept beside."),
    "capitals_repaired": _("Capital letters with a tone mark had been written as small ones."),
    "outside_city": _("The shape lies outside the city."),
    "duplicate_shape": _("An earlier row of the file has the same shape."),
    "undated_unit": _(
        "A unit of this code without a first day is valid beside it. If it is the same, give it its"
        " first day on the map; if the code was reused, end that unit."
    ),
    "overlap": _("The area overlaps a feature that is there already."),
    # the file
    "no_rows": _(
        "The file holds no rows, so there is nothing to import; export it again with its rows, or"
        " choose another file."
    ),
    "encoding_guessed": _("The file does not say its encoding; check the letters."),
    "encoding_overruled": _("The file names another encoding than its letters are written in."),
    "text_doubled": _("The letters had been read with a wrong encoding before and were put right."),
    "crs_guessed": _("The file does not say its coordinate system; check the position."),
    "crs_unknown": _("No known coordinate system puts the data into the city; say which it is."),
    "crs_ambiguous": _("Several coordinate systems put the data into the city; say which it is."),
    "crs_unnamed": _(
        "The file describes a coordinate system that is none of the usual ones; say which it is."
    ),
    "crs_contradicted": _(
        "The coordinate system that the file names puts the data outside the city, another one"
        " inside; say which it is."
    ),
    "crs_unshifted": _(
        "The corners meet those on the map only without datum shift (nội bộ); say which it is."
    ),
    "far_from_city": _("The data lies far from the city; check the coordinate system."),
    "column_guessed": _("The column was matched by its values or a similar name; check it."),
    "guarded": _(
        "Only people who may publish this layer change this field; the column was left beside it."
    ),
    "column_misfit": _("The name of the column fits the field, its values do not; it was kept."),
    "file_cut": _(
        "The file is shorter than it says of itself, so its last shapes are missing; copy it once"
        " more."
    ),
    "last_line_cut": _(
        "The last line ends before its last cell, so the file was probably cut off; copy or save it"
        " once more."
    ),
    "table_missing": _("The table beside the shapes is missing, so no row has values."),
    "isolation_weak": _("The file was read without all safeguards, as an administrator accepts."),
    "names_collided": _(
        "Columns whose names share their first ten letters were renamed in the shapefile; look"
        " which is which."
    ),
    "names_cut": _("These names have the ten letters of a shapefile; they may have been longer."),
    "no_key": _("No column identifies a row, so a row that changes will count as a new one."),
    "sheet_rows": _("Rows are numbered as in the spreadsheet, headings included."),
    "rows_left_out": _("Totals and signatures below the data were left out."),
    "columns_empty": _("Columns that are empty were left out."),
    "columns_kept": _("These columns have no field and are kept as they are."),
}


@dataclass(frozen=True)
class IssueGroup:
    """All findings of one kind: how many, and the first of them."""

    code: str
    severity: Severity
    field: str
    count: int
    first: tuple[Issue, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return JSON values; `messages` are the plain words in each language of the product."""
        return {
            "code": self.code,
            "severity": str(self.severity),
            "field": self.field,
            "count": self.count,
            "messages": in_each_language(CODES.get(self.code, self.code)),
            "first": [
                {"row": one.row, **kept(one.detail), "place_4326": one.place_4326}
                for one in self.first
            ],
        }


def in_each_language(text: str | Promise) -> dict[str, str]:
    """Return language → text."""
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found[language] = str(text)
    return found


class IssueLog:
    """Counts findings by kind and keeps the first ones, so that memory stays flat.

    `keep` of each kind are listed, `on_map` of each kind are drawn. `rejections` are the rows of
    all errors, for a complete list in a file.
    """

    def __init__(self, keep: int = 5, on_map: int = 200) -> None:
        self._keep, self._on_map = keep, max(keep, on_map)
        self.rejections = Rejections()
        self._counts: Counter[tuple[str, Severity, str]] = Counter()
        self._first: dict[tuple[str, Severity, str], list[Issue]] = {}

    def add(self, issue: Issue, count: int = 1) -> None:
        """Record a finding; `count` where one value stands for several rows."""
        group = (issue.code, issue.severity, issue.field)
        self._counts[group] += count
        first = self._first.setdefault(group, [])
        if len(first) < self._on_map:
            first.append(issue)
        if issue.severity is Severity.ERROR and issue.row is not None:
            self.rejections.add(issue.code, [issue.row])

    def reject(self, code: str, rows: Sequence[int], issues: Iterable[Issue]) -> None:
        """Record the errors of rows that are rejected for one reason; made while there is room."""
        self.rejections.add(code, rows)
        self.add_alike(issues, len(rows))

    def add_alike(self, issues: Iterable[Issue], count: int) -> None:
        """Record `count` findings of one kind that reject no row; made while there is room."""
        for made, issue in enumerate(issues, 1):
            self.add(issue)
            group = (issue.code, issue.severity, issue.field)
            if len(self._first[group]) >= self._on_map:
                self._counts[group] += count - made
                break

    def extend(self, issues: Iterable[Issue]) -> None:
        """Record several findings."""
        for issue in issues:
            self.add(issue)

    def groups(self) -> tuple[IssueGroup, ...]:
        """Return the findings by kind: errors first, the most frequent first."""
        order = list(Severity)
        ranked = sorted(self._counts.items(), key=lambda item: (order.index(item[0][1]), -item[1]))
        return tuple(
            IssueGroup(
                code,
                severity,
                field,
                count,
                tuple(self._first[code, severity, field][: self._keep]),
            )
            for (code, severity, field), count in ranked
        )

    def of_rows(self) -> list[Issue]:
        """Return the first findings of each kind that are about a row, for a map."""
        return [issue for kept in self._first.values() for issue in kept if issue.row is not None]
