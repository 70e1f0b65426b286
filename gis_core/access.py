"""Every access rule of the product. Called by the two doors and by page guards only.

A person has grants; a grant is a role, optionally narrowed to a theme, a layer, a ward and a last
day. A role says how sensitive a row or field of a theme it may read, and which actions it allows.
Whatever is not written here is refused. For those who may not see it, a restricted row is exactly
like one that was deleted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum
from typing import Any

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gis_core.city import day_in_city
from gis_core.errors import NotAllowed, SignInNeeded

PUBLISHED = "published"
STAFF_DATABASE = "default"
PUBLIC_DATABASE = "public"


class Sensitivity(IntEnum):
    """Who may know of a layer, row or field. State secrets are never stored here."""

    PUBLIC = 0
    INTERNAL = 1
    RESTRICTED = 2


SYSTEM_USER_ID = 0  # of commands on the server itself; no account has it
NOTHING = -1  # the clearance of somebody who may not even read public rows of a theme


class Action(StrEnum):
    """What a grant can allow beyond reading."""

    EDIT = "edit"
    APPROVE = "approve"
    PUBLISH = "publish"
    IMPORT = "import"
    ADMINISTER = "administer"


@dataclass(frozen=True)
class Role:
    """Clearance by theme (`*` for the others) and actions by theme."""

    key: str
    title: str | Promise
    clearance: Mapping[str, Sensitivity]
    actions: Mapping[str, frozenset[Action]] = field(default_factory=dict)

    def clearance_for(self, theme: str) -> int:
        """Return the highest sensitivity that the role reads in `theme`."""
        return self.clearance.get(theme, self.clearance.get("*", NOTHING))

    def may(self, action: Action, theme: str) -> bool:
        """Tell whether the role allows `action` in `theme`."""
        return action in self.actions.get(theme, self.actions.get("*", frozenset()))


_PLANNING_THEMES = (
    *("admin_units", "parcels", "planned_land_use"),
    *("infrastructure", "topography", "tourism"),
)
_PUBLIC, _INTERNAL, _RESTRICTED = Sensitivity
_STAFF = {"*": _INTERNAL, "security": _PUBLIC}
_EDITOR = frozenset({Action.EDIT, Action.IMPORT})
_REVIEWER = frozenset({Action.APPROVE, Action.PUBLISH})
_OWNER = frozenset({Action.EDIT, Action.IMPORT, Action.PUBLISH, Action.APPROVE})

ROLES: dict[str, Role] = {
    role.key: role
    for role in (
        Role("anonymous", _("Visitor"), {"*": _PUBLIC}),
        Role("planner", _("Planner"), _STAFF, dict.fromkeys(_PLANNING_THEMES, _EDITOR)),
        Role("approver", _("Approver"), _STAFF, dict.fromkeys(_PLANNING_THEMES, _REVIEWER)),
        Role(
            "security_staff",
            _("Security staff"),
            {"*": _INTERNAL, "security": _RESTRICTED},
            {"security": _OWNER},
        ),
        Role(
            "environment_officer",
            _("Environment officer"),
            {"*": _PUBLIC, "environment": _INTERNAL, "infrastructure": _INTERNAL},
            {"environment": _OWNER},
        ),
        Role("ward_officer", _("Ward officer"), _STAFF),
        Role(
            "administrator",
            _("Administrator"),
            _STAFF,  # people are administered by somebody who needs no restricted zone to do it
            {"*": frozenset({Action.ADMINISTER, *_OWNER}), "security": frozenset()},
        ),
    )
}
ANONYMOUS_ROLE = ROLES["anonymous"]


@dataclass(frozen=True)
class Grant:
    """One role of one person; blank `theme` and `layer` mean all that the role covers."""

    role: str
    theme: str = ""
    layer: str = ""
    ward_code: str = ""
    valid_until: date | None = None

    def covers(self, theme: str, layer: str, today: date) -> bool:
        """Tell whether the grant counts for this theme and layer on `today`."""
        return (
            self.role in ROLES
            and self.theme in {"", theme}
            and self.layer in {"", layer}
            and (self.valid_until is None or self.valid_until >= today)
        )


@dataclass(frozen=True)
class Actor:
    """Who asks, on `day` or else today. Anonymous people read through the public login."""

    user_id: int | None = None
    name: str = ""
    grants: tuple[Grant, ...] = ()
    day: date | None = None
    # What the doors have found out for this one request; None for an actor that lives longer.
    memo: dict[str, Any] | None = field(default=None, compare=False, repr=False)

    @property
    def today(self) -> date:
        """Return the day in the city; asked anew, because an actor may outlive midnight."""
        return self.day or day_in_city()

    @property
    def signed_in(self) -> bool:
        """Tell whether the actor has an account."""
        return self.user_id is not None

    @property
    def database(self) -> str:
        """Return the database alias that this actor's reads use."""
        return STAFF_DATABASE if self.signed_in else PUBLIC_DATABASE

    @property
    def roles(self) -> tuple[str, ...]:
        """Return the role keys that count today, sorted."""
        return tuple(
            sorted({g.role for g in self.grants if g.covers(g.theme, g.layer, self.today)})
        )

    @property
    def cache_key(self) -> str:
        """Return what this actor may see, not who they are: the same rights give the same key."""
        live = [g for g in self.grants if g.covers(g.theme, g.layer, self.today)]
        return "|".join(sorted(f"{g.role}:{g.theme}:{g.layer}" for g in live)) or "anonymous"


ANONYMOUS = Actor()


