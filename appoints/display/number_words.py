"""What a reservation's number has besides, in words: other open ones, and earlier attempts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext, ngettext, pgettext

from appoints.query.query import OPEN


def repeat_words(record: Mapping[str, Any]) -> str:
    """Return how a reservation repeats others of its number; empty where it does not."""
    words = []
    if record["repeat"] in ("open", "both"):
        count = record["repeat_count"]
        # Translators: reservations of one number that are still to be called
        told = ngettext("%s open of this number", "%s open of this number", count)
        words.append(told % intcomma(count))
    if record["repeat"] in ("reached", "both"):
        words.append(gettext("reached since it was booked"))
    return " · ".join(words)


def attempt_words(record: Mapping[str, Any]) -> str:
    """Return which attempt at its number and task a call was; empty where nothing is inferred."""
    attempts = record["attempts"]
    if attempts is None:
        return ""
    if record["state"] in OPEN:
        so_far = ngettext("%s so far", "%s so far", attempts) % intcomma(attempts)
        return so_far if attempts else gettext("none yet")
    place = "?" if record["attempt"] is None else intcomma(record["attempt"])
    # Translators: an attempt, and how many there are: "2 of 3"
    words = pgettext("attempt", "%(attempt)s of %(attempts)s")
    return words % {"attempt": place, "attempts": intcomma(attempts)}
