"""What clients send about change sets: typed bodies, and their way into the terms of the doors."""

import json
import math
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AfterValidator, Field

from gis_core import geometry_gate
from gis_core.access import Actor
from gis_core.errors import Invalid, NotFound
from gis_core.geometry_refusal import GeometryRefused
from layers import selectors
from layers.changes import Kind, Operation
from layers.draft_steps import MOST_OPERATIONS
from layers.drafts import Description
from layers.problem import Problem
from layers.review import Opinion
from layers.selectors import ReadableLayer

_ALLOWED = {
    "Point": geometry_gate.POINTS,
    "MultiLineString": geometry_gate.LINES,
    "MultiPolygon": geometry_gate.POLYGONS,
}
_ID_DIGITS = 16  # 53 bits
_LARGEST_INT = 2**63
_DEEPEST = 5


def _storable(value: Any, depth: int = 0) -> Any:
    """Return `value` when PostgreSQL can keep it: no NUL, no half characters, finite numbers."""
    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            raise ValueError("a character that cannot be kept")
    elif isinstance(value, dict):
        for name, item in value.items():
            _storable(name, depth + 1)
            _storable(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _storable(item, depth + 1)
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("not a finite number")
    elif isinstance(value, int) and abs(value) >= _LARGEST_INT:
        raise ValueError("a number too large")
    return value


Key = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_storable)]
Line = Annotated[str, Field(max_length=200), AfterValidator(_storable)]
Words = Annotated[str, Field(max_length=10_000), AfterValidator(_storable)]
Values = Annotated[dict[str, Any], Field(max_length=200), AfterValidator(_storable)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-85.06, le=85.06)]


class DescriptionIn(Schema):
    """What a change set says of itself; parts that are left out stay as they are."""

    title: Line | None = None
    reason: Words | None = None
    decision_number: Annotated[str, Field(max_length=80), AfterValidator(_storable)] | None = None
    publish_on: date | None = None

    def description(self) -> Description:
        """Return it for the drafts; a `publish_on` of null takes the day away."""
        cleared = "publish_on" in self.model_fields_set and self.publish_on is None
        return Description(self.title, self.reason, self.decision_number, self.publish_on, cleared)


class OperationIn(Schema):
    """One step: only the values that change; GeoJSON in WGS 84, null where the shape stays."""

    key: Key = "-"
    kind: Literal["create", "update", "delete"]
    layer: Annotated[str, Field(max_length=80)]
    id: Annotated[str, Field(max_length=20)] | None = None
    base_version: Annotated[int, Field(ge=1, lt=2**31)] | None = None
    values: Values = {}
    geometry: dict[str, Any] | None = None


class OpinionIn(Schema):
    """What the reviewer says of one step."""

    key: Key
    verdict: Literal["", "accepted", "returned"] = ""
    note: Words = ""


class DecisionIn(Schema):
    """The reviewer's words to the whole and to single steps."""

    note: Words = ""
    verdicts: Annotated[list[OpinionIn], Field(max_length=1000)] = []
    part: bool = False  # of a return: only the steps that are marked so

    def opinions(self) -> dict[str, Opinion]:
        """Return step key → opinion."""
        return {item.key: Opinion(item.verdict, item.note) for item in self.verdicts}


class CommentIn(Schema):
    """A remark, pinned to a step or to a longitude and latitude where it says so."""

    text: Annotated[str, Field(min_length=1, max_length=10_000), AfterValidator(_storable)]
    key: Annotated[str, Field(max_length=64), AfterValidator(_storable)] = ""
    place: tuple[Longitude, Latitude] | None = None


class ChecksIn(Schema):
    """Steps to look at without saving them."""

    operations: Annotated[list[OperationIn], Field(max_length=MOST_OPERATIONS)]


class StepsIn(Schema):
    """Steps to add or replace, and the keys of those to take out, in one change of a draft."""

    operations: Annotated[list[OperationIn], Field(max_length=MOST_OPERATIONS)] = []
    removed: Annotated[list[Key], Field(max_length=MOST_OPERATIONS)] = []


def operation(actor: Actor, sent: OperationIn, key: str) -> Operation:
    """Return a step for the doors; raises NotFound, GeometryRefused, Invalid."""
    return _in_layer(selectors.layer(actor, sent.layer), sent, key)


def operations(
    actor: Actor, several: Sequence[OperationIn]
) -> tuple[list[Operation], list[Problem]]:
    """Return the steps for the doors, and a problem for each that cannot be one.

    A step without a key of its own is named by its number. Raises NotFound for a layer that the
    actor may not know of.
    """
    known = {entry.slug: entry for entry in selectors.layers(actor)}
    if any(sent.layer not in known for sent in several):
        raise NotFound
    steps: list[Operation] = []
    problems: list[Problem] = []
    for number, sent in enumerate(several):
        key = sent.key if sent.key != "-" else str(number)
        try:
            steps.append(_in_layer(known[sent.layer], sent, key))
        except GeometryRefused as refusal:
            problems.append(Problem(key, refusal.code, refusal.detail, "geom"))
        except (NotFound, Invalid) as refusal:
            problems.append(Problem(key, refusal.code, refusal.detail))
    return steps, problems


def _in_layer(entry: ReadableLayer, sent: OperationIn, key: str) -> Operation:
    kind = Kind(sent.kind)
    feature_id: int | None = None
    if kind is not Kind.CREATE:
        feature_id = feature_number(sent.id or "")
        if sent.base_version is None:
            raise Invalid("base_version: the version that the edit started from.")
    shape = None
    if sent.geometry is not None and kind is not Kind.DELETE:
        require_flat(sent.geometry)
        allowed = _ALLOWED[entry.layer.geometry_type]
        shape = geometry_gate.promote(geometry_gate.admit(sent.geometry, allowed=allowed))
    values = {} if kind is Kind.DELETE else sent.values
    base = None if kind is Kind.CREATE else sent.base_version
    return Operation(kind, entry, values, shape, feature_id, base, key)


def feature_number(text: str) -> int:
    """Return the id that a text names; raises NotFound for a text that is none."""
    if not (text.isascii() and text.isdigit() and len(text) <= _ID_DIGITS):
        raise NotFound
    return int(text)


def require_flat(geometry: dict[str, Any]) -> None:
    """Refuse an object that is nested deeper than any geometry; raises GeometryRefused."""
    try:
        json.dumps(geometry)
    except RecursionError:
        raise GeometryRefused("too_deep", "nested deeper than a geometry needs") from None
