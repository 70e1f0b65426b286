"""Sign-in with throttling that slows a guesser down and never locks the owner out.

Failures are counted for a name from one network address, and for one address over all names. The
owner at another address is not held up by somebody who guesses at their name.
"""

import math
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import authenticate
from django.db.models import Max
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import ngettext

from gis_core.errors import TooManyRequests
from gis_core.models import SignInAttempt

WINDOW = timedelta(minutes=15)
FREE_FAILURES_BY_NAME = 5
FREE_FAILURES_BY_ADDRESS = 30
_LONGEST_WAIT_S = 900


def waiting_time_s(username: str, address: str | None) -> int:
    """Return how long the next attempt must wait: doubling from 2 s after the free failures."""
    since = timezone.now() - WINDOW
    recent = SignInAttempt.objects.filter(at__gte=since, address=address)
    by_name = recent.filter(username=username)
    excess = max(by_name.count() - FREE_FAILURES_BY_NAME, recent.count() - FREE_FAILURES_BY_ADDRESS)
    if excess < 0:
        return 0
    wait_s = min(math.ldexp(2.0, excess), _LONGEST_WAIT_S)
    latest: datetime = recent.aggregate(latest=Max("at"))["latest"]
    return max(0, math.ceil(wait_s - (timezone.now() - latest).total_seconds()))


def check_password(request: HttpRequest, username: str, password: str) -> Any | None:
    """Return the account, or None for a wrong name or password alike.

    Raises TooManyRequests before the password is looked at while the caller has to wait.
    """
    name = plain_name(username)
    address = request.META.get("REMOTE_ADDR") or None
    refuse_while_waiting(name, address)
    user = authenticate(request, username=name, password=password)
    if user is None:
        record_failure(name, address)
        return None
    SignInAttempt.objects.filter(username=name, address=address).delete()
    return user


def plain_name(username: str) -> str:
    """Return the name of an account as it can be looked for."""
    return username.replace("\0", "").strip()[:150]  # PostgreSQL holds no NUL in text


def refuse_while_waiting(name: str, address: str | None) -> None:
    """Raise TooManyRequests while attempts for `name` from `address` have to wait."""
    wait_s = waiting_time_s(name, address)
    if wait_s:
        raise TooManyRequests(
            ngettext(
                "Too many attempts. Wait %(seconds)d second, then try again.",
                "Too many attempts. Wait %(seconds)d seconds, then try again.",
                wait_s,
            )
            % {"seconds": wait_s},
            retry_after_s=wait_s,
        )


def record_failure(name: str, address: str | None) -> None:
    """Count a failed attempt, and forget those that no longer count."""
    SignInAttempt.objects.create(username=name, address=address)
    SignInAttempt.objects.filter(at__lt=timezone.now() - 4 * WINDOW).delete()
