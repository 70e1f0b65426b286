"""CQL2 text (OGC 21-065r2), the part that is safe and useful: text in, a predicate on rows out.

Own recursive-descent parser; values reach the database as parameters only. Comparisons follow SQL's
logic of three values: a comparison with an empty value is neither true nor false.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from django.contrib.gis.geos import GEOSGeometry
from django.db.models import BooleanField, Func, Q, Value
from django.db.models.lookups import (
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    In,
    IsNull,
    LessThan,
    LessThanOrEqual,
    Lookup,
)

from gis_core.crs import ServiceCrs
from layers.api.ogc_literals import literal_for, shape_area
from layers.api.ogc_refusal import refuse
from layers.geojson import Kind, Property

MAX_LENGTH = 4_000  # characters
_MAX_DEPTH = 20
_MAX_PREDICATES = 100
GEOMETRY_PROPERTY = "geom"

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>'(?:[^'\\]|''|\\.)*+')
    | (?P<quoted>"(?:[^"]|"")++")
    | (?P<number>[+-]?(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d{1,3})?(?![\w.]))
    | (?P<word>[^\W\d][\w.]*+)
    | (?P<sign><=|>=|<>|[=<>(),])
    )""",
    re.VERBOSE,
)
_COMPARISONS: Mapping[str, type[Lookup[Any]]] = {
    "=": Exact,
    "<": LessThan,
    "<=": LessThanOrEqual,
    ">": GreaterThan,
    ">=": GreaterThanOrEqual,
}
_KEYWORDS = frozenset({"AND", "OR", "NOT", "LIKE", "IN", "BETWEEN", "IS", "NULL", "TRUE", "FALSE"})


class _Like(Func):
    function = "like"  # the function behind PostgreSQL's LIKE operator; backslash escapes
    output_field = BooleanField()


@dataclass(frozen=True)
class Token:
    """A piece of the filter: what it is, its text, and where it stood."""

    kind: str
    text: str
    at: int

    @property
    def upper(self) -> str:
        """Return the keyword or sign; texts and quoted names are never one."""
        return self.text.upper() if self.kind in {"word", "sign"} else ""


def tokens_of(text: str, parameter: str = "filter") -> list[Token]:
    """Return the tokens of a filter and an end mark; BadParameter for anything else."""
    if len(text) > MAX_LENGTH or "\0" in text:
        raise refuse(parameter, f"at most {MAX_LENGTH} characters, none of them NUL")
    found, at, text = [], 0, text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise refuse(parameter, f"CQL2 text; unreadable at character {at + 1}")
        found.append(Token(match.lastgroup, match.group(match.lastgroup), at))
        at = match.end()
    return [*found, Token("end", "", at)]


