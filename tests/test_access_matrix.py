"""Every role × every theme's layers and rows × every route that takes one: shown, or as if missing.

The expected clearances are written out here a second time on purpose: a slip in gis_core/access.py
must not move the expectation along.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from django.test import Client
from route_cases import CASES, Route, address, routes, routes_taking
from row_marks import names_row
from sample_features import SECRET, SECRET_DAY, Sample, add, committed, make_layer
from staff_roles import STAFF_ROLES as ROLES

from gis_core import access
from gis_core.models import User
from layers.models import Layer
from layers.registry import Theme, theme_by_key, themes

EVERYBODY = ("anonymous", *ROLES)
PUBLIC, INTERNAL, RESTRICTED = 0, 1, 2
SECRETS = (SECRET.encode(), SECRET_DAY.isoformat().encode(), f"{SECRET_DAY:%d/%m/%Y}".encode())
_STAFF = {"*": INTERNAL, "security": PUBLIC}
CLEARANCE: dict[str, dict[str, int]] = {
    "anonymous": {"*": PUBLIC},
    "planner": _STAFF,
    "approver": _STAFF,
    "security_staff": {"*": INTERNAL, "security": RESTRICTED},
    "environment_officer": {"*": PUBLIC, "environment": INTERNAL, "infrastructure": INTERNAL},
    "ward_officer": _STAFF,
    "administrator": _STAFF,
}
_PLANNING = {
    "admin_units",
    "parcels",
    "planned_land_use",
    "infrastructure",
    "topography",
    "tourism",
}
DRAFTS: dict[str, set[str]] = {
    "anonymous": set(),
    "planner": _PLANNING,
    "approver": _PLANNING,
    "security_staff": {"security"},
    "environment_officer": {"environment"},
    "ward_officer": set(),
    "administrator": {*_PLANNING, "environment"},
}


@dataclass(frozen=True)
class Planted:
    """A layer of the matrix with its rows."""

    slug: str
    theme: str
    sensitivity: int
    draft: bool
    rows: tuple[Sample, ...]


def _plant(theme: Theme, layers: list[Layer]) -> Iterator[Planted]:
    kinds = (("public", PUBLIC, "published"), ("internal", INTERNAL, "published"))
    kinds += (("restricted", RESTRICTED, "published"), ("draft", PUBLIC, "draft"))
    for number, (word, sensitivity, publication) in enumerate(kinds):
        slug = f"zz-{theme.key.replace('_', '-')}-{word}"
        layer = make_layer(slug, theme.key, sensitivity=sensitivity, publication=publication)
        layers.append(layer)
        levels = (PUBLIC, INTERNAL, RESTRICTED) if word == "public" else (PUBLIC,)
        rows = tuple(
            add(layer, f"{theme.key}-{word}-{level}", 3 * number + level, sensitivity=level)
            for level in levels
        )
        yield Planted(slug, theme.key, sensitivity, publication == "draft", rows)


@pytest.fixture(scope="module")
def planted(database: str) -> Iterator[list[Planted]]:
    with committed() as layers:
        yield [entry for theme in themes() for entry in _plant(theme, layers)]


def reader(role: str, route: Route) -> str:
    return "anonymous" if CASES[route.channel.name].public_only else role


def rows_of(planted: list[Planted]) -> list[tuple[Planted, Sample]]:
    return [(entry, row) for entry in planted for row in entry.rows]


def level_of(role: str, theme: str) -> int:
    return CLEARANCE[role].get(theme, CLEARANCE[role]["*"])


def may_know(role: str, entry: Planted) -> bool:
    if entry.draft and entry.theme not in DRAFTS[role]:
        return False
    return entry.sensitivity <= level_of(role, entry.theme)


def may_see(role: str, entry: Planted, row: Sample) -> bool:
    return may_know(role, entry) and row.sensitivity <= level_of(role, entry.theme)


def shown_to(role: str, route: Route, entry: Planted, row: Sample) -> bool:
    if CASES[route.channel.name].signed_in and role == "anonymous":
        return False
    return may_see(reader(role, route), entry, row)


@dataclass(frozen=True)
class Answer:
    """What came back; headers without those that differ between any two requests."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...]


Ask = Callable[[str, str], Answer]


@pytest.fixture(scope="module")
def ask(accounts: dict[str, int]) -> Ask:
    """Return a function (role, address) → answer that asks each question once."""
    clients = {role: Client() for role in EVERYBODY}
    for role, user_id in accounts.items():
        clients[role].force_login(User.objects.get(pk=user_id))
    known: dict[tuple[str, str], Answer] = {}

    def answer(role: str, where: str) -> Answer:
        if (role, where) not in known:
            response = clients[role].get(where)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            headers = ((k, v) for k, v in response.items() if k != "Content-Security-Policy")
            known[role, where] = Answer(response.status_code, body, tuple(sorted(headers)))
        return known[role, where]

    return answer


def test_every_route_has_a_case_here():
    declared = {route.channel.name for route in routes()}
    assert declared == set(CASES), "say in tests/route_cases.py what the route takes"


def test_every_role_is_in_the_matrix():
    assert set(access.ROLES) == set(CLEARANCE) == set(DRAFTS)


@pytest.mark.parametrize("role", EVERYBODY)
def test_layers(role: str, planted: list[Planted], ask: Ask):
    """A layer answers 200 on all routes that take one, or 404 on all of them."""
    wrong, asked = [], 0
    for route in routes_taking("layer"):
        for entry in planted:
            status = ask(role, address(route, entry.rows[0])).status
            asked += 1
            if status != (200 if may_know(reader(role, route), entry) else 404):
                wrong.append((route.pattern, entry.slug, status))
    assert not wrong
    assert asked >= 4 * len(themes()) * 10


