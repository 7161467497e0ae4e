"""Secrets at rest: encrypted under CREDENTIAL_KEYS, the first of which encrypts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from appoints.isales.secret import Secret

MARK = "fernet:"

if TYPE_CHECKING:  # Django's fields take type arguments in their stubs only
    TextField = models.TextField[Secret | str, Secret]
else:
    TextField = models.TextField


class WrongKey(ImproperlyConfigured):
    """None of CREDENTIAL_KEYS decrypts what is stored."""

    def __init__(self) -> None:
        super().__init__(
            "A stored secret cannot be decrypted: none of CREDENTIAL_KEYS fits. "
            "Put back the key it was stored under, or store the secret anew."
        )


def cipher() -> MultiFernet:
    """Return the cipher of the keys in force."""
    return MultiFernet([Fernet(key) for key in settings.CREDENTIAL_KEYS])


def encrypt(plain: bytes) -> bytes:
    """Return a token that only holders of CREDENTIAL_KEYS can read."""
    return cipher().encrypt(plain)


def decrypt(token: bytes) -> bytes:
    """Return what was encrypted. Raises WrongKey."""
    try:
        return cipher().decrypt(token)
    except InvalidToken:
        raise WrongKey from None


class SecretField(TextField):
    """A Secret in Python, a Fernet token in the database and in dumps.

    A wrong key raises WrongKey when the value is used, not when the row is loaded: otherwise one
    lost key would close the very page on which the secret could be stored anew.
    """

    def from_db_value(self, value: str | None, *_: object) -> Secret | None:
        return None if value is None else StoredSecret(value)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            return StoredSecret(value) if value.startswith(MARK) else Secret(value)
        return value

    def get_prep_value(self, value: Any) -> str | None:
        value = self.to_python(value)
        if value is None or isinstance(value, StoredSecret):
            return value and value.token
        return MARK + encrypt(value.reveal().encode()).decode()

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(self.value_from_object(obj)) or ""


class StoredSecret(Secret):
    """A secret as stored, decrypted each time it is revealed."""

    __slots__ = ("token",)

    def __init__(self, token: str) -> None:
        super().__init__("")
        self.token = token

    def __bool__(self) -> bool:
        return bool(self.token)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, StoredSecret) and self.token == other.token

    def __hash__(self) -> int:
        return hash(self.token)

    def reveal(self) -> str:
        """Return the plain text. Raises WrongKey."""
        return decrypt(self.token.removeprefix(MARK).encode()).decode()

    def rotated(self) -> Secret:
        """Return the same secret, to be stored under the first key. Raises WrongKey."""
        return Secret(self.reveal())
