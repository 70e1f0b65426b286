"""Whether features that a file does not have may end: not while a row may be one of them."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from django.db import models

from importers.issues import CODES, IssueLog, Severity
from importers.preparation import NO_KEY, Preparation, Target
from importers.refusals import Unreadable, refusal
from importers.rejections import ANOTHER_KIND
from importers.report import Report
from importers.source_crs import SourceCrs
from importers.understanding import Understood
from importers.words import Fact
from layers.registry import AREA, LINE, POINT, Theme

REASONS = frozenset(  # of refusals
    {"retiring_aside", "retiring_empty", "retiring_unnamed", "retiring_unsafe"}
)
_AT_ONCE = 10_000


class AsideKeys:
    """Natural keys of the rows that a layer sets aside because their shapes are of another kind.

    Eight bytes are kept of each. That two keys look alike in them is hardly possible, and then
    nothing is retired.
    """

    def __init__(self, file: Understood, target: Target, crs: SourceCrs) -> None:
        self._ways = [
            Preparation(file, replace(target, stored=kind, area_4326=None), crs, IssueLog())
            for kind in (POINT, LINE, AREA)
            if kind != target.stored
        ]
        self._tells = _tells(target.theme)
        self._rows = self._named = 0
        self._marks: list[npt.NDArray[np.int64]] = []

    def add(self, batch: pa.RecordBatch, geometry: str) -> None:
        """Take rows as the file has them."""
        self._rows += batch.num_rows
        for way in self._ways:
            staged = way.of_batch(batch, geometry)
            if staged is not None:
                keys = [key for key in staged.keys.to_pylist() if not key.startswith(NO_KEY)]
                self._named += len(keys)
                self._marks.append(_marks(keys))

    @property
    def all_named(self) -> bool:
        """Tell whether each row has a key that says which feature it would be."""
        return self._tells and self._named == self._rows

    def first_of(self, keys: Iterable[str]) -> str | None:
        """Return the first of the keys that a row has."""
        known = np.concatenate([np.empty(0, np.int64), *self._marks])
        rest = iter(keys)
        while some := list(islice(rest, _AT_ONCE)):
            found = np.flatnonzero(np.isin(_marks(some), known))
            if len(found):
                return some[int(found[0])]
        return None


def hindrance(
    report: Report, aside: AsideKeys | None, missing_keys: Iterable[str]
) -> Unreadable | None:
    """Return the refusal where a missing feature may be a row of the file that was rejected.

    A file without rows says nothing about any feature: its export went wrong.
    A row of another kind than the layer holds is harmless when its key says that it is something
    else: a parcel may have been drawn as a line, but then it still has its number.
    """
    if not report.read:
        return refusal("retiring_empty", report.file)
    if report.wrong:
        return _wrong_rows(report)
    if not report.set_aside:
        return None
    if not (aside and aside.all_named):
        return _unnamed_rows(report)
    key = aside.first_of(missing_keys)
    return None if key is None else refusal("retiring_aside", facts={"key": key.strip("/")})


def _wrong_rows(report: Report) -> Unreadable:
    errors = [group for group in report.issues if group.severity is Severity.ERROR]
    wrong = [group for group in errors if group.code != ANOTHER_KIND]
    first = min((one for group in wrong for one in group.first), key=lambda one: one.row or 0)
    facts: dict[str, Fact] = {
        "count": report.wrong,
        "row": first.row or 0,
        "reason": CODES[first.code],
    }
    return refusal("retiring_unsafe", facts=facts)


def _unnamed_rows(report: Report) -> Unreadable:
    aside = [group for group in report.issues if group.code == ANOTHER_KIND]
    row = min(one.row or 0 for group in aside for one in group.first)
    return refusal("retiring_unnamed", facts={"count": report.set_aside, "row": row})


def _tells(theme: Theme) -> bool:
    """Tell whether a row's key is that of its feature: no address made up, no day left out."""
    parts = [theme.model._meta.get_field(name) for name in theme.natural_key]
    return not any(isinstance(part, (models.SlugField, models.DateField)) for part in parts)


def _marks(keys: Iterable[str]) -> npt.NDArray[np.int64]:
    return np.fromiter(map(hash, keys), np.int64)
