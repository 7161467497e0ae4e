"""The position of a reservation in the list, and which others call the same number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from appoints.access.number_token import seal
from appoints.display.addresses import anchor, detail_of
from appoints.display.formats import clock
from appoints.labels import STATE_WORDS
from appoints.query.filters import FILTERS
from appoints.query.query import OPEN, Query
from appoints.results.position import position
from appoints.results.result import Result

MOST_OTHERS = 20  # shown of those that call the same number


class Neighbours:
    """A reservation's number among all rows of a result, and the ways on and back."""

    def __init__(self, result: Result, query: Query, appoint_id: str) -> None:
        found = position(result, appoint_id)
        if found is not None:
            query = replace(query, page=-(-found.number // query.per_page))
        self.total = result.total
        self.number = found and found.number
        # The list's page that holds it, and its row there.
        fragment = f"#{anchor(appoint_id)}" if found else ""
        self.back = query.urlencode() + fragment
        self.previous = _address(found and found.previous, query)
        self.next = _address(found and found.next, query)


class Other(NamedTuple):
    """Another reservation of the number; ``address`` is None where the row has no ID.

    ``note`` says what it has to do with the reservation that the page is of, where it matters.
    """

    state: str
    state_word: str | Promise
    at: datetime | None
    shown: str
    agent: str | None
    outcome: str | None
    note: str
    address: str | None


class Others:
    """The other reservations of a number that are at hand, the first by time and how many more.

    ``address`` asks for every reservation of the number, whatever its time; None without a number,
    and where no address can name it.
    """

    def __init__(
        self,
        result: Result,
        query: Query,
        record: Mapping[str, Any],
        zone: ZoneInfo,
        reasons: Mapping[str, str],
    ) -> None:
        found = result.same_number(record)
        self.shown = [
            _other(each, query, zone, reasons, _note(each, record)) for each in found[:MOST_OTHERS]
        ]
        self.more = len(found) - len(self.shown)
        number = record["called_sent"]
        self.has_number = bool(number)
        can_be_asked = FILTERS["number"].can_be(number or "")
        if number and record["called_no"] != number:  # it is masked
            number = seal(number)
        everything = Query(connection=query.connection, number=number or "", zone=query.zone)
        self.address = everything.urlencode() if can_be_asked else None
        # iSales was asked for these only, so that others of the number may exist.
        self.chosen = bool(query.agents or query.task) and not result.is_compared
        self.all = not (self.chosen or query.preset or query.begin or query.end)


def _other(
    record: Mapping[str, Any],
    query: Query,
    zone: ZoneInfo,
    reasons: Mapping[str, str],
    note: str,
) -> Other:
    code = record["fail_code"] or record["result"]
    at = record["appoint_time"] and record["appoint_time"].astimezone(zone)
    return Other(
        state=record["state"],
        state_word=STATE_WORDS[record["state"]],
        at=at,
        shown=clock(at) if at else "",
        agent=record["agent_name"] or record["agent"],
        outcome=reasons.get(code, code) if code else None,
        note=note,
        address=_address(record["appoint_id"], query),
    )


def _note(other: Mapping[str, Any], record: Mapping[str, Any]) -> str:
    """Return what one reservation makes of the other: both open, or one reached since the other."""
    if other["state"] in OPEN and record["state"] in OPEN:
        return _("open too")
    if record["state"] in OPEN and _is_since(other, record):
        return _("reached since this one was booked")
    if other["state"] in OPEN and _is_since(record, other):
        return _("booked before this call, and still open")
    return ""


def _is_since(call: Mapping[str, Any], booked: Mapping[str, Any]) -> bool:
    """Tell whether a call reached the number after a reservation of it was booked."""
    begin, booking = call["call_begin"], booked["create_time"]
    return call["state"] == "reached" and None not in (begin, booking) and begin > booking


def _address(appoint_id: str | None, query: Query) -> str | None:
    """Return where a reservation has its page, the question kept."""
    return detail_of(appoint_id, query.urlencode()) if appoint_id else None
