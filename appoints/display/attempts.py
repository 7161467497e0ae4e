"""The attempts at a reservation's number for its task, in order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from appoints.display.addresses import detail_of
from appoints.display.formats import clock
from appoints.display.number_words import attempt_words
from appoints.labels import STATE_WORDS
from appoints.query.query import OPEN, Query
from appoints.results.attempts import of_one_matter
from appoints.results.result import Result

MOST_ATTEMPTS = 20  # shown, the last ones


class AttemptTime(NamedTuple):
    """A time of an attempt: what it is, local, None where it is not known, and in words."""

    text: str
    at: datetime | None
    shown: str


class Attempt(NamedTuple):
    """A call, or what is still open; ``place`` says which attempt it was, empty for what is open.

    ``address`` is None for the reservation that the page is of, and for one without an ID.
    """

    place: str
    state: str
    state_word: str | Promise
    outcome: str | None
    times: list[AttemptTime]
    address: str | None
    is_this: bool


class Attempts:
    """All attempts at the number of a reservation for its task: the last ones, and how many more.

    ``known`` tells whether rows of all agents were there to look among, ``words`` which of them the
    reservation is.
    """

    def __init__(
        self,
        result: Result,
        query: Query,
        record: Mapping[str, Any],
        zone: ZoneInfo,
        reasons: Mapping[str, str],
    ) -> None:
        self.known = result.is_compared
        found = of_one_matter(record, result.compared, result.plan) if self.known else []
        own = [each for each in found if each["appoint_id"] == record["appoint_id"]]
        self.words = attempt_words(own[0]) if own else ""
        self.shown = [
            _attempt(each, query, zone, reasons, is_this=each in own)
            for each in found[-MOST_ATTEMPTS:]
        ]
        self.more = len(found) - len(self.shown)


def _attempt(
    record: Mapping[str, Any],
    query: Query,
    zone: ZoneInfo,
    reasons: Mapping[str, str],
    *,
    is_this: bool,
) -> Attempt:
    code, is_open = record["fail_code"] or record["result"], record["state"] in OPEN
    times = {"create_time": _("booked"), "appoint_time": _("reserved for")}
    if not is_open:
        times["call_begin"] = pgettext("a call", "began")
    leads = record["appoint_id"] and not is_this
    return Attempt(
        place="" if is_open else attempt_words(record),
        state=record["state"],
        state_word=STATE_WORDS[record["state"]],
        outcome=reasons.get(code, code) if code else None,
        times=[_time(text, record[name], zone) for name, text in times.items()],
        address=detail_of(record["appoint_id"], query.urlencode()) if leads else None,
        is_this=is_this,
    )


def _time(text: str, moment: datetime | None, zone: ZoneInfo) -> AttemptTime:
    local = moment and moment.astimezone(zone)
    return AttemptTime(text, local, clock(local) if local else _("unknown"))
