"""The system check of stored secrets: ``manage.py check --database default``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Warning
from django.db import DatabaseError

from appoints.connections.models import Connection
from appoints.encryption import WrongKey
from appoints.isales.secret import Secret


def secrets_can_be_decrypted(
    *, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Warn about secret keys that no key of CREDENTIAL_KEYS decrypts, before a call fails."""
    return [
        Warning(
            f"None of CREDENTIAL_KEYS decrypts the secret key of the connection {slug}.",
            hint="Put back the key it was stored under, or store the secret key anew: "
            f"manage.py connection {slug} --secret-key-file PATH",
            id="appoints.W001",
        )
        for alias in databases or ()
        for slug in _undecryptable(alias)
    ]


def _undecryptable(alias: str) -> list[str]:
    try:
        stored = list(Connection.objects.using(alias).values_list("slug", "secret_key"))
    except DatabaseError:
        # Not migrated yet: migrate itself runs this check first.
        return []
    return [slug for slug, secret in stored if not _can_decrypt(secret)]


def _can_decrypt(secret: Secret) -> bool:
    try:
        secret.reveal()
    except WrongKey:
        return False
    return True
