"""The system checks of the ways in: ``manage.py check --database default``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning
from django.db import DatabaseError

from dashboard.accounts.group_map import unknown_teams


def people_can_sign_in(**kwargs: Any) -> list[CheckMessage]:
    """Warn where nobody but superusers can sign in."""
    if any((settings.LOCAL_SIGN_IN, settings.REMOTE_USER_HEADER, settings.OIDC, settings.SAML)):
        return []
    return [
        Warning(
            "LOCAL_SIGN_IN is off and there is no other way in: only superusers can sign in, at"
            " /admin/login/.",
            hint="Unset LOCAL_SIGN_IN, or set OIDC_ISSUER, SAML_METADATA_FILE or"
            " REMOTE_USER_HEADER.",
            id="accounts.W002",
        )
    ]


def mapped_teams_exist(
    *, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Warn about teams of GROUP_MAP that nobody has created yet."""
    return [
        Warning(
            f"GROUP_MAP gives the team {slug}, and there is none.",
            hint=f"Create it (manage.py team {slug}), or name another.",
            id="accounts.W001",
        )
        for alias in databases or ()
        for slug in _unknown(alias)
    ]


def provider_answers(**kwargs: Any) -> str | None:
    """Ask the provider of OpenID Connect for its metadata and keys; nothing where there is none."""
    if not settings.OIDC:
        return None
    # allauth is loaded only where a service is set.
    from dashboard.accounts.sso.oidc import check_provider
    from dashboard.accounts.sso.refusals import SignInRefused

    try:
        check_provider()
    except SignInRefused as refused:
        return (
            f"{settings.OIDC.issuer} does not answer as a provider ({refused.cause}). See"
            " OIDC_ISSUER, the way there, and REQUESTS_CA_BUNDLE for a private authority."
        )
    return None


def _unknown(alias: str) -> list[str]:
    try:
        return unknown_teams(
            (slug for each in settings.GROUP_MAP.teams.values() for slug in each), alias
        )
    except DatabaseError:
        # Not migrated yet: migrate itself runs this check first.
        return []
