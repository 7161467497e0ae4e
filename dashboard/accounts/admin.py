"""People and teams in the admin.

Only a superuser gives rights away: whoever may change people must not give themselves more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from dashboard.accounts.models import Team, User

if TYPE_CHECKING:  # Django's own classes take type arguments in their stubs only
    UserAdminBase = BaseUserAdmin[User]
    TeamAdminBase = admin.ModelAdmin[Team]
    MemberInlineBase = admin.TabularInline[Any, Team]
else:
    UserAdminBase, TeamAdminBase = BaseUserAdmin, admin.ModelAdmin
    MemberInlineBase = admin.TabularInline

RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")


@admin.register(User)
class UserAdmin(UserAdminBase):
    filter_horizontal = ("teams", "groups", "user_permissions")
    fieldsets = (*(BaseUserAdmin.fieldsets or ()), (_("Teams"), {"fields": ("teams",)}))
    list_filter = ("is_active", "is_staff", "teams")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Keep people from giving themselves rights."""
        fields = super().get_readonly_fields(request, obj)
        return fields if is_superuser(request) else (*fields, *RIGHTS)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Keep a superuser's account, the password too, from others."""
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Keep a superuser's account from others."""
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)


class MemberInline(MemberInlineBase):
    model = User.teams.through
    verbose_name = _("member")
    verbose_name_plural = _("members")
    autocomplete_fields = ("user",)
    extra = 1


class TeamAdmin(TeamAdminBase):
    """A team and its members. The app that adds fields to it registers a subclass."""

    search_fields = ("name", "slug")
    list_display = ("name", "slug", "everybody")
    prepopulated_fields: ClassVar[dict[str, Sequence[str]]] = {"slug": ("name",)}
    inlines: ClassVar[tuple[type[Any], ...]] = (MemberInline,)


def is_superuser(request: HttpRequest) -> bool:
    """Tell whether somebody holds every right already."""
    return bool(request.user.is_superuser)


def _may_touch(request: HttpRequest, person: User | None) -> bool:
    return is_superuser(request) or person is None or not person.is_superuser
