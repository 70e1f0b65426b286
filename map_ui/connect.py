"""The page “Connect”: the address for QGIS and other programs, and one's personal tokens."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from gis_core import access, device_tokens
from gis_core.channels import Audit, Cache, channel
from gis_core.errors import Invalid, NotFound
from gis_core.models import User
from map_ui.views import (
    SECURITY_ROLES,
    WORKSPACE_ROLES,
    known_language,
    render_page,
    request_actor,
    to_sign_in,
)

ROLES = WORKSPACE_ROLES | SECURITY_ROLES
_ID_DIGITS = 18
_UNPROCESSABLE = 422


@channel(
    "page.connect",
    roles=ROLES,
    cache=Cache.NEVER,
    audit=Audit.SIGN_IN,
    methods=("GET", "HEAD", "POST"),
)
def connect(request: HttpRequest, language: str) -> HttpResponse:
    """Show the address, the steps and the tokens; make a token or revoke one."""
    known_language(language)
    actor = request_actor(request)
    if not actor.signed_in:
        return to_sign_in(request, language)
    if not access.may_open(actor, ROLES):
        return render_page(request, "403.html", language, status=403, page="error")
    user = User.objects.get(pk=actor.user_id or -1)
    context: dict[str, Any] = {}
    if request.method == "POST":
        context = _revoked(request, user) if "revoke" in request.POST else _issued(request, user)
    origin = settings.PUBLIC_ORIGIN or request.build_absolute_uri("/").rstrip("/")
    context |= {
        "address": f"{origin}/ogc/",
        "username": user.get_username(),
        "tokens": device_tokens.live_tokens(user),
        "valid_days": device_tokens.VALID_DAYS,
    }
    status = _UNPROCESSABLE if "error" in context else 200
    return render_page(request, "connect.html", language, status, page="connect", **context)


def _issued(request: HttpRequest, user: User) -> dict[str, Any]:
    """Make a token; its secret is in this one answer only."""
    days = request.POST.get("days", "")
    try:
        number = int(days) if days.isascii() and days.isdigit() and len(days) < _ID_DIGITS else 0
        made = device_tokens.issue(user, request.POST.get("name", ""), number)
    except Invalid as error:
        return {"error": error.detail, "device": request.POST.get("name", "")}
    return {"secret": made.secret, "made": made.token}


def _revoked(request: HttpRequest, user: User) -> dict[str, Any]:
    token = request.POST["revoke"]
    try:
        if not (token.isascii() and token.isdigit() and len(token) < _ID_DIGITS):
            raise NotFound
        device_tokens.revoke(user, int(token))
    except NotFound:
        return {"error": gettext("This token is not there any more.")}
    return {"done": gettext("The token is revoked. Programs that use it are signed out.")}