def clearance(actor: Actor, theme: str, layer: str = "") -> int:
    """Return the highest sensitivity of a row or field that `actor` reads in a theme's layer.

    Without a layer: in all layers of the theme, so grants for a single layer do not count.
    """
    grants = actor.grants if actor.signed_in else ()
    live = [grant for grant in grants if grant.covers(theme, layer, actor.today)]
    roles = (ANONYMOUS_ROLE, *(ROLES[grant.role] for grant in live))
    return max(role.clearance_for(theme) for role in roles)


def may(actor: Actor, action: Action, theme: str, layer: str = "") -> bool:
    """Tell whether `actor` may do `action` in a theme's layer."""
    # A file may hold rows of any ward, so a grant for one ward does not allow an import.
    anywhere = action is Action.IMPORT
    return actor.signed_in and any(
        grant.covers(theme, layer, actor.today)
        and ROLES[grant.role].may(action, theme)
        and not (anywhere and grant.ward_code)
        for grant in actor.grants
    )


def allowed_wards(
    actor: Actor, action: Action, theme: str, layer: str = ""
) -> frozenset[str] | None:
    """Return the codes of the wards to which `action` is limited, or None for no limit."""
    codes = {
        grant.ward_code
        for grant in actor.grants
        if grant.covers(theme, layer, actor.today) and ROLES[grant.role].may(action, theme)
    }
    return None if "" in codes else frozenset(codes)


def require(actor: Actor, action: Action, theme: str, layer: str = "") -> None:
    """Raise SignInNeeded or NotAllowed unless `actor` may do `action`."""
    if may(actor, action, theme, layer):
        return
    if not actor.signed_in:
        raise SignInNeeded(gettext("Please sign in first."))
    raise NotAllowed(gettext("Your account does not have this right. Ask an administrator for it."))


def publishes_everywhere(actor: Actor, theme: str, layer: str) -> bool:
    """Tell whether `actor` may publish in every ward, as an import does."""
    unlimited = allowed_wards(actor, Action.PUBLISH, theme, layer) is None
    return unlimited and may(actor, Action.PUBLISH, theme, layer)


def may_review_import(actor: Actor, theme: str, layer: str, level: int) -> bool:
    """Tell whether `actor` may decide about an import of somebody cleared for `level`.

    The findings of a dry run quote rows of the file, so a reviewer needs its author's clearance.
    """
    unlimited = allowed_wards(actor, Action.APPROVE, theme, layer) is None
    approves = unlimited and may(actor, Action.APPROVE, theme, layer)
    cleared = clearance(actor, theme, layer) >= level
    return approves and cleared and publishes_everywhere(actor, theme, layer)


def may_change_profile(actor: Actor, theme: str, maker_id: int | None) -> bool:
    """Tell whether `actor` may replace or delete a saved way of importing, as its maker may."""
    own_or_over = actor.user_id in {maker_id, SYSTEM_USER_ID} or may(
        actor, Action.ADMINISTER, theme
    )
    return own_or_over and may(actor, Action.IMPORT, theme)


def roles_with(*actions: Action) -> frozenset[str]:
    """Return the keys of the roles that allow one of `actions` in some theme."""
    found = {key for key, role in ROLES.items() for a in role.actions.values() if a & {*actions}}
    return frozenset(found)


def may_open(actor: Actor, roles: frozenset[str]) -> bool:
    """Tell whether one of the actor's roles is among `roles`; an empty set is open to everybody."""
    return not roles or bool(roles & set(actor.roles))


def may_classify(actor: Actor, sensitivity: int, theme: str, layer: str = "") -> bool:
    """Tell whether `actor` may give a row this sensitivity: nobody hides a row from themselves.

    A command on the server itself may: the operator answers for what the file says.
    """
    return actor.user_id == SYSTEM_USER_ID or sensitivity <= clearance(actor, theme, layer)


def readable_layers(actor: Actor, themes: tuple[str, ...]) -> Q:
    """Return the predicate on Layer rows that `actor` may know of, over the named themes."""
    predicate = Q(pk__in=[])
    for theme in themes:
        predicate |= Q(theme=theme, sensitivity__lte=clearance(actor, theme))
        for grant in actor.grants:
            if grant.layer:
                level = clearance(actor, theme, grant.layer)
                predicate |= Q(theme=theme, slug=grant.layer, sensitivity__lte=level)
    if not actor.signed_in:
        return predicate & Q(publication=PUBLISHED)
    return predicate & (Q(publication=PUBLISHED) | _drafts_of(actor, themes))


def _drafts_of(actor: Actor, themes: tuple[str, ...]) -> Q:
    working = (Action.EDIT, Action.APPROVE, Action.ADMINISTER)
    predicate = Q(pk__in=[])
    for theme in themes:
        for layer in {"", *(grant.layer for grant in actor.grants)}:
            if any(may(actor, action, theme, layer) for action in working):
                predicate |= Q(theme=theme, slug=layer) if layer else Q(theme=theme)
    return predicate


def readable_rows(actor: Actor, theme: str, layer: str) -> Q:
    """Return the predicate on a theme's rows that `actor` may see in `layer`."""
    return Q(sensitivity__lte=clearance(actor, theme, layer))


def readable_fields(
    actor: Actor, theme: str, layer: str, fields: Mapping[str, Sensitivity]
) -> frozenset[str]:
    """Return the names among `fields` (name → sensitivity) that `actor` may see."""
    level = clearance(actor, theme, layer)
    return frozenset(name for name, sensitivity in fields.items() if sensitivity <= level)


def system_actor(name: str) -> Actor:
    """Return the actor of a command that an operator started on the server itself."""
    grants = (Grant("administrator"), Grant("security_staff"), Grant("environment_officer"))
    return Actor(user_id=SYSTEM_USER_ID, name=name, grants=grants)
