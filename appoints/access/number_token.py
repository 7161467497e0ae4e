"""A number as addresses hold it that may not show it: only this installation reads it back.

No two tokens of one number are alike, so that nobody finds out a number by comparing theirs.
"""

from __future__ import annotations

import os
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from appoints.access.masking import hidden

MARK = "~"
TOKEN = re.compile(r"~[A-Za-z0-9_-]{39,}")  # 12 bytes of chance, a number, 16 bytes to check it
CHANCE = 12
PURPOSE = b"number token"


def is_token(text: str) -> bool:
    """Tell whether a text looks like a token; only a key tells whether it is one."""
    return TOKEN.fullmatch(text) is not None


def seal(number: str) -> str:
    """Return a token of a number, under the first of CREDENTIAL_KEYS."""
    chance = os.urandom(CHANCE)
    sealed = _cipher(settings.CREDENTIAL_KEYS[0]).encrypt(chance, number.encode(), None)
    return MARK + urlsafe_b64encode(chance + sealed).decode().rstrip("=")


def open_token(token: str) -> str | None:
    """Return the number of a token; None of what is none, or of other keys."""
    if not is_token(token):
        return None
    code = token.removeprefix(MARK)
    try:
        content = urlsafe_b64decode(code + "=" * (-len(code) % 4))
    except ValueError:
        return None
    for key in settings.CREDENTIAL_KEYS:
        try:
            return _cipher(key).decrypt(content[:CHANCE], content[CHANCE:], None).decode()
        except InvalidTag:
            continue
    return None


def opened(number: str) -> str:
    """Return the number that a token stands for, and any other number as it is."""
    found = open_token(number)
    return number if found is None else found


def shown(number: str) -> str:
    """Return a number as people may read it: masked where it stands as a token."""
    found = open_token(number)
    return number if found is None else hidden(found)


def _cipher(key: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), length=32, salt=None, info=PURPOSE).derive(key.encode()))
