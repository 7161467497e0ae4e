"""People, teams and roles in the admin.

Superusers give every right. An administrator, who may give roles, gives the roles and teams, to
himself too: that is his work, and stands in the log. Nobody changes the account of a person who may
do more than they may, or could give themselves: with a new password they could sign in as them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as BaseGroupAdmin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from dashboard.accounts.models import Team, User
from dashboard.accounts.roles import roles
from dashboard.accounts.sso.ways import offered

if TYPE_CHECKING:  # Django's own classes take type arguments in their stubs only
    UserAdminBase = BaseUserAdmin[User]
    TeamAdminBase = admin.ModelAdmin[Team]
    MemberInlineBase = admin.TabularInline[Any, Team]
    PersonFormBase = UserChangeForm[User]
else:
    UserAdminBase, TeamAdminBase = BaseUserAdmin, admin.ModelAdmin
    MemberInlineBase = admin.TabularInline
    PersonFormBase = UserChangeForm

admin.site.unregister(Group)

ROLES_HELP = _(
    "Exporters take files. Numbers: telephone numbers are shown in full. Auditors read the log."
    " Administrators keep people, teams, what teams may see, and connections."
)
SIGN_IN = BaseUserAdmin.add_fieldsets[0][1]["fields"]
SIGHT: Any = (_("What this person may see and do"), {"fields": ("is_active", "groups", "teams")})
FURTHER: Any = (
    _("Further rights, which only superusers give"),
    {"fields": ("is_staff", "is_superuser", "user_permissions"), "classes": ("collapse",)},
)


class PersonForm(PersonFormBase):
    def clean_groups(self) -> list[Group]:
        """Keep the groups that are not offered."""
        offered = self.fields["groups"].queryset  # type: ignore[attr-defined]
        return [*self.cleaned_data["groups"], *self.instance.groups.exclude(pk__in=offered)]


def _links() -> tuple[type[Any], ...]:
    """Return what links people to a company's services, where one is set."""
    if not offered():
        return ()
    from dashboard.accounts.sso.admin import LinkInline

    return (LinkInline,)


class UserAdmin(UserAdminBase):
    """A person. The app that adds to the page registers a subclass."""

    form = PersonForm
    inlines: ClassVar[tuple[type[Any], ...]] = _links()
    filter_horizontal = ("teams", "user_permissions")
    list_display = ("username", "full_name", "held", "joined", "is_active", "email")
    list_filter = ("is_active", "groups", "teams")
    search_fields = (*BaseUserAdmin.search_fields, "teams__name")
    fieldsets = (*(BaseUserAdmin.fieldsets or ())[:2], SIGHT)
    add_fieldsets = ((None, {"fields": (*SIGN_IN, "email")}), SIGHT)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups", "teams")

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        found = super().get_fieldsets(request, obj)
        return (*found, FURTHER) if is_superuser(request) else found

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Keep who only keeps accounts from giving roles and teams."""
        fields = list(super().get_readonly_fields(request, obj))
        if not request.user.has_perm("accounts.give_roles"):
            fields.append("groups")
        if not request.user.has_perm("accounts.change_team"):
            fields.append("teams")
        return fields

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the roles, and further groups to superusers only."""
        if db_field.name == "groups":
            kwargs |= {"label": _("Roles"), "help_text": ROLES_HELP}
            kwargs["widget"] = CheckboxSelectMultiple
            if not is_superuser(request):
                kwargs["queryset"] = roles()
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Keep the account of a person with more rights, the password too, from others."""
        return super().has_change_permission(request, obj) and _may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Keep the account of a person with more rights from others."""
        return super().has_delete_permission(request, obj) and _may_touch(request, obj)

    @admin.display(description=_("name"))
    def full_name(self, person: User) -> str:
        return person.get_full_name()

    @admin.display(description=_("roles"))
    def held(self, person: User) -> str:
        return ", ".join(group.name for group in person.groups.all())

    @admin.display(description=_("teams"))
    def joined(self, person: User) -> str:
        return ", ".join(team.name for team in person.teams.all())


def _name_of(membership: Any) -> str:
    return str(membership.user)


# The admin writes the name of each row of the table between people and teams.
User.teams.through.__str__ = _name_of  # type: ignore[method-assign]


class MemberInline(MemberInlineBase):
    model = User.teams.through
    verbose_name = _("member")
    verbose_name_plural = _("members")
    autocomplete_fields = ("user",)
    extra = 1

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("user")


class TeamAdmin(TeamAdminBase):
    """A team and its members. The app that adds fields to it registers a subclass."""

    search_fields: ClassVar[tuple[str, ...]] = ("name", "slug", "members__username")
    list_display = ("name", "slug", "everybody")
    prepopulated_fields: ClassVar[dict[str, Sequence[str]]] = {"slug": ("name",)}
    inlines: ClassVar[tuple[type[Any], ...]] = (MemberInline,)


@admin.register(Group)
class GroupAdmin(BaseGroupAdmin):
    """A role, and what it permits: whoever changed that could permit themselves everything."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        return is_superuser(request)


def is_superuser(request: HttpRequest) -> bool:
    """Tell whether somebody holds every right already."""
    return bool(request.user.is_superuser)


def _may_touch(request: HttpRequest, person: User | None) -> bool:
    user = request.user
    if is_superuser(request) or person is None:
        return True
    if not isinstance(user, User) or person.is_superuser:
        return False
    reach = _held_by(user)
    if user.has_perm("accounts.give_roles"):
        reach |= Q(group__in=roles())
    # Of an inactive person too, who may be let in again.
    beyond = Permission.objects.filter(_held_by(person)).exclude(
        pk__in=Permission.objects.filter(reach).values("pk")
    )
    others = person.teams.exclude(pk__in=Team.objects.of(user))
    return not beyond.exists() and (user.has_perm("accounts.change_team") or not others.exists())


def _held_by(person: User) -> Q:
    return Q(user=person) | Q(group__user=person)
