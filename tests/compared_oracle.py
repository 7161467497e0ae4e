"""What comparing rows of one number must find, said over again in plain Python."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from appoints.query.time_range import Window
from appoints.results.numbers import NO_PLAN, NumberingPlan, compact
from tests.oracle import Record

OPEN = ("upcoming", "due", "overdue")


def reading(number: str | None, plan: NumberingPlan = NO_PLAN) -> str | None:
    """The international number that a writing stands for; None of what is no number."""
    text = compact(number or "")
    if not re.fullmatch(r"\+?[0-9*#]+", text):
        return None
    if set("*#") & set(text):
        return text
    digits = text.lstrip("+")
    country, trunk = plan
    if len(digits) < 7:
        return digits
    if text[0] == "+":
        return _without_trunk(digits, plan)
    if digits[:2] == "00" and len(digits) > 8:
        return _without_trunk(digits[2:], plan)
    if not country:
        return digits
    if trunk and digits.startswith(trunk):
        return country + digits[len(trunk) :]
    own_code = digits.startswith(country) and len(digits) - len(country) >= 7
    if own_code or len(digits) > 11:
        return _without_trunk(digits, plan)
    return country + digits


def _without_trunk(digits: str, plan: NumberingPlan) -> str:
    country, trunk = plan
    if country and trunk.startswith("0") and digits.startswith(country + trunk):
        return country + digits[len(country + trunk) :]
    return digits


def compared(
    records: Sequence[Record], window: Window, plan: NumberingPlan = NO_PLAN
) -> list[Record]:
    """Each record of the window, compared with the others."""
    inside = [each for each in records if _is_in(each, window)]
    return [
        replace(
            each,
            repeats=_repeats(each, inside, plan),
            attempts=attempted(each, inside, plan),
        )
        for each in inside
    ]


def _is_in(record: Record, window: Window) -> bool:
    reserved = record.row.appoint_time
    if reserved is None:
        return True
    begin, end = (None if each is None else _ms(each) for each in window)
    return (begin is None or reserved >= begin) and (end is None or reserved < end)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _repeats(
    record: Record, inside: Sequence[Record], plan: NumberingPlan
) -> tuple[str | None, int | None]:
    number = reading(record.row.called_no, plan)
    is_open = record.state in OPEN
    if number is None:
        return ("unknown" if is_open else None), None
    same = [each for each in inside if reading(each.row.called_no, plan) == number]
    count = sum(each.state in OPEN for each in same)
    if not is_open:
        return None, count
    booked = record.row.create_time
    begins = [each.row.call_begin for each in same if each.state == "reached"]
    after = booked is not None and any(begin is not None and begin > booked for begin in begins)
    ways = ["open"] * (count > 1) + ["reached"] * after
    if len(ways) == 2:
        return "both", count
    if ways:
        return ways[0], count
    cannot_tell = begins and (booked is None or None in begins)
    return ("unknown" if cannot_tell else None), count


def attempted(
    record: Record, inside: Sequence[Record], plan: NumberingPlan = NO_PLAN
) -> tuple[int | None, int | None]:
    """Which attempt at its number and task a record of the window was, and how many there are."""
    matter = _matter(record, plan)
    if None in matter:
        return None, None
    calls = [each for each in inside if _matter(each, plan) == matter and each.state not in OPEN]
    begins = [each.row.call_begin for each in calls]
    begin = record.row.call_begin
    is_told = record.state not in OPEN and None not in begins and begins.count(begin) == 1
    return (sorted(begins).index(begin) + 1 if is_told else None), len(calls)  # type: ignore[type-var]


def _matter(record: Record, plan: NumberingPlan) -> tuple[str | None, str | None]:
    return reading(record.row.called_no, plan), record.row.task_id
