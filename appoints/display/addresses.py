"""Where a reservation has its page and its row in the list: any text may be an ID."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from urllib.parse import quote

from django.urls import reverse

ANCHOR = "call-"  # and a quoted ID: the fragment that leads to its row
# What browsers, proxies and servers resolve, merge or refuse in a path, even in per cent signs.
RISKY = re.compile(r"\.{1,2}\Z|~|.*[/\\\x00-\x1f\x7f]", re.DOTALL)
ENCODED = "~"  # and the ID in base64


def detail_of(appoint_id: str, query: str, home: str = "") -> str:
    """Return the address of a reservation's page, the question kept.

    ``home`` is the address of the list, for who asks for many.
    """
    return f"{home or reverse('appoints:list')}{segment(appoint_id)}/?{query}"


def anchor(appoint_id: str) -> str:
    """Return the fragment of a reservation's row."""
    return f"{ANCHOR}{quote(appoint_id, safe='')}"


def segment(appoint_id: str) -> str:
    """Return an ID as one part of a path."""
    if not RISKY.match(appoint_id):
        return quote(appoint_id, safe="")
    return ENCODED + urlsafe_b64encode(appoint_id.encode()).decode().rstrip("=")


class AppointId:
    """Django's converter of a path: an ID as ``segment`` writes it, or as it is."""

    regex = r"(?s:.+)"

    def to_python(self, value: str) -> str:
        """Return the ID."""
        try:
            code = value.removeprefix(ENCODED).encode("ascii")
            found = urlsafe_b64decode(code + b"=" * (-len(code) % 4)).decode()
        except ValueError:
            return value
        return found if segment(found) == value else value

    def to_url(self, value: str) -> str:
        """Return the part of a path, which Django quotes."""
        return segment(value) if RISKY.match(value) else value
