"""Personal tokens of programs and devices: QGIS, GDAL and scripts act as the person who made them.

A token is the password of HTTP Basic, with the name of the account, or a Bearer token. It is shown
once and kept as a hash. It ends when it is revoked or expires, with the account, and with the
password under which it was made. The account's own password is never accepted here.
"""

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

from gis_core import sign_in
from gis_core.errors import Invalid, NotFound, SignInNeeded
from gis_core.models import DeviceToken, User

TOKEN_BYTES = 32
PREFIX = "city_"  # what a scanner for secrets that were published by mistake can look for
VALID_DAYS = (30, 90, 365)
MAX_TOKENS = 20  # live ones of one person
NAME_LENGTH = 80
_LAST_USED_STEP = timedelta(minutes=1)  # so that a map of fifty requests writes once
_BEARER_NAME = "(token)"  # no account can have it: names hold no parentheses
_SALT = "gis_core.device_tokens"


@dataclass(frozen=True)
class Issued:
    """A new token; `secret` is not kept anywhere and cannot be shown again."""

    token: DeviceToken
    secret: str


def issue(user: User, name: str, days: int) -> Issued:
    """Make a token for `user`; raises Invalid for a blank name, another span or too many tokens."""
    name = name.replace("\0", "").strip()
    if not name or len(name) > NAME_LENGTH:
        detail = gettext("Give the device a name of at most %(count)d letters.")
        raise Invalid(detail % {"count": NAME_LENGTH}, [{"field": "name", "detail": detail}])
    if days not in VALID_DAYS:
        detail = gettext("Choose how long the token is valid.")
        raise Invalid(detail, [{"field": "days", "detail": detail}])
    if live_tokens(user).count() >= MAX_TOKENS:
        raise Invalid(gettext("You have too many tokens. Revoke those that you no longer need."))
    secret = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    token = DeviceToken.objects.create(
        user=user,
        name=name,
        digest=digest_of(secret),
        password_mark=_password_mark(user),
        expires_at=timezone.now() + timedelta(days=days),
    )
    return Issued(token, secret)


def live_tokens(user: User) -> QuerySet[DeviceToken]:
    """Return the tokens of `user` that are accepted now."""
    return _live().filter(user=user, password_mark=_password_mark(user))


def revoke(user: User, token_id: int) -> None:
    """End one of the user's own tokens at once; raises NotFound for any other."""
    found = DeviceToken.objects.filter(user=user, pk=token_id, revoked_at__isnull=True)
    if not found.update(revoked_at=timezone.now()):
        raise NotFound


def digest_of(secret: str) -> str:
    """Return the SHA-256 of a token: 32 random bytes need no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def account_of(request: HttpRequest) -> User:
    """Return the account whose token the request carries in `Authorization`.

    Raises SignInNeeded for anything else than a live token of that account, and TooManyRequests
    where too many were wrong. A live token is not held up: an office shares one address, and
    nobody guesses 32 bytes.
    """
    name, secret = _credentials(request.META.get("HTTP_AUTHORIZATION", ""))
    token = _live().filter(digest=digest_of(secret)).select_related("user").first()
    if (
        token is None
        or name not in {None, token.user.get_username()}
        or token.password_mark != _password_mark(token.user)
    ):
        raise _failed(request, name, secret)
    _touch(token)
    return token.user


def _live() -> QuerySet[DeviceToken]:
    return DeviceToken.objects.filter(
        revoked_at__isnull=True, expires_at__gt=timezone.now(), user__is_active=True
    )


def _password_mark(user: Any) -> str:
    return salted_hmac(_SALT, user.password, algorithm="sha256").hexdigest()


def _credentials(header: str) -> tuple[str | None, str]:
    """Return the name (None for Bearer) and the secret of an Authorization header."""
    scheme, _blank, rest = header.partition(" ")
    if scheme.lower() == "bearer":
        return None, rest.strip()
    if scheme.lower() != "basic":
        return None, ""
    try:
        pair = base64.b64decode(rest.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None, ""
    name, _colon, secret = pair.partition(":")
    return sign_in.plain_name(name), secret


def _failed(request: HttpRequest, name: str | None, secret: str) -> SignInNeeded:
    """Count a failed attempt and return the answer to it.

    The same wrong token from the same address counts once: a program that was left running with a
    revoked token guesses nothing, and must not hold up the people around it.
    """
    address = request.META.get("REMOTE_ADDR") or None
    counted = name or _BEARER_NAME
    sign_in.refuse_while_waiting(counted, address)
    known = f"token-failure:{address}:{digest_of(f'{counted}:{secret}')}"
    if cache.add(known, True, timeout=sign_in.WINDOW.total_seconds()):
        sign_in.record_failure(counted, address)
    return SignInNeeded(
        gettext("The token is not valid, or no longer. Make a new one on the page “Connect”.")
    )


def _touch(token: DeviceToken) -> None:
    now = timezone.now()
    unused = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - _LAST_USED_STEP)
    if token.last_used_at is None or token.last_used_at < now - _LAST_USED_STEP:
        DeviceToken.objects.filter(unused, pk=token.pk).update(last_used_at=now)