@pytest.mark.parametrize("role", EVERYBODY)
def test_rows(role: str, planted: list[Planted], ask: Ask):
    """The id of a row is in the answer of every route that shows rows exactly when it may be."""
    wrong = []
    for route in routes_taking("layer", "feature"):
        if not CASES[route.channel.name].shows_rows:
            continue
        for entry, row in rows_of(planted):
            answer = ask(role, address(route, row))
            seen = answer.status == 200 and names_row(answer.body, row.id)
            if seen != shown_to(role, route, entry, row):
                wrong.append((route.pattern, row.key, answer.status, seen))
    assert not wrong


@pytest.mark.parametrize("role", EVERYBODY)
def test_single_features(role: str, planted: list[Planted], ask: Ask):
    wrong = []
    for route in routes_taking("feature"):
        for entry, row in rows_of(planted):
            status = ask(role, address(route, row)).status
            if status != (200 if shown_to(role, route, entry, row) else 404):
                wrong.append((route.pattern, row.key, status))
    assert not wrong


@pytest.mark.parametrize("role", EVERYBODY)
def test_catalogues(role: str, planted: list[Planted], ask: Ask):
    """The viewer's catalogue and the collections name exactly the layers that may be known."""
    known = {entry.slug for entry in planted if may_know(role, entry)}
    catalogue = {entry["slug"] for entry in json.loads(ask(role, "/api/catalog").body)["layers"]}
    listed = json.loads(ask(role, "/ogc/collections").body)["collections"]
    assert {slug for slug in catalogue if slug.startswith("zz-")} == known
    assert {entry["id"] for entry in listed if entry["id"].startswith("zz-")} == known


@pytest.mark.parametrize("role", EVERYBODY)
def test_search(role: str, planted: list[Planted], ask: Ask):
    wrong = []
    for entry, row in rows_of(planted):
        answer = ask(role, f"/api/search?q={row.key}&limit=50")
        found = {hit["id"] for hit in json.loads(answer.body)["results"]}
        if (str(row.id) in found) != may_see(role, entry, row):
            wrong.append(row.key)
    assert not wrong


@pytest.mark.parametrize("role", EVERYBODY)
def test_places(role: str, planted: list[Planted], ask: Ask):
    """Attractions: the list, the start page and the page of a place agree on who may see it."""
    listed = {place["id"] for place in json.loads(ask(role, "/api/places").body)["places"]}
    page = ask(role, "/vi/").body.decode()
    for entry in (item for item in planted if item.theme == "tourism"):
        for row in entry.rows:
            wanted = may_see(role, entry, row)
            slug = f"cho-{row.key}"
            assert (str(row.id) in listed) == wanted, row.key
            assert (slug in page) == wanted, row.key
            assert ask(role, f"/vi/places/{slug}").status == (200 if wanted else 404), row.key


@pytest.mark.parametrize("role", EVERYBODY)
def test_maps_to_hand_out_hold_public_rows_whoever_asks(
    role: str, planted: list[Planted], ask: Ask
):
    for entry in (item for item in planted if item.slug.endswith("-public")):
        page = ask(role, f"/api/stand-alone-map?layers={entry.slug}&lang=vi").body
        held = [row.sensitivity for row in entry.rows if row.key.encode() in page]
        assert held == [PUBLIC], entry.slug


SHOW_FIELDS = {"api.feature", "api.identify", "api.rows", "api.version", "api.versions"}
SHOW_FIELDS |= {"layers.geojson", "ogc.item", "ogc.items"}


@pytest.mark.parametrize("role", EVERYBODY)
def test_fields(role: str, planted: list[Planted], ask: Ask):
    """Texts of fields that are not public (owner_name …) reach only those cleared for the theme."""
    shown = 0
    for entry in (item for item in planted if item.slug.endswith("-public")):
        theme = theme_by_key(entry.theme)
        hidden = any(theme.fields[name] > PUBLIC for name in theme.own_fields)
        cleared = hidden and level_of(role, entry.theme) >= INTERNAL
        for route in routes_taking("layer", "feature"):
            body = ask(role, address(route, entry.rows[0])).body
            leaked = any(mark in body for mark in SECRETS)
            shown += leaked
            if route.channel.name in SHOW_FIELDS:
                assert leaked == cleared, (route.pattern, entry.slug)
            else:
                assert cleared or not leaked, (route.pattern, entry.slug)
        assert not json.loads(ask(role, f"/api/search?q={SECRET}").body)["results"]
    assert (shown > 0) == (role not in {"anonymous", "environment_officer"})


@pytest.mark.parametrize("role", EVERYBODY)
def test_hidden_is_answered_like_missing(role: str, planted: list[Planted], ask: Ask):
    """Same status, headers and bytes for a hidden layer or row as for one that never was."""
    compared = 0
    for route in routes_taking("layer", "feature"):
        of_layer = CASES[route.channel.name].takes == "layer"
        for entry, row in rows_of(planted):
            known = may_know(reader(role, route), entry)
            if known if of_layer else may_see(role, entry, row):
                continue
            # As long as the real ones: the length of an answer decides about its compression.
            slug = row.slug if known else "y" * len(row.slug)
            missing = replace(row, slug=slug, id=int("4" * len(str(row.id))))
            there = _nameless(ask(role, address(route, row)), row)
            assert there == _nameless(ask(role, address(route, missing)), missing), route.pattern
            compared += 1
    assert compared > 50


def _nameless(answer: Answer, row: Sample) -> Answer:
    body, headers = answer.body, answer.headers
    for name, mark in ((row.slug, "SLUG"), (str(row.id), "ID")):
        body = body.replace(name.encode(), mark.encode())
        headers = tuple((k, v.replace(name, mark)) for k, v in headers)
    return Answer(answer.status, body, headers)
