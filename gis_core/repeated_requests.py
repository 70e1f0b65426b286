"""Writes that a client repeats because their answer was lost: applied once, answered the same.

The client gives a write a name of its own (`Idempotency-Key`). The answer is kept in the
transaction of the write itself, so either both are there or none.
"""

import json
import zlib
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from secrets import randbelow
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from gis_core.access import STAFF_DATABASE, Actor
from gis_core.errors import (
    EXPLAINED,
    STATUS,
    BadRequest,
    Conflict,
    Invalid,
    NotAllowed,
    problem_from,
    status_of,
)
from gis_core.models import AnsweredRequest

_KEPT = timedelta(days=1)
_LONGEST_KEY = 64
# These refusals may have kept something: the refused edit as a draft. All others wrote nothing.
_FINAL = frozenset({STATUS[Conflict], STATUS[Invalid]})
_RARELY = 100


def key_of(request: HttpRequest) -> str:
    """Return the client's name for the request, "" without one; raises BadRequest."""
    key: str = request.META.get("HTTP_IDEMPOTENCY_KEY", "").strip().strip('"')
    if len(key) > _LONGEST_KEY or not key.isprintable():
        raise BadRequest(
            gettext("Idempotency-Key: at most %d printable characters.") % _LONGEST_KEY
        )
    return key


def once(request: HttpRequest, work: Callable[[], Any]) -> Any:
    """Return what `work` answers; for a request that was answered before, that very answer.

    Of several that come at a time one is applied and the others wait for its answer. Raises like
    `work`; Invalid where the key was another request's, NotAllowed when rights changed since.
    """
    key = key_of(request)
    who: Actor = request.actor  # type: ignore[attr-defined]
    if not key or not who.user_id:
        return work()
    try:
        asked = _request_digest(request)
    except RequestDataTooBig:
        return work()  # which says so
    rights = _digest(repr(sorted(map(repr, who.grants))))
    with transaction.atomic(using=STAFF_DATABASE):
        try:
            with transaction.atomic(using=STAFF_DATABASE):
                entry = AnsweredRequest.objects.using(STAFF_DATABASE).create(
                    user_id=who.user_id, key=key, request_digest=asked, rights_digest=rights
                )
        except IntegrityError:
            return _answered_before(who.user_id, key, asked, rights)
        response = _answer(request, work)
        entry.status, entry.headers = response.status_code, dict(response.items())
        entry.body = zlib.compress(response.content, 1)
        entry.save(using=STAFF_DATABASE)
        _drop_old()
        return response


def _answer(request: HttpRequest, work: Callable[[], Any]) -> HttpResponse:
    try:
        found = work()
    except EXPLAINED as error:
        if status_of(error) not in _FINAL:
            raise
        return problem_from(request, error)
    if isinstance(found, HttpResponse):
        return found
    text = json.dumps(found, cls=DjangoJSONEncoder, ensure_ascii=False)
    return HttpResponse(text, "application/json; charset=utf-8")


def _answered_before(user_id: int, key: str, asked: str, rights: str) -> HttpResponse:
    entry = AnsweredRequest.objects.using(STAFF_DATABASE).get(user_id=user_id, key=key)
    if entry.request_digest != asked:
        raise Invalid(gettext("This Idempotency-Key was used for another request: use a new one."))
    if entry.rights_digest != rights:
        raise NotAllowed(gettext("Your rights have changed since this request was answered."))
    return HttpResponse(
        zlib.decompress(bytes(entry.body)), status=entry.status, headers=entry.headers
    )


def _request_digest(request: HttpRequest) -> str:
    meta = request.META
    about = (request.method, request.get_full_path(), meta.get("HTTP_IF_MATCH", ""))
    return _digest(repr(about), request.body)


def _digest(text: str, body: bytes = b"") -> str:
    return sha256(text.encode() + b"\0" + body).hexdigest()


def _drop_old() -> None:
    if randbelow(_RARELY) == 0:
        rows = AnsweredRequest.objects.using(STAFF_DATABASE)
        old = rows.filter(answered_at__lt=timezone.now() - _KEPT).order_by("pk")
        rows.filter(pk__in=list(old.values_list("pk", flat=True)[:500])).delete()
