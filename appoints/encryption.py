"""Secrets at rest: encrypted under CREDENTIAL_KEYS, the first of which encrypts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from appoints.isales.errors import FetchError
from appoints.isales.secret import Secret

MARK = "fernet:"

if TYPE_CHECKING:  # Django's fields take type arguments in their stubs only
    TextField = models.TextField[Secret, Secret]
else:
    TextField = models.TextField


class WrongKey(FetchError):
    """None of CREDENTIAL_KEYS decrypts what is stored."""

    def __init__(self) -> None:
        super().__init__(
            "A stored secret cannot be decrypted: none of CREDENTIAL_KEYS fits. "
            "Put back the key it was stored under, or store the secret anew."
        )

    def arguments(self) -> dict[str, object]:
        return {}


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


class StoredSecret(Secret):
    """A secret as stored, decrypted each time it is revealed. Copies and pickles hold the token."""

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

    def __reduce__(self) -> tuple[type[StoredSecret], tuple[str]]:
        return StoredSecret, (self.token,)

    def reveal(self) -> str:
        """Return the plain text. Raises WrongKey."""
        return decrypt(self.token.removeprefix(MARK).encode()).decode()

    def rotated(self) -> StoredSecret:
        """Return the same secret under the first key. Raises WrongKey."""
        try:
            token = cipher().rotate(self.token.removeprefix(MARK).encode())
        except InvalidToken:
            raise WrongKey from None
        return StoredSecret(MARK + token.decode())


def sealed(secret: Secret) -> StoredSecret:
    """Return the secret as it is stored."""
    if isinstance(secret, StoredSecret):
        return secret
    return StoredSecret(MARK + encrypt(secret.reveal().encode()).decode())


class SecretFormField(forms.CharField):
    """Write-only: never shows what is stored; left empty, it keeps it."""

    widget = forms.PasswordInput

    def to_python(self, value: Any) -> Any:
        """Take a Secret as it is; whoever reads a request turns text into one at once."""
        if value and not isinstance(value, Secret):
            value = Secret(str(value).strip())
        return value or ""

    def run_validators(self, value: Any) -> None:
        """Look for nothing: CharField's validators read text."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data)


class SecretField(TextField):
    """A Secret in Python, a Fernet token in the database and in dumps.

    A wrong key raises WrongKey when the value is used, not when the row is loaded: otherwise one
    lost key would close the very page on which the secret could be stored anew.
    """

    def from_db_value(self, value: str | None, *_: object) -> Secret | None:
        return None if value is None else StoredSecret(value)

    def to_python(self, value: Any) -> Any:
        """Take a Secret, or the token of a dump; bare text would show in reprs and traces."""
        if not value:
            return ""
        if isinstance(value, str) and value.startswith(MARK):
            return StoredSecret(value)
        if not isinstance(value, Secret):
            raise ValidationError(_("A secret is a Secret, or a token as dumpdata writes it."))
        return value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = self.to_python(super().pre_save(model_instance, add))
        if value:
            # From here on the instance, too, holds no plain text.
            value = sealed(value)
            setattr(model_instance, self.attname, value)
        return value

    def get_prep_value(self, value: Any) -> str | None:
        value = self.to_python(value)
        return sealed(value).token if value else value

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(self.value_from_object(obj)) or ""

    def get_lookup(self, lookup_name: str) -> Any:
        """Refuse every lookup: no two tokens of one secret are alike, so none could be right."""
        return None

    def formfield(self, **kwargs: Any) -> Any:
        kwargs["widget"] = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        return super().formfield(**{**kwargs, "form_class": SecretFormField})

    def save_form_data(self, instance: models.Model, data: Any) -> None:
        if data:
            super().save_form_data(instance, data)


class SealedQuestion(models.Model):
    """A model that holds a question as an encrypted query string."""

    sealed = models.BinaryField()

    class Meta:
        abstract = True

    @property
    def query(self) -> str | None:
        """The query string of the question; None where no key opens it any more."""
        try:
            return decrypt(bytes(self.sealed)).decode()
        except WrongKey:
            return None

    def keep(self, query: str) -> None:
        """Take a query string, without saving."""
        self.sealed = encrypt(query.encode())

    def rotate(self) -> None:
        """Put the question under the first key, without saving. One that no key opens stays."""
        if self.query is not None:
            self.sealed = cipher().rotate(bytes(self.sealed))
