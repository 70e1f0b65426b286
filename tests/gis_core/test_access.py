"""The rules of access without a database: grants, clearances, actions, page guards."""

from datetime import UTC, date, datetime, timedelta

import pytest

from gis_core import access
from gis_core.access import ANONYMOUS, ROLES, Action, Actor, Grant, Sensitivity
from gis_core.city import day_in_city
from gis_core.errors import NotAllowed, SignInNeeded

TODAY = date(2026, 3, 4)
THEMES = ("parcels", "security", "environment", "infrastructure")


def somebody(*grants: Grant) -> Actor:
    return Actor(user_id=7, name="somebody", grants=grants, day=TODAY)


def test_an_account_without_grants_reads_what_everybody_reads():
    actor = somebody()
    assert access.clearance(actor, "parcels") == Sensitivity.PUBLIC
    assert not any(access.may(actor, action, "parcels") for action in Action)
    assert actor.roles == ()


def test_an_unknown_role_gives_nothing():
    actor = somebody(Grant("emperor"))
    assert access.clearance(actor, "parcels") == Sensitivity.PUBLIC
    assert not access.may(actor, Action.EDIT, "parcels")
    assert actor.roles == ()


def test_grants_of_nobody_do_not_count():
    """Without an account the grants are not even looked at."""
    actor = Actor(grants=(Grant("administrator"),), day=TODAY)
    assert access.clearance(actor, "parcels") == Sensitivity.PUBLIC
    assert not access.may(actor, Action.EDIT, "parcels")
    assert actor.database == "public"


@pytest.mark.parametrize(("days", "counts"), [(-1, False), (0, True), (1, True)])
def test_a_grant_ends_after_its_last_day(days: int, counts: bool):
    actor = somebody(Grant("planner", valid_until=TODAY + timedelta(days=days)))
    assert access.may(actor, Action.EDIT, "parcels") is counts
    assert (access.clearance(actor, "parcels") == Sensitivity.INTERNAL) is counts
    assert (actor.roles == ("planner",)) is counts


def test_a_grant_for_one_theme_counts_there_only():
    actor = somebody(Grant("planner", theme="parcels"))
    assert access.clearance(actor, "parcels") == Sensitivity.INTERNAL
    assert access.clearance(actor, "infrastructure") == Sensitivity.PUBLIC
    assert access.may(actor, Action.EDIT, "parcels")
    assert not access.may(actor, Action.EDIT, "infrastructure")


def test_a_grant_for_one_layer_counts_there_only():
    actor = somebody(Grant("security_staff", layer="zone-a"))
    assert access.clearance(actor, "security", "zone-a") == Sensitivity.RESTRICTED
    assert access.clearance(actor, "security", "zone-b") == Sensitivity.PUBLIC
    assert access.clearance(actor, "security") == Sensitivity.PUBLIC
    assert access.may(actor, Action.EDIT, "security", "zone-a")
    assert not access.may(actor, Action.EDIT, "security", "zone-b")
    assert not access.may(actor, Action.EDIT, "security")


def test_several_grants_add_up():
    actor = somebody(Grant("planner"), Grant("environment_officer"))
    assert actor.roles == ("environment_officer", "planner")
    assert access.may(actor, Action.EDIT, "environment")
    assert access.may(actor, Action.EDIT, "parcels")
    assert not access.may(actor, Action.EDIT, "security")


def test_nobody_but_security_staff_reads_restricted_rows():
    for role in ROLES:
        actor = somebody(Grant(role))
        for theme in THEMES:
            restricted = access.clearance(actor, theme) >= Sensitivity.RESTRICTED
            assert restricted == (role == "security_staff" and theme == "security"), (role, theme)


