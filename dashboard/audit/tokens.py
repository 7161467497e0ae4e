"""A telephone number as a code that only the same number has, and only here."""

from __future__ import annotations

import re
import unicodedata

from django.utils.crypto import salted_hmac

TOKEN = re.compile(r"~[0-9a-f]{32}")


def number_token(text: str) -> str:
    """Return the keyed hash of a number, in whatever digits and with whatever signs between them.

    A text that is a token already stays so. What has no digit counts as it stands.
    """
    if TOKEN.fullmatch(text):
        return text
    plain = unicodedata.normalize("NFKC", text).casefold()
    dialled = "".join(_dialled(each) for each in plain) or "".join(plain.split())
    made = salted_hmac("dashboard.audit.number", dialled, algorithm="sha256").hexdigest()
    return f"~{made[:32]}"


def _dialled(sign: str) -> str:
    if sign in "*#":
        return sign
    return str(unicodedata.decimal(sign)) if sign.isdecimal() else ""
