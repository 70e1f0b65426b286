"""People, grants and change sets in the administration."""

from typing import ClassVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from gis_core.admin_site import CityModelAdmin, ReadOnlyAdmin, may_administer
from gis_core.models import ChangeSet, RoleGrant, User

admin.site.unregister(Group)


class GrantInline(admin.TabularInline[RoleGrant, User]):
    """The grants of one person."""

    model = RoleGrant
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Admit administrators only."""
        return may_administer(request)

    def has_view_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Admit administrators only."""
        return may_administer(request)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Admit administrators only."""
        return may_administer(request)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Admit administrators only."""
        return may_administer(request)


@admin.register(User)
class PersonAdmin(CityModelAdmin, UserAdmin[User]):
    """Accounts. Django's flags and groups are not shown because nothing reads them."""

    inlines: ClassVar = [GrantInline]
    list_display = ("username", "first_name", "last_name", "email", "is_active", "last_login")
    list_filter = ("is_active", "grants__role")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Personal info"), {"fields": ("first_name", "last_name", "email")}),
        (_("Account"), {"fields": ("is_active", "last_login", "date_joined")}),
    )


@admin.register(ChangeSet)
class ChangeSetAdmin(ReadOnlyAdmin):
    """What was written, by whom and why."""

    list_display = ("id", "title", "channel", "actor_name", "state", "created_at")
    list_filter = ("channel", "state")
    search_fields = ("title", "reason", "decision_number", "actor_name")
    date_hierarchy = "created_at"
