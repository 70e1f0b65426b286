"""The rows of a dry run on a map: what would be new, changed, rejected, set aside or missing.

Kept as a file beside the uploaded ones, because the dry run is rolled back. It is bounded: some
rows of each kind with their shapes, and a grid that counts all of them.
"""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from gis_core import access
from gis_core.access import Actor
from gis_core.city import city
from gis_core.errors import NotFound
from importers.issues import CODES, Issue, IssueLog, Severity
from importers.models import ImportJob
from importers.refusals import said_again
from importers.rejections import ANOTHER_KIND
from importers.wizard import uploads
from importers.words import kept
from layers import selectors
from layers.bulk import Staging
from layers.bulk_sample import (
    GEOMETRY,
    REJECTED,
    SampledRow,
    Square,
    missing_ids,
    sample,
    spread,
)
from layers.rebase import plain
from layers.registry import theme_by_key

SHOWN = 400  # rows of each kind with their shapes
_SQUARES = 4_000
_GRID = 80  # squares across the city
_NAME = "rows-on-map.json"
_FINEST = 7  # digits of degrees: about a centimetre
Features = Mapping[int, Any]


def path_of(job: ImportJob) -> Path:
    """Return where the map of a dry run is kept; it may not be there."""
    return uploads.folder_of(job) / _NAME


class RowMap:
    """Looks at the classified rows of a dry run; `write` keeps what it saw."""

    def __init__(self, actor: Actor, slug: str) -> None:
        self._actor, self._slug = actor, slug
        self._body: dict[str, Any] = {}

    def look(self, staging: Staging, log: IssueLog) -> None:
        """Take rows and findings, as the onlooker of an import; features are read as the actor."""
        findings = [one for one in log.of_rows() if one.severity is not Severity.NOTE]
        rows = sample(staging, SHOWN, [one.row for one in findings if one.row is not None])
        gone = missing_ids(staging, SHOWN)
        before = self._features([*(row.feature_id for row in rows if row.feature_id), *gone])
        told = [_row(row, before) for row in rows]
        told += _unstaged(findings, {row.row for row in rows})
        self._body = {
            "rows": sorted(told, key=lambda one: int(one["row"])),
            "missing": [
                {"key": before[known].feature_key, "shape": plain_shape(before[known])}
                for known in gone
                if known in before
            ],
            "squares": [_square(one) for one in self._squares(staging)],
            "findings": [_finding(one) for one in findings],
        }

    def _features(self, ids: Iterable[int]) -> Features:
        try:
            entry = selectors.layer(self._actor, self._slug)
        except NotFound:  # a layer that the import makes
            return {}
        return {row.pk: row for row in selectors.features(entry).filter(pk__in=set(ids))}

    def _squares(self, staging: Staging) -> list[Square]:
        west, _, east, _ = city().bbox_4326
        found = spread(staging, (east - west) / _GRID, _SQUARES)
        counts: dict[str, int] = {}
        for one in found:
            counts[one.kind] = counts.get(one.kind, 0) + one.rows
        return [one for one in found if counts[one.kind] > SHOWN]

    def write(self, target: Path) -> None:
        """Keep the map; that of an earlier dry run is replaced."""
        partial = target.with_name(f".{target.name}")
        partial.write_text(json.dumps(self._body, ensure_ascii=False), encoding="utf-8")
        partial.replace(target)


def _row(row: SampledRow, before: Features) -> dict[str, Any]:
    there = before.get(row.feature_id or 0)
    told: dict[str, Any] = {
        "row": row.row,
        "kind": row.kind,
        "key": row.feature_key,
        "shape": row.shape_4326,
    }
    if row.kind == "changed":
        moved = there is not None and GEOMETRY in row.differs
        told["before_shape"] = plain_shape(there) if moved else None
        told["changes"] = list(_changes(row.differs, there))
    return told


def _changes(differs: Mapping[str, Any], there: Any) -> Iterable[dict[str, Any]]:
    """Yield field, before and after; an object of values is told key by key."""
    for field, after in differs.items():
        if field == GEOMETRY:
            yield {"field": field, "before": None, "after": None}
            continue
        before = None if there is None else _plain_value(getattr(there, field))
        if isinstance(after, dict):
            old = before if isinstance(before, dict) else {}
            for key in sorted({*old, *after}):
                if old.get(key) != after.get(key):
                    name = f"{field}.{key}"
                    yield {"field": name, "before": old.get(key), "after": after.get(key)}
        else:
            yield {"field": field, "before": before, "after": after}


def _plain_value(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else plain(value)


def plain_shape(feature: Any) -> dict[str, Any]:
    """Return the shape of a feature as GeoJSON in EPSG:4326."""
    return dict(json.loads(feature.geom.json))


def _unstaged(findings: Iterable[Issue], staged: set[int]) -> list[dict[str, Any]]:
    """Return the rows that were rejected before anything compared them, each once.

    One whose shape another layer would take is not wrong: it is set aside.
    """
    found: dict[int, dict[str, Any]] = {}
    for one in findings:
        if one.severity is Severity.ERROR and one.row is not None and one.row not in staged:
            found.setdefault(
                one.row,
                {
                    "row": one.row,
                    "kind": "aside" if one.code == ANOTHER_KIND else REJECTED,
                    "key": "",
                    "shape": _point(one.place_4326),
                },
            )
    return list(found.values())


def _point(place: tuple[float, float] | None) -> dict[str, Any] | None:
    return None if place is None else {"type": "Point", "coordinates": _rounded(place)}


def _rounded(place: tuple[float, float]) -> list[float]:
    return [round(value, _FINEST) for value in place]


def _square(one: Square) -> dict[str, Any]:
    return {"kind": one.kind, "rows": one.rows, "place": _rounded(one.place_4326)}


def _finding(one: Issue) -> dict[str, Any]:
    return {
        "row": one.row,
        "code": one.code,
        "severity": str(one.severity),
        "field": one.field,
        **kept(one.detail),
        "place": None if one.place_4326 is None else _rounded(one.place_4326),
    }


def read(actor: Actor, job: ImportJob) -> dict[str, Any]:
    """Return the map of an import's dry run with the words of findings in the current language.

    Fields that `actor` may not see are left out. Raises NotFound where no dry run left a map.
    """
    try:
        body: dict[str, Any] = json.loads(path_of(job).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise NotFound from error
    theme = theme_by_key(job.theme)
    allowed = access.readable_fields(actor, job.theme, job.slug, theme.fields) | {GEOMETRY}
    for row in body["rows"]:
        if "changes" in row:
            row["changes"] = [
                one for one in row["changes"] if str(one["field"]).partition(".")[0] in allowed
            ]
    for one in body["findings"]:
        one["detail"] = said_again(one)
        one.pop("words", None)
    codes = {str(one["code"]) for one in body["findings"]}
    return {**body, "messages": {code: str(CODES.get(code, code)) for code in sorted(codes)}}
