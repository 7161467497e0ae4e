"""Texts that iSales or an address gives: of any length, and of characters that nobody sees."""

from __future__ import annotations

import unicodedata

LONGEST_TIP = 400  # characters; browsers show a tooltip as large as it is


def tip(text: str, longest: int = LONGEST_TIP) -> str:
    """Return a text for a tooltip or a title: its beginning, if it is long."""
    return text if len(text) <= longest else f"{text[:longest]}…"


def visible(text: str) -> str:
    """Return a text as it is; in quotes where no character of it can be seen."""
    if text[:1].isalnum():
        return text
    if all(unicodedata.category(character)[0] in "CZ" for character in text):
        return f"“{text}”"
    return text
