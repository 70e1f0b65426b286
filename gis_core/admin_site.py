"""The administration: for people with an administrator's grant, whatever flags an account has."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from gis_core.access import ROLES, Action, Actor

_ROLES_WITH_RIGHT = frozenset(
    role.key for role in ROLES.values() if role.may(Action.ADMINISTER, "admin_units")
)


def may_administer(request: HttpRequest) -> bool:
    """Tell whether the actor of the request has an administrator's grant."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor.signed_in and bool(_ROLES_WITH_RIGHT & set(actor.roles))


class CityAdminSite(admin.AdminSite):
    """Administration site; sign-in is the product's own, so that throttling holds here too."""

    site_header = _("City GIS administration")
    site_title = _("Administration")
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        """Admit administrators only."""
        return may_administer(request)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Send to the product's sign-in page."""
        del extra_context
        language = getattr(request, "LANGUAGE_CODE", "vi")
        wanted = request.GET.get("next", "/admin/")
        return HttpResponseRedirect(f"/{language}/login?{urlencode({'next': wanted})}")


class CityModelAdmin(admin.ModelAdmin[Any]):
    """A model that administrators may see and change."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Admit administrators only."""
        return may_administer(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Admit administrators only."""
        return may_administer(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Admit administrators only."""
        return may_administer(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Admit administrators only."""
        return may_administer(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Admit administrators only."""
        return may_administer(request)


class ReadOnlyAdmin(CityModelAdmin):
    """A record of what happened: shown, never changed here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False
