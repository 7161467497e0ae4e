"""The ways to sign in; a session lasts as long as its own way is open to its person."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.db.models import Model, Q, QuerySet

from dashboard.accounts.models import User
from dashboard.prepared import Prepared


def _permissions(person: int) -> QuerySet[Permission, tuple[str, str]]:
    """Return the permissions of a person and of their roles: of which app, and what."""
    of_person = User.user_permissions.through.objects.filter(user=person)
    of_roles = Group.permissions.through.objects.filter(group__user=person)
    ids = Q(pk__in=of_person.values("permission")) | Q(pk__in=of_roles.values("permission"))
    found = Permission.objects.filter(ids).order_by()
    return found.values_list("content_type__app_label", "codename")


PERMISSIONS = Prepared(_permissions)
# With the preferences, which each request needs too.
PEOPLE = Prepared(lambda pk: User.objects.select_related("preferences").filter(pk=pk))


class PasswordBackend(ModelBackend):
    """A name and a password of our own; of superusers alone where LOCAL_SIGN_IN is off."""

    def get_user(self, user_id: int) -> User | None:
        user = _stored(user_id)
        return user if self.user_can_authenticate(user) else None

    def get_all_permissions(self, user_obj: Any, obj: Model | None = None) -> set[str]:
        """Return what Django's own way finds, which asks twice and is compiled each time."""
        if not user_obj.is_active or user_obj.is_superuser or obj is not None:
            return super().get_all_permissions(user_obj, obj)
        if not hasattr(user_obj, "_perm_cache"):
            found = PERMISSIONS.rows(user_obj.pk)
            user_obj._perm_cache = {f"{app}.{name}" for app, name in found}
        return set(user_obj._perm_cache)

    def user_can_authenticate(self, user: User | AnonymousUser | None) -> bool:
        if not settings.LOCAL_SIGN_IN and not (user and user.is_superuser):
            return False
        return super().user_can_authenticate(user)


class VouchedBackend(BaseBackend):
    """Another who says who somebody is; nothing is asked here."""

    def get_user(self, user_id: int) -> User | None:
        user = _stored(user_id)
        return user if user and user.is_active else None


class ProxyBackend(VouchedBackend):
    """A trusted proxy's header, which RemoteUserMiddleware reads."""


class OpenIdConnectBackend(VouchedBackend):
    """The provider of OIDC_ISSUER; see accounts.sso."""


class SamlBackend(VouchedBackend):
    """The identity provider of SAML_METADATA_FILE; see accounts.sso."""


def _stored(user_id: int) -> User | None:
    return next(iter(PEOPLE.rows(user_id)), None)
