"""Codes, times and spans in a person's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import (
    gettext,
)
from django.utils.translation import gettext_lazy as _

STATE_WORDS: Mapping[str, str | Promise] = {
    "overdue": _("Overdue"),
    "due": _("Due"),
    "upcoming": _("Upcoming"),
    "calling": _("Calling"),
    "reached": _("Reached"),
    "failed": _("Failed"),
    "unknown": _("Unknown"),
}
REPEAT_CHOICES: Mapping[str, str | Promise] = {
    "open": _("Open more than once"),
    "reached": _("Reached since it was booked"),
    "unknown": _("Cannot be compared"),
}
REPEAT_WORDS = {
    **REPEAT_CHOICES,
    "both": _("Open more than once, and reached since it was booked"),
}
PRESET_WORDS: Mapping[str, str | Promise] = {
    "overdue": _("Overdue"),
    "next-15m": _("Next 15 minutes"),
    "next-1h": _("Next hour"),
    "rest-of-today": _("Rest of today"),
    "today": _("Today"),
    "tomorrow": _("Tomorrow"),
    "yesterday": _("Yesterday"),
    "last-7d": _("Last 7 days"),
    "next-7d": _("Next 7 days"),
    "this-month": _("This month"),
}

WEEKDAYS: Mapping[str, str | Promise] = {
    "1": _("Monday"),
    "2": _("Tuesday"),
    "3": _("Wednesday"),
    "4": _("Thursday"),
    "5": _("Friday"),
    "6": _("Saturday"),
    "7": _("Sunday"),
}
HOURS: Mapping[str, str] = {str(hour): f"{hour:02}:00–{hour:02}:59" for hour in range(24)}
PUNCTUALITY_WORDS: Mapping[str, str | Promise] = {
    "on_time": _("Begun on time"),
    "early": _("Begun too early"),
    "late": _("Begun late"),
    "ahead": _("Time still ahead"),
    "not_called": _("Not called yet"),
    "unclear": _("Begin or reserved time not known"),
}


def told(words: Any, table: Mapping[str, str | Promise]) -> dict[str, str | Promise]:
    """Return a table whose every word stands in place of the ``{}`` of some words."""
    return {value: format_lazy(words, each) for value, each in table.items()}


def word(table: Mapping[str, str], code: str) -> str:
    """Return the words for a code, or the code as it is where it is not known."""
    return gettext(table[code]) if code in table else code


def in_words(table: Mapping[str, str]) -> dict[str, str | Promise]:
    """Return codes and their words for a form, which outlives a request and its language."""
    return {code: _(text) for code, text in table.items()}
