"""One reservation in full: its life, its fields in words and as iSales sent them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from appoints.display.formats import clock, duration
from appoints.display.number_words import repeat_words
from appoints.display.timeline import Step, steps
from appoints.isales import codes
from appoints.isales.rows import FLAGS, TEXTS, TIMES
from appoints.labels import word
from appoints.query.columns import COLUMNS

VERDICTS: Mapping[str, str | Promise] = {
    "overdue": _("Its time has passed, and no call is known."),
    "due": _("It is to be called now."),
    "upcoming": _("Its time is still to come."),
    "calling": _("The call is going on."),
    "reached": _("The customer was reached."),
    "unknown": _("What iSales sent does not tell how it came out."),
}


class Fact(NamedTuple):
    """Something known about a reservation, and its code or ID where that says more."""

    text: str | Promise
    shown: str | None
    code: str | None


class Field(NamedTuple):
    """A field under iSales' own name: in words, and as sent."""

    name: str
    shown: str
    raw: str


class Detail:
    """What a person reads about one reservation."""

    def __init__(
        self,
        record: Mapping[str, Any],
        zone: ZoneInfo,
        reasons: Mapping[str, str],
        console: ZoneInfo | None = None,
    ) -> None:
        self.record = record
        self.zone = zone
        self.console = console
        self.reasons = reasons
        self.state = record["state"]
        self.state_word = COLUMNS["state"].word(self.state)
        self.odd: dict[str, object] = json.loads(record["odd"]) if record["odd"] else {}

    @property
    def steps(self) -> list[Step]:
        """The reservation's life in the order in which it should happen."""
        return steps(self.record, self.zone, self.console)

    @property
    def verdict(self) -> str | Promise:
        """How it stands, in a sentence; of what failed, why."""
        return VERDICTS.get(self.state) or self.outcome or ""

    @property
    def repeat(self) -> str:
        """How it repeats others of its number; empty where it does not."""
        return repeat_words(self.record)

    @property
    def facts(self) -> list[Fact]:
        """What else a person asks first, where it is known."""
        record = self.record
        delay, talk = record["delay"], record["talk_time"]
        early = delay is not None and delay.total_seconds() < 0
        # Why a call failed is its verdict already.
        outcome = None if self.state == "failed" else self.outcome
        found = [
            Fact(_("Outcome"), outcome, self.code),
            Fact(_("Began before its time by") if early else _("Delay"), _length(delay), None),
            Fact(pgettext_lazy("duration", "Talk time"), _length(talk), None),
            Fact(_("Business result"), record["business_result"], None),
            _named(_("Agent"), record["agent_name"], record["agent"]),
            _named(_("Task"), record["task_name"], record["task_id"]),
            Fact(_("Type"), self._word("call_type"), None),
            Fact(_("Call status"), self._word("call_status"), None),
            Fact(_("Number shown to the customer"), record["caller_no"], None),
        ]
        return [fact for fact in found if fact.shown is not None]

    @property
    def outcome(self) -> str | None:
        """Why it failed, or how it ended, in words."""
        code = self.record["fail_code"] or self.record["result"]
        return self.reasons.get(code, code) if code else None

    @property
    def code(self) -> str | None:
        """The code that the outcome puts in words; None where there are no words for it."""
        code = self.record["fail_code"] or self.record["result"]
        return code if code != self.outcome else None

    @property
    def group(self) -> str | None:
        """Who has to act."""
        group = self.record["fail_group"]
        return word(codes.GROUPS, group) if group else None

    @property
    def fields(self) -> list[Field]:
        """Every field, documented or not."""
        known = {**TEXTS, **TIMES, **FLAGS}
        found = [self._field(name, sent_as) for name, sent_as in known.items()]
        others = [key for key in self.odd if key not in known.values()]
        return found + [Field(key, "", str(self.odd[key])) for key in others]

    def _field(self, name: str, sent_as: str) -> Field:
        value = self.record[name]
        if value is None:
            return Field(sent_as, "", str(self.odd.get(sent_as, "")))
        if isinstance(value, datetime):
            local = value.astimezone(self.zone)
            return Field(sent_as, clock(local), str(round(value.timestamp() * 1000)))
        raw = str(value).lower() if isinstance(value, bool) else str(value)
        if name == "fail_code":
            return Field(sent_as, self.reasons.get(raw, ""), raw)
        return Field(sent_as, COLUMNS[name].word(raw) if COLUMNS[name].codes else "", raw)

    def _word(self, name: str) -> str | None:
        value = self.record[name]
        return None if value is None else COLUMNS[name].word(value)


def _named(text: str | Promise, name: str | None, own: str | None) -> Fact:
    """Return somebody or something by name, with its ID where that is another."""
    if name is None:
        return Fact(text, own, None)
    return Fact(text, name, own if own != name else None)


def _length(length: timedelta | None) -> str | None:
    return None if length is None else duration(length)
