"""Whether a token's text is good: known, in time, from an allowed address, of an active person."""

from __future__ import annotations

from typing import Literal

from django.utils.crypto import constant_time_compare

from dashboard.accounts import networks, token_text
from dashboard.accounts.models import Token

Reason = Literal["unknown", "expired", "inactive", "address"]


class TokenRefused(Exception):
    """``token`` is the one that the text belongs to, None where there is none."""

    def __init__(self, reason: Reason, token: Token | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.token = token


def token_of(text: str, address: str | None) -> Token:
    """Return the token of a text that a program sent from an address. Raises TokenRefused."""
    token = _stored(text)
    if token is None:
        raise TokenRefused("unknown")
    if not token.person.is_active:
        raise TokenRefused("inactive", token)
    if token.has_expired:
        raise TokenRefused("expired", token)
    if token.networks and not (address and networks.holds(token.networks, address)):
        raise TokenRefused("address", token)
    return token


def _stored(text: str) -> Token | None:
    key = token_text.key_of(text)
    found = Token.objects.select_related("person").filter(key=key).first() if key else None
    if found and constant_time_compare(found.digest, token_text.digest(text)):
        return found
    return None
