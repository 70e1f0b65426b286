"""Promises C3 and C4: no answer made for one role reaches another; no old answer after hiding."""

from collections.abc import Callable, Iterator
from time import sleep

import pytest
from django.core.cache import cache
from django.test import Client
from row_marks import names_row
from sample_features import LAT, LON, SYSTEM, Sample, add, committed, make_layer
from staff_roles import STAFF_ROLES as ROLES

from gis_core.access import ANONYMOUS, Actor
from gis_core.models import User
from gis_core.tile_grid import tile_at
from layers import changes, selectors, tiles

EVERYBODY = ("anonymous", *ROLES)
SLUGS = ("zk-zones", "zk-mains", "zk-plots")


@pytest.fixture(scope="module")
def rows(database: str) -> Iterator[dict[str, Sample]]:
    """Public layers in which each role sees other rows, so another extent and other classes."""
    with committed() as made:
        themes = ("security", "infrastructure", "parcels")
        made += [make_layer(slug, theme) for slug, theme in zip(SLUGS, themes, strict=True)]
        yield {
            f"{layer.slug}-{level}": add(layer, f"k{level}", level, sensitivity=level)
            for layer in made
            for level in (0, 1, 2)
        }


def addresses() -> list[str]:
    tile = tile_at(LON, LAT, 15)
    place = f"{tile.z}/{tile.x}/{tile.y}"
    found = ["/api/catalog", "/ogc/collections", f"/tiles/{','.join(SLUGS)}/{place}.mvt"]
    for slug in SLUGS:
        found += [f"/tiles/{slug}/{place}.mvt", f"/tiles/{slug}.json", f"/ogc/collections/{slug}"]
        found += [f"/ogc/collections/{slug}/items", f"/api/layers/{slug}/rows"]
    return found


def forget() -> None:
    cache.clear()
    selectors.forget_recent_layers()
    tiles._compiled.clear()


def body(client: Client, where: str, **headers: str) -> tuple[int, bytes]:
    response = client.get(where, **headers)
    whole = b"".join(response.streaming_content) if response.streaming else response.content
    # The moment of the answer is the only part that may differ.
    return response.status_code, whole.partition(b'"features"')[2] or whole


@pytest.fixture(scope="module")
def alone(rows: dict, accounts: dict[str, int]) -> dict[tuple[str, str], tuple[int, bytes]]:
    """(role, address) → the answer when nothing is kept from anybody."""
    found = {}
    for role in EVERYBODY:
        client = Client()
        if role in accounts:
            client.force_login(User.objects.get(pk=accounts[role]))
        for where in addresses():
            forget()
            found[role, where] = body(client, where)
    return found


@pytest.mark.parametrize("first", EVERYBODY)
def test_nobody_gets_what_was_made_for_another(first: str, alone: dict, sign_in: Callable):
    others = {role: sign_in(role) for role in EVERYBODY if role != first}
    for where in addresses():
        forget()
        body(sign_in(first), where)
        warm = {role: body(client, where) for role, client in others.items()}
        assert warm == {role: alone[role, where] for role in others}, where


def test_a_foreign_etag_is_not_a_match(rows: dict, sign_in: Callable):
    """What an ETag of somebody with more rights answers to others is their own whole answer."""
    staff, visitor = sign_in("security_staff"), Client()
    for where in addresses():
        etag = staff.get(where).headers.get("ETag")
        if etag:
            assert body(visitor, where, HTTP_IF_NONE_MATCH=etag) == body(visitor, where)


def test_a_row_is_gone_everywhere_at_once_when_it_is_hidden(rows: dict):
    row, visitor = rows["zk-plots-0"], Client()
    about = f"/tiles/{row.slug}.json"
    extent = visitor.get(about).json()["bounds"]
    spot = f"/api/identify?lon={row.lon}&lat={row.lat}&layers={row.slug}"
    asked = [where for where in addresses() if "zk-plots" in where and "zones" not in where]
    asked += [spot, "/api/search?q=k0", f"/api/features/{row.slug}/{row.id}"]
    showing = [where for where in asked if names_row(body(visitor, where)[1], row.id)]
    assert any(".mvt" in where for where in showing)
    assert any(".mvt" not in where for where in showing)
    hide = changes.Operation(
        changes.Kind.UPDATE,
        selectors.layer(SYSTEM, row.slug),
        {"sensitivity": 1},
        None,
        row.id,
        base_version=1,
    )
    changes.apply(SYSTEM, [hide], title="hide", channel="browser")
    for where in asked:
        left = body(visitor, where)[1].replace(where.encode(), b"")
        assert not names_row(left, row.id), where
    assert visitor.get(about).json()["bounds"] != extent


def test_a_layer_is_gone_everywhere_a_second_after_it_is_hidden(rows: dict):
    visitor = Client()
    layer = selectors.layer(SYSTEM, "zk-mains").layer
    about = [where for where in addresses() if "zk-mains" in where]
    assert {visitor.get(where).status_code for where in about} == {200}
    layer.publication = "retired"
    layer.save(update_fields=["publication"])
    sleep(1)  # the promise: nothing old after one second
    assert {where: visitor.get(where).status_code for where in about} == dict.fromkeys(about, 404)
    assert b"zk-mains" not in visitor.get("/api/catalog").content
    assert b"zk-mains" not in visitor.get("/ogc/collections").content


def test_an_account_without_grants_does_not_lend_its_login_to_visitors(database: str):
    """Same rights, another database login: visitors stay behind the public views."""
    account = Actor(user_id=1, name="somebody")
    with committed() as made:
        made.append(make_layer("zk-open", "tourism"))
        assert account.cache_key == ANONYMOUS.cache_key
        for actor in (account, ANONYMOUS):
            (entry,) = selectors.recent_layers(actor, ["zk-open"])
            assert entry.actor.database == actor.database
