"""What an import did or would do, and how it is shown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from importers.issues import CODES, SEVERITIES, IssueGroup
from importers.rejections import ANOTHER_KIND, Rejections
from layers.display import number

_COUNTED: dict[str, Promise] = {
    "read": _("read"),
    "new": _("new"),
    "changed": _("changed"),
    "same": _("same"),
    "rejected": _("rejected"),
    "set_aside": _("set aside"),
}


@dataclass(frozen=True)
class RowCounts:
    """What became of the rows read: new, changed, same or rejected, one of these each.

    `set_aside` counts the rejected rows whose shapes are of a kind that another layer would hold
    (points, lines, areas): nothing is wrong with them, and an import of their own brings them in.
    """

    read: int
    new: int
    changed: int
    same: int
    rejected: int
    set_aside: int

    @property
    def adds_up(self) -> bool:
        """Tell whether every row that was read is accounted for."""
        found = self.new + self.changed + self.same + self.rejected
        return self.read == found and self.set_aside <= self.rejected

    @property
    def wrong(self) -> int:
        """Return how many rows are rejected that somebody has to correct."""
        return self.rejected - self.set_aside

    def counts(self) -> dict[str, int]:
        """Return the numbers of rows."""
        return {one.name: getattr(self, one.name) for one in fields(RowCounts)}

    def counted(self) -> str:
        """Return the numbers of rows for a terminal, each row in one of them."""
        told = {name: count for name, count in self.counts().items() if name != "set_aside"}
        told["rejected"] = self.wrong
        if self.set_aside:
            told["set_aside"] = self.set_aside
        return " · ".join(f"{_COUNTED[name]} {count}" for name, count in told.items())


@dataclass(frozen=True)
class Report(RowCounts):
    """The outcome for one file in one layer.

    `other_kinds` counts the rows that are set aside by their kind of shapes (points, lines, areas).
    `changed_fields` says in how many changed rows each field differs. `missing` features of the
    layer are not in the file; they stay, except the `retired` ones. `cannot_retire` says in a dry
    run why none of them may end, as `importers.words.kept` has it. `rejections` says of each
    rejected row why; as JSON only the first of each reason are told.
    """

    file: str
    layer: str
    theme: str
    geometry_type: str
    crs: str
    encoding: str
    mapping: Mapping[str, str]
    kept_columns: tuple[str, ...]
    other_kinds: Mapping[str, int]
    changed_fields: Mapping[str, int]
    missing: int
    missing_first: tuple[str, ...]
    retired: int
    applied: bool
    change_set: int | None
    issues: tuple[IssueGroup, ...]
    rejections: Rejections
    seconds: float
    cannot_retire: Mapping[str, Any] = field(default_factory=dict)

    @property
    def explains_all(self) -> bool:
        """Tell whether every row that is rejected has a reason."""
        return len(self.rejections) == self.rejected

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON values."""
        return {
            **told(vars(self)),
            "mapping": dict(self.mapping),
            "other_kinds": dict(self.other_kinds),
            "changed_fields": dict(self.changed_fields),
            "cannot_retire": dict(self.cannot_retire),
            "missing_first": list(self.missing_first),
            "kept_columns": list(self.kept_columns),
            "issues": [group.as_dict() for group in self.issues],
        }

    def summary(self) -> str:
        """Return one line of counts."""
        done = gettext("applied") if self.applied else gettext("dry run, nothing written")
        return f"{self.layer}: {self.counted()} ({done}, {number(self.seconds, 1)} s)"

    def lines(self, *, alone: bool = True) -> Iterator[str]:
        """Yield the report for a terminal; `alone`: no other report speaks of the same file."""
        yield f"{self.file} → {self.layer} ({self.theme}, {self.geometry_type})"
        facts = {"crs": self.crs, "encoding": self.encoding}
        yield "  " + gettext("coordinate system %(crs)s, text %(encoding)s") % facts
        yield "  " + ", ".join(f"{field} ← {column}" for field, column in self.mapping.items())
        if self.kept_columns:
            columns = {"columns": ", ".join(self.kept_columns)}
            yield "  " + gettext("kept beside: %(columns)s") % columns
        if self.changed_fields:
            counts = (f"{name} {count}" for name, count in self.changed_fields.items())
            yield f"  {_COUNTED['changed']}: {', '.join(counts)}"
        if self.missing:
            kept = gettext("they stay")
            if self.retired:
                kept = gettext("%(count)s of them end") % {"count": self.retired}
            first = ", ".join(key.strip("/") for key in self.missing_first)
            words = gettext("not in the file: %(count)s, %(kept)s: %(first)s")
            yield "  " + words % {"count": self.missing, "kept": kept, "first": first}
        for group in self.issues:
            field = f" [{group.field}]" if group.field else ""
            message = CODES.get(group.code, group.code)
            weight = _COUNTED["set_aside"]
            if group.code != ANOTHER_KIND:
                weight = SEVERITIES[group.severity]
            yield f"  {weight}: {group.count} × {group.code}{field}: {message}"
            for one in group.first:
                at = gettext("file")
                if one.row is not None:
                    at = gettext("row %(row)s") % {"row": one.row}
                yield f"      {at}{f': {one.detail}' if one.detail else ''}"
        yield self.summary()
        if alone:
            yield from left_over(self.other_kinds)


def told(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is told as JSON of a report's values."""
    return {name: value for name, value in values.items() if name != "rejections"}


def left_over(other_kinds: Mapping[str, int]) -> Iterator[str]:
    """Yield which rows of other kinds no layer took, and the options that bring them in."""
    if other_kinds:
        kinds = ", ".join(f"{count} {kind}" for kind, count in other_kinds.items())
        options = " ".join(f"--also {kind}=SLUG" for kind in other_kinds)
        words = gettext(
            "set aside as another kind of shapes: %(kinds)s; import them with %(options)s"
        )
        yield words % {"kinds": kinds, "options": options}


def with_aside(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return a report's JSON with the number of rows that are set aside.

    Reports of before have it by kind only.
    """
    return {"set_aside": sum((report.get("other_kinds") or {}).values()), **report}
