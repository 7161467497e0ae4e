"""Alerts and reports as the tests need them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from appoints.alerts.models import Rule
from appoints.isales.secret import Secret
from dashboard.accounts.models import User
from tests.factories import NOON

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BEFORE = datetime(2020, 1, 1, tzinfo=NOON.tzinfo)


def rule_of(
    person: User, kind: str = Rule.Kind.OVERDUE, query: str = "preset=today", **fields: Any
) -> Rule:
    """A rule of a person, by e-mail, set up long ago in English."""
    usual = {"name": f"My {kind}", "language": "en", "site": "https://calls.example/"}
    made = Rule(person=person, kind=kind, **{**usual, "since": BEFORE, **fields})
    if made.url:
        made.secret = Secret(SECRET)
    made.keep(query)
    made.save()
    return made
