"""The ways to sign in; a session lasts as long as its own way is open to its person."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.contrib.auth.models import AnonymousUser

from dashboard.accounts.models import User


class PasswordBackend(ModelBackend):
    """A name and a password of our own; of superusers alone where LOCAL_SIGN_IN is off."""

    def get_user(self, user_id: int) -> User | None:
        user = _stored(user_id)
        return user if self.user_can_authenticate(user) else None

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
    """Return a person with their preferences, which each request needs too."""
    return User.objects.select_related("preferences").filter(pk=user_id).first()