@pytest.mark.parametrize(
    ("role", "theme", "allowed"),
    [
        ("planner", "parcels", {"edit", "import"}),
        ("planner", "security", set()),
        ("planner", "environment", set()),
        ("approver", "parcels", {"approve", "publish"}),
        ("approver", "security", set()),
        ("security_staff", "security", {"edit", "import", "approve", "publish"}),
        ("security_staff", "parcels", set()),
        ("environment_officer", "environment", {"edit", "import", "approve", "publish"}),
        ("environment_officer", "parcels", set()),
        ("ward_officer", "parcels", set()),
        ("administrator", "parcels", {"administer", "edit", "import", "approve", "publish"}),
        ("administrator", "security", set()),
        ("anonymous", "parcels", set()),
    ],
)
def test_actions_of_roles(role: str, theme: str, allowed: set[str]):
    actor = somebody(Grant(role))
    assert {str(action) for action in Action if access.may(actor, action, theme)} == allowed


def test_require_tells_strangers_to_sign_in_and_colleagues_that_they_may_not():
    access.require(somebody(Grant("planner")), Action.EDIT, "parcels")
    with pytest.raises(SignInNeeded):
        access.require(access.ANONYMOUS, Action.EDIT, "parcels")
    with pytest.raises(NotAllowed):
        access.require(somebody(Grant("approver")), Action.EDIT, "parcels")


def test_a_ward_limits_edits_and_refuses_imports():
    actor = somebody(Grant("planner", ward_code="28249"))
    assert access.allowed_wards(actor, Action.EDIT, "parcels") == {"28249"}
    assert access.may(actor, Action.EDIT, "parcels")
    assert not access.may(actor, Action.IMPORT, "parcels")
    both = somebody(Grant("planner", ward_code="28249"), Grant("planner"))
    assert access.allowed_wards(both, Action.EDIT, "parcels") is None


def test_pages_open_by_role():
    assert access.may_open(access.ANONYMOUS, frozenset())
    assert not access.may_open(access.ANONYMOUS, frozenset({"planner"}))
    assert access.may_open(somebody(Grant("planner")), frozenset({"planner"}))
    assert not access.may_open(somebody(Grant("approver")), frozenset({"planner"}))


def test_readable_fields_follow_the_clearance():
    fields = {"so_to": Sensitivity.PUBLIC, "owner_name": Sensitivity.INTERNAL}
    nobody = access.readable_fields(access.ANONYMOUS, "parcels", "x", fields)
    planner = access.readable_fields(somebody(Grant("planner")), "parcels", "x", fields)
    assert (nobody, planner) == ({"so_to"}, {"so_to", "owner_name"})


def test_the_cache_key_says_what_may_be_seen_and_not_by_whom():
    one, two = (Actor(n, "x", (Grant("planner"),), TODAY) for n in (1, 2))
    ended = somebody(Grant("planner", valid_until=TODAY - timedelta(days=1)))
    assert one.cache_key == two.cache_key != access.ANONYMOUS.cache_key
    assert ended.cache_key == access.ANONYMOUS.cache_key
    assert somebody(Grant("planner", layer="a")).cache_key != one.cache_key
    assert Actor(1, "x", (Grant("planner", theme="parcels"),), TODAY).cache_key != one.cache_key


def test_the_day_begins_at_midnight_in_the_city():
    midnight = datetime(2026, 3, 3, 17, tzinfo=UTC)  # 00:00 of the 4th, UTC+7
    assert day_in_city(midnight) == TODAY
    assert day_in_city(midnight - timedelta(seconds=1)) == TODAY - timedelta(days=1)


def test_who_asks_before_and_after_midnight_asks_on_two_days(monkeypatch: pytest.MonkeyPatch):
    planner = Actor(user_id=7, grants=(Grant("planner", valid_until=TODAY),))
    for days, roles, key in ((0, ("planner",), "planner::"), (1, (), "anonymous")):
        day = TODAY + timedelta(days=days)
        monkeypatch.setattr(access, "day_in_city", lambda day=day: day)
        assert ANONYMOUS.today == planner.today == day
        assert (planner.roles, planner.cache_key) == (roles, key)