class _Parser:
    def __init__(
        self, tokens: list[Token], properties: Mapping[str, Property], crs: ServiceCrs
    ) -> None:
        self.tokens, self.properties, self.crs = tokens, properties, crs
        self.at = self.depth = self.predicates = 0

    @property
    def next(self) -> Token:
        return self.tokens[self.at]

    def fail(self, expected: str) -> NoReturn:
        raise refuse("filter", f"{expected} at character {self.next.at + 1}")

    def take(self) -> Token:
        self.at += 1
        return self.tokens[self.at - 1]

    def accept(self, word: str) -> bool:
        if self.next.upper == word:
            self.at += 1
            return True
        return False

    def expect(self, word: str) -> None:
        if not self.accept(word):
            self.fail(word)

    def whole(self) -> Q:
        found = self.either()
        if self.next.kind != "end":
            self.fail("AND, OR or the end")
        return found

    def either(self) -> Q:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            self.fail(f"at most {_MAX_DEPTH} levels of brackets")
        found = self.both()
        while self.accept("OR"):
            found |= self.both()
        self.depth -= 1
        return found

    def both(self) -> Q:
        found = self.term()
        while self.accept("AND"):
            found &= self.term()
        return found

    def term(self) -> Q:
        negated = False
        while self.accept("NOT"):
            negated = not negated
        found = self.factor()
        return ~found if negated else found

    def factor(self) -> Q:
        if self.accept("("):
            found = self.either()
            self.expect(")")
            return found
        self.predicates += 1
        if self.predicates > _MAX_PREDICATES:
            self.fail(f"at most {_MAX_PREDICATES} conditions")
        if self.next.upper in {"TRUE", "FALSE"}:
            return Q(Exact(Value(self.take().upper == "TRUE"), Value(True)))
        if self.accept("S_INTERSECTS"):
            return self.intersects()
        return self.predicate(self.property())

    def property(self) -> Property:
        token = self.take()
        name = token.text[1:-1].replace('""', '"') if token.kind == "quoted" else token.text
        found = self.properties.get(name)
        if found is None or token.kind not in {"word", "quoted"} or token.upper in _KEYWORDS:
            self.at -= 1
            self.fail("the name of a queryable")
        return found

    def predicate(self, subject: Property) -> Q:
        sign = self.next.upper
        if sign == "<>":
            self.take()
            return ~Q(Exact(subject.expression, self.value(subject)))
        if sign in _COMPARISONS:
            self.take()
            return Q(_COMPARISONS[sign](subject.expression, self.value(subject)))
        if self.accept("IS"):
            negated = self.accept("NOT")
            self.expect("NULL")
            return Q(IsNull(subject.expression, not negated))
        negated = self.accept("NOT")
        found = self.advanced(subject)
        return ~found if negated else found

    def advanced(self, subject: Property) -> Q:
        if self.accept("LIKE"):
            if subject.kind is not Kind.TEXT:
                self.fail("LIKE after a text property only")
            return Q(_Like(subject.expression, self.value(subject, pattern=True)))
        if self.accept("BETWEEN"):
            low = self.value(subject)
            self.expect("AND")
            high = self.value(subject)
            return Q(GreaterThanOrEqual(subject.expression, low)) & Q(
                LessThanOrEqual(subject.expression, high)
            )
        if self.accept("IN"):
            return Q(In(subject.expression, self.values(subject)))
        self.fail("=, <>, <, <=, >, >=, LIKE, BETWEEN, IN or IS NULL")

    def values(self, subject: Property) -> list[Any]:
        self.expect("(")
        found = [self.value(subject).value]
        while self.accept(","):
            found.append(self.value(subject).value)
        self.expect(")")
        return found

    def value(self, subject: Property, *, pattern: bool = False) -> Value:
        """Take a literal of the property's kind: 'text', 12.5, TRUE, DATE('…'), TIMESTAMP('…')."""
        token = self.take()
        inside = token
        if token.upper in {"DATE", "TIMESTAMP"}:
            self.expect("(")
            inside = self.take()
            self.expect(")")
        if inside.kind == "end":
            self.at = len(self.tokens) - 1
            self.fail("a value")
        raw = _unquoted(inside.text, pattern) if inside.kind == "text" else inside.text
        found = literal_for(subject.kind, inside.kind, raw)
        if found is None:
            raise refuse(
                "filter", f"a {subject.kind} value for {subject.name} at character {token.at + 1}"
            )
        return Value(found)

    def intersects(self) -> Q:
        self.expect("(")
        token = self.take()
        if token.text.strip('"') != GEOMETRY_PROPERTY:
            self.at -= 1
            self.fail(GEOMETRY_PROPERTY)
        self.expect(",")
        area = self.shape()
        self.expect(")")
        return Q(pk__in=[]) if area is None else Q(geom__intersects=area)

    def shape(self) -> GEOSGeometry | None:
        """Take a geometry literal: its words, numbers and brackets up to the closing one."""
        name, start, level = self.take().upper, self.at, 0
        while self.next.kind == "number" or self.next.upper in {"(", ")", ","}:
            level += {"(": 1, ")": -1}.get(self.next.upper, 0)
            self.take()
            if level == 0:
                break
        if level or self.at == start:
            self.fail("a geometry such as BBOX(…) or POINT(…)")
        return shape_area(name, [token.text for token in self.tokens[start : self.at]], self.crs)


def _unquoted(text: str, pattern: bool) -> str:
    """Return the value between the quotes: '' and \\' are a quote.

    A backslash before another character stays where it escapes in a pattern.
    """
    inside = text[1:-1]
    if pattern:
        return re.sub(r"''|\\'", "'", inside)
    return re.sub(r"''|\\(.)", lambda match: match.group(1) or "'", inside, flags=re.DOTALL)


def predicate_of(text: str, properties: Mapping[str, Property], crs: ServiceCrs) -> Q:
    """Return the predicate of a CQL2 text over `properties`; geometry literals are in `crs`.

    BadParameter says what was expected and where. A property that is not in `properties` is refused
    in the same words whether it does not exist or may not be seen.
    """
    return _Parser(tokens_of(text), properties, crs).whole()


def equals(subject: Property, text: str) -> Q:
    """Return the predicate of `?field=value`; BadParameter when the value is of another kind."""
    found = None
    if "\0" not in text and len(text) <= MAX_LENGTH:
        for kind in ("text", "number", "word"):
            found = literal_for(subject.kind, kind, text) if found is None else found
    if found is None:
        raise refuse(subject.name, f"a {subject.kind} value")
    return Q(Exact(subject.expression, Value(found)))
