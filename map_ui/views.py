"""Pages for people: the attraction map, places, the viewer, the workspaces, sign-in."""

from typing import Any

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext

from gis_core import access, sign_in
from gis_core.access import ANONYMOUS, Actor
from gis_core.channels import Audit, Cache, Cost, channel
from gis_core.city import city
from gis_core.errors import TITLES, NotFound, TooManyRequests, problem, problem_from
from gis_core.headers import actor_for, is_for_programs
from importers.wizard import sight
from layers.places import place, places

WORKSPACE_ROLES = frozenset(
    {"planner", "approver", "environment_officer", "ward_officer", "administrator"}
)
SECURITY_ROLES = frozenset({"security_staff"})


def request_actor(request: HttpRequest) -> Actor:
    """Return who asks; nobody where even that could not be found out, as without a database."""
    found: Actor = getattr(request, "actor", ANONYMOUS)
    return found


def render_page(
    request: HttpRequest, template: str, language: str, status: int = 200, **context: Any
) -> HttpResponse:
    """Return a page with what every page needs: city, languages, the actor, what they may open."""
    rest = request.path.removeprefix(f"/{language}/") if language in city().languages else ""
    return render(
        request,
        template,
        {
            "city": city(),
            "city_name": city().name.get(language, city().name["vi"]),
            "city_subtitle": city().subtitle.get(language, city().subtitle["vi"]),
            "language": language,
            "other_language": "en" if language == "vi" else "vi",
            "languages": [
                {"code": code, "href": f"/{code}/{rest}", "current": code == language}
                for code in city().languages
            ],
            "actor": request_actor(request),
            "may_open_workspace": access.may_open(request_actor(request), WORKSPACE_ROLES),
            "may_open_imports": access.may_open(request_actor(request), sight.ROLES),
            "may_open_security": access.may_open(request_actor(request), SECURITY_ROLES),
            "origin": settings.PUBLIC_ORIGIN or request.build_absolute_uri("/").rstrip("/"),
            **context,
        },
        status=status,
    )


def known_language(language: str) -> str:
    """Return a language of the city; raises Http404 for any other first part of an address."""
    if language not in city().languages:
        raise Http404
    return language


@channel("page.root", cache=Cache.NEVER, cost=Cost.CHEAP)
def root(request: HttpRequest) -> HttpResponse:
    """Send the visitor to the start page in their language."""
    return redirect(f"/{getattr(request, 'LANGUAGE_CODE', 'vi')}/")


@channel("page.start")
def start(request: HttpRequest, language: str) -> HttpResponse:
    """Show the attraction map; the list is in the page, so it is there before any script."""
    known_language(language)
    found = places(request_actor(request), language)
    return render_page(request, "start.html", language, page="start", **found)


@channel("page.place")
def place_page(request: HttpRequest, language: str, slug: str) -> HttpResponse:
    """Show one attraction at its stable address."""
    known_language(language)
    try:
        found = place(request_actor(request), slug, language)
    except NotFound as error:
        raise Http404 from error
    return render_page(request, "place.html", language, page="place", place=found)


@channel("page.map")
def viewer(request: HttpRequest, language: str) -> HttpResponse:
    """Show the map viewer with the layers that the visitor may see."""
    return render_page(request, "map.html", known_language(language), page="map")


@channel("page.workspace", roles=WORKSPACE_ROLES, cache=Cache.NEVER)
def workspace(request: HttpRequest, language: str) -> HttpResponse:
    """Show the viewer with the layers of city staff."""
    known_language(language)
    if not request_actor(request).signed_in:
        return to_sign_in(request, language)
    if not access.may_open(request_actor(request), WORKSPACE_ROLES):
        return render_page(request, "403.html", language, status=403, page="error")
    return render_page(request, "map.html", language, page="workspace")


@channel("page.security", roles=SECURITY_ROLES, cache=Cache.NEVER, audit=Audit.READ)
def security(request: HttpRequest, language: str) -> HttpResponse:
    """Show the viewer to security staff; for others signed in this page does not exist."""
    known_language(language)
    if not request_actor(request).signed_in:
        return to_sign_in(request, language)
    if not access.may_open(request_actor(request), SECURITY_ROLES):
        raise Http404
    return render_page(request, "map.html", language, page="security")


def to_sign_in(request: HttpRequest, language: str) -> HttpResponse:
    """Return the way to the sign-in page and back."""
    query = urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(f"/{language}/login?{query}")


def _next_page(request: HttpRequest, language: str, actor: Actor | None = None) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return wanted
    if actor is not None and access.may_open(actor, SECURITY_ROLES):
        return f"/{language}/security"
    if actor is not None and access.may_open(actor, WORKSPACE_ROLES):
        return f"/{language}/workspace"
    return f"/{language}/map"


@channel("page.login", cache=Cache.NEVER, audit=Audit.SIGN_IN, methods=("GET", "HEAD", "POST"))
def sign_in_page(request: HttpRequest, language: str) -> HttpResponse:
    """Show the sign-in form and check what it sends."""
    known_language(language)
    context: dict[str, Any] = {
        "page": "login",
        "next": request.POST.get("next") or request.GET.get("next") or "",
        "username": request.POST.get("username", ""),
    }
    if request.method != "POST":
        return render_page(request, "login.html", language, **context)
    try:
        user = sign_in.check_password(
            request, request.POST.get("username", ""), request.POST.get("password", "")
        )
    except TooManyRequests as error:
        response = render_page(
            request, "login.html", language, status=429, error=error.detail, **context
        )
        response["Retry-After"] = str(error.retry_after_s)
        return response
    if user is None:
        message = gettext("The name or the password is not right. Check both and try again.")
        return render_page(request, "login.html", language, status=422, error=message, **context)
    login(request, user)
    return HttpResponseRedirect(_next_page(request, language, actor_for(user)))


@channel("page.logout", cache=Cache.NEVER, audit=Audit.SIGN_IN, methods=("POST",))
def sign_out(request: HttpRequest, language: str) -> HttpResponse:
    """End the session."""
    known_language(language)
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "POST"})
    logout(request)
    return HttpResponseRedirect(f"/{language}/")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Show the same page for what is missing and for what is hidden."""
    if is_for_programs(request):
        return problem_from(request, NotFound())
    return _error(request, "404.html", 404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that the account lacks a right."""
    return _error(request, "403.html", 403)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that a form came from an old page; `reason` is for developers and is not shown."""
    del reason
    return _error(request, "403.html", 403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that the server made a mistake; nothing of it is shown."""
    if is_for_programs(request):
        return problem(request, 500, str(TITLES[500]), "server_error")
    return _error(request, "500.html", 500)


def _error(request: HttpRequest, template: str, status: int) -> HttpResponse:
    language = str(getattr(request, "LANGUAGE_CODE", "vi"))
    return render_page(request, template, language, status=status, page="error")
