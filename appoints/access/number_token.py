"""A number as addresses hold it that may not show it: only this installation reads it back.

The same number has the same token, as long as the first of CREDENTIAL_KEYS stays.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

MARK = "~"
TOKEN = re.compile(r"~[A-Za-z0-9_-]{23,}")  # a tag of 16 bytes, and at least one of a number
PURPOSE = b"number token"


def is_token(text: str) -> bool:
    """Tell whether a text looks like a token; only a key tells whether it is one."""
    return TOKEN.fullmatch(text) is not None


def seal(number: str) -> str:
    """Return the token of a number that has a character."""
    sealed = _cipher(settings.CREDENTIAL_KEYS[0]).encrypt(number.encode(), None)
    return MARK + urlsafe_b64encode(sealed).decode().rstrip("=")


def open_token(token: str) -> str | None:
    """Return the number of a token; None of what is none, or of other keys."""
    if not is_token(token):
        return None
    code = token.removeprefix(MARK)
    try:
        sealed = urlsafe_b64decode(code + "=" * (-len(code) % 4))
    except ValueError:
        return None
    for key in settings.CREDENTIAL_KEYS:
        try:
            return _cipher(key).decrypt(sealed, None).decode()
        except InvalidTag:
            continue
    return None


def _cipher(key: str) -> AESSIV:
    derived = HKDF(SHA256(), length=64, salt=None, info=PURPOSE).derive(key.encode())
    return AESSIV(derived)
