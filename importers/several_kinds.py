"""The kinds of shapes of one file, each into a layer of its own: all of them, or none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from gis_core.access import STAFF_DATABASE, Actor
from importers.issues import ImportBroken
from importers.pipeline import Progress, import_file
from importers.rejections import Rejections
from importers.report import Report, RowCounts, left_over, told
from importers.request import ImportRequest


@dataclass(frozen=True)
class KindsReport(RowCounts):
    """The outcome for one file in several layers; `layers` has the report of each.

    Every row read is new, changed or same in one layer, or rejected by all of them. `other_kinds`
    counts the rows of kinds that none of the layers holds. `rejections` says why all reject a row;
    that its shape is of another kind only where no layer found anything else.
    """

    file: str
    other_kinds: dict[str, int]
    rejections: Rejections
    layers: tuple[Report, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON values."""
        return {**told(vars(self)), "layers": [report.as_dict() for report in self.layers]}

    def lines(self) -> Iterator[str]:
        """Yield the reports for a terminal, and what all of them together say of the file."""
        for report in self.layers:
            yield from report.lines(alone=False)
        together = gettext("over all layers, each row once")
        yield f"{self.file}: {self.counted()} ({together})"
        yield from left_over(self.other_kinds)


def import_kinds(
    actor: Actor, requests: Sequence[ImportRequest], *, progress: Progress | None = None
) -> KindsReport:
    """Import a file once for each request, which differ in kind of shapes and layer.

    Raises as `import_file`; nothing is written then, in none of the layers.
    """
    with transaction.atomic(using=STAFF_DATABASE):
        report = _joined([import_file(actor, one, progress=progress) for one in requests])
        if not report.adds_up:
            raise ImportBroken(f"rows do not add up: {report.as_dict()}")
    return report


def _joined(reports: Sequence[Report]) -> KindsReport:
    left = [report.other_kinds for report in reports]
    rejections = reduce(Rejections.of_both, (report.rejections for report in reports))
    # What one layer holds is not among the other kinds of its own report.
    others = {kind: count for kind, count in left[0].items() if all(kind in o for o in left)}
    return KindsReport(
        file=reports[0].file,
        read=reports[0].read,
        new=sum(report.new for report in reports),
        changed=sum(report.changed for report in reports),
        same=sum(report.same for report in reports),
        rejected=len(rejections),
        set_aside=sum(others.values()),
        other_kinds=others,
        rejections=rejections,
        layers=tuple(reports),
    )
