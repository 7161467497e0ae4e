"""One reservation in full: its life, its fields in words and as iSales sent them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from appoints.isales import codes
from appoints.isales.rows import FLAGS, TEXTS, TIMES
from appoints.words import STATE_WORDS, clock, span, word

STEPS = (
    ("create_time", _("Booked")),
    ("appoint_time", _("Reserved for")),
    ("call_begin", _("Call began")),
    ("call_end", _("Call ended")),
)
CODED = {
    "call_type": codes.CALL_TYPES,
    "call_status": codes.CALL_STATUSES,
    "task_status": codes.TASK_STATUSES,
    "result": codes.RESULTS,
}


class Step(NamedTuple):
    """A moment in a reservation's life, local; None where it has not come or is not known."""

    text: str | Promise
    at: datetime | None


class Field(NamedTuple):
    """A field under iSales' own name: in words, and as sent."""

    name: str
    shown: str
    raw: str


class Detail:
    """What a person reads about one reservation."""

    def __init__(self, record: Mapping[str, Any], zone: ZoneInfo, reasons: Mapping[str, str]):
        self.record = record
        self.zone = zone
        self.reasons = reasons
        self.state = record["state"]
        self.state_word = STATE_WORDS[self.state]
        self.odd: dict[str, object] = json.loads(record["odd"]) if record["odd"] else {}

    @property
    def steps(self) -> list[Step]:
        """The reservation's life in the order in which it should happen."""
        return [Step(text, self._local(name)) for name, text in STEPS]

    @property
    def figures(self) -> list[tuple[str | Promise, str]]:
        """Delay and talk time, where they are known."""
        delay, talk = self.record["delay"], self.record["talk_time"]
        found: list[tuple[str | Promise, str]] = []
        if delay is not None:
            early = delay.total_seconds() < 0
            found.append((_("Began before its time by") if early else _("Delay"), span(delay)))
        if talk is not None:
            found.append((pgettext_lazy("duration", "Talk time"), span(talk)))
        return found

    @property
    def outcome(self) -> str | None:
        """Why it failed, or how it ended, in words."""
        code = self.record["fail_code"] or self.record["result"]
        return self.reasons.get(code, code) if code else None

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
        return Field(sent_as, word(CODED[name], raw) if name in CODED else "", raw)

    def _local(self, name: str) -> datetime | None:
        value = self.record[name]
        return value.astimezone(self.zone) if value is not None else None
