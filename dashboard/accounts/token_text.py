"""The text of an API token: a prefix that secret scanners find, a key, a secret, a checksum."""

from __future__ import annotations

import re
import secrets
import string
from zlib import crc32

from django.utils.crypto import salted_hmac

ALPHABET = string.digits + string.ascii_letters
KEY, SECRET, CHECKSUM = 12, 40, 6  # characters
TEXT = re.compile(rf"rcd_([0-9A-Za-z]{{{KEY}}})_[0-9A-Za-z]{{{SECRET + CHECKSUM}}}")


def new() -> str:
    """Return the text of a token that nobody has yet."""
    body = f"rcd_{_random(KEY)}_{_random(SECRET)}"
    return body + _checksum(body)


def key_of(text: str) -> str | None:
    """Return the part of a token's text that is stored as it is, None of what is no token."""
    found = TEXT.fullmatch(text)
    good = found and text[-CHECKSUM:] == _checksum(text[:-CHECKSUM])
    return found[1] if found and good else None


def digest(text: str) -> str:
    """Return the keyed hash that is stored of a token. Another SECRET_KEY ends every token."""
    return salted_hmac("dashboard.accounts.token", text, algorithm="sha256").hexdigest()


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _checksum(body: str) -> str:
    """Return a checksum, by which a scanner tells a token from what only looks like one."""
    number, found = crc32(body.encode()), ""
    for _ in range(CHECKSUM):
        number, digit = divmod(number, len(ALPHABET))
        found = ALPHABET[digit] + found
    return found
