"""Named ways of reading a file, saved from one import and used for the next."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from gis_core import access
from gis_core.access import STAFF_DATABASE, Action, Actor
from gis_core.errors import Conflict, NotAllowed, NotFound
from importers.models import NAME_LENGTH, ImportProfile
from importers.refusals import refusal
from importers.request import ImportRequest
from importers.target_layer import theme_of
from importers.understanding import Understanding
from importers.words import Fact


def profiles(actor: Actor, theme: str) -> list[ImportProfile]:
    """Return the profiles of a theme that `actor` may import into; raises as `access.require`."""
    access.require(actor, Action.IMPORT, theme)
    return list(ImportProfile.objects.using(STAFF_DATABASE).filter(theme=theme))


def with_profile(actor: Actor, request: ImportRequest, name: str) -> ImportRequest:
    """Return the request completed by a profile; what the request says itself comes first.

    FileRefused when there is no such profile of the theme, or `access.require` refuses.
    """
    known = {profile.name: profile for profile in profiles(actor, request.theme)}
    if name not in known:
        title = theme_of(request.theme).title
        facts: dict[str, Fact] = {"name": name, "theme": title, "names": ", ".join(known) or "–"}
        raise refusal("no_profile", facts=facts)
    saved = known[name].options
    own_mapping = dict(request.mapping)
    return replace(
        request,
        encoding=request.encoding or saved["encoding"],
        column_encodings={**saved["column_encodings"], **request.column_encodings},
        source_crs=request.source_crs or saved["source_crs"],
        mapping={**saved["mapping"], **own_mapping},
        keys=request.keys or tuple(saved["keys"]),
    )


def save_profile(
    actor: Actor, name: str, request: ImportRequest, found: Understanding
) -> ImportProfile:
    """Save how a file was read, as a person confirmed it, under a name; replaces one of that name.

    Raises NotAllowed, SignInNeeded; FileRefused for a name without letters, a name of another
    theme's profile, or a file about which a question is open.
    """
    access.require(actor, Action.IMPORT, request.theme)
    crs = found.place.decided()
    filled = {match.field: match.column for match in found.columns if match.field}
    options = {
        "encoding": request.encoding,
        "column_encodings": {
            one.column: one.codec for one in found.text if one.column in filled.values()
        },
        "source_crs": crs.key,
        "mapping": {**filled, **{field: "" for field, c in request.mapping.items() if not c}},
        "keys": list(request.keys),
    }
    return keep(actor, name, request.theme, options)


def keep(actor: Actor, name: str, theme: str, options: Mapping[str, Any]) -> ImportProfile:
    """Keep options of a theme under a name; replaces a profile of that name.

    Raises NotAllowed, also where the one of that name is not the actor's to replace, SignInNeeded;
    FileRefused for a name without letters or a name of another theme's profile.
    """
    access.require(actor, Action.IMPORT, theme)
    plain = _plain(name)
    rows = ImportProfile.objects.using(STAFF_DATABASE)
    known = rows.filter(name=plain).first()
    if known is not None and known.theme != theme:
        raise refusal("profile_of_other_theme", facts={"name": plain})
    if known is not None:
        _require_change(actor, known)
    facts = {
        "theme": theme,
        "options": dict(options),
        "actor_name": actor.name if known is None else known.actor_name,
        "user_id": (actor.user_id or None) if known is None else known.user_id,
    }
    return rows.update_or_create(name=plain, defaults=facts)[0]


def may_change(actor: Actor, profile: ImportProfile) -> bool:
    """Tell whether `actor` may replace, rename or delete a profile."""
    return access.may_change_profile(actor, profile.theme, profile.user_id)


def forget(actor: Actor, name: str, theme: str) -> None:
    """Delete a profile; raises NotFound where the theme has none of that name, and as `keep`."""
    access.require(actor, Action.IMPORT, theme)
    _changeable(actor, name, theme).delete(using=STAFF_DATABASE)


def rename(actor: Actor, name: str, theme: str, new_name: str) -> ImportProfile:
    """Give a profile another name and return it; raises as `forget`.

    FileRefused for a name without letters, Conflict for one that is taken, in whatever theme.
    """
    access.require(actor, Action.IMPORT, theme)
    plain = _plain(new_name)
    found = _changeable(actor, name, theme)
    found.name = plain
    try:
        with transaction.atomic(using=STAFF_DATABASE):
            found.save(using=STAFF_DATABASE, update_fields=["name"])
    except IntegrityError as error:
        words = gettext("There is a saved way “%(name)s” already. Choose another name.")
        raise Conflict(words % {"name": plain}) from error
    return found


def _plain(name: str) -> str:
    plain = " ".join(name.split())
    if not plain or len(plain) > NAME_LENGTH or not plain.isprintable():
        raise refusal("profile_unnamed", facts={"most": NAME_LENGTH})
    return plain


def _changeable(actor: Actor, name: str, theme: str) -> ImportProfile:
    found = ImportProfile.objects.using(STAFF_DATABASE).filter(name=name, theme=theme).first()
    if found is None:
        raise NotFound
    _require_change(actor, found)
    return found


def _require_change(actor: Actor, profile: ImportProfile) -> None:
    if not may_change(actor, profile):
        words = gettext(
            "“%(name)s” was saved by %(maker)s. Only they and administrators replace, rename"
            " or delete it; save yours under another name."
        )
        raise NotAllowed(words % {"name": profile.name, "maker": profile.actor_name})
