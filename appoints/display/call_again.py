"""When a customer who was not reached is best called again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from appoints.forms.bind import Question
from appoints.insight.best_hours import WEEK, BestHours, Working, best_hours
from appoints.insight.reach_by_group import reach_by_group
from appoints.labels import WEEKDAYS
from appoints.query.query import BLANK, Query
from appoints.results.result import Result

BYTES = 500  # of an advice, or about


class CallAgain:
    """The hours at which a failed number was not reached, and those at which most are.

    ``missed`` and ``best`` are words, empty where there is nothing to tell; ``address`` asks for
    the calls that reached somebody in the best hours.
    """

    def __init__(
        self, result: Result, question: Question, record: Mapping[str, Any], working: Working
    ) -> None:
        self.missed, self.best, self.address = "", "", ""
        if record["state"] != "failed" or not result.is_whole:
            return
        zone, local = question.zone, question.now.astimezone(question.zone)
        self.missed = _missed([record, *result.same_number(record)], zone)
        found = best_hours(reach_by_group(result, zone)[record["fail_group"]], local, working)
        if found is not None:
            self.best = best_words(found, local.date())
            self.address = _reached(found, question.query, result).urlencode()


class Advice(NamedTuple):
    """The best hours in words: ``hours`` in short, and with the calls that say so."""

    hours: str
    words: str


def advice(
    result: Result,
    question: Question,
    records: Iterable[Mapping[str, Any]],
    working: Callable[[], Working],
) -> Mapping[str | None, Advice]:
    """Return the best hours by the cause groups of failed records, as far as they tell."""
    groups = frozenset(each["fail_group"] for each in records if each["state"] == "failed")
    if not groups or not result.is_whole:
        return {}
    connection, local = question.connection, question.now.astimezone(question.zone)
    office = (connection.working_hours, connection.holidays, connection.time_zone)
    asked = (groups, question.zone.key, local.date(), local.hour, office, get_language())

    def made() -> Mapping[str | None, Advice]:
        lines, works = reach_by_group(result, question.zone), working()
        found = {group: best_hours(lines[group], local, works) for group in groups}
        return {
            group: Advice(_hours(best, local.date()), best_words(best, local.date()))
            for group, best in found.items()
            if best
        }

    return result.selection.made("advice", made, lambda found: BYTES * len(found), *asked)


def _missed(records: list[Mapping[str, Any]], zone: ZoneInfo) -> str:
    """Return the local hours at which calls of these records failed, in words."""
    begins = [each["call_begin"] for each in records if each["state"] == "failed"]
    hours = sorted({each.astimezone(zone).hour for each in begins if each is not None})
    # Translators: %s are hours of the day: "10, 11"
    return _("Not reached at %s") % ", ".join(map(str, hours)) if hours else ""


def best_words(found: BestHours, today: date) -> str:
    """Return the best hours, the calls that say so, and when they come next."""
    # Translators: hours of the day, a share of calls, and a day: "today", "Monday"
    words = _("Most often reached %(begin)s–%(end)s (%(reached)s of %(calls)s), next %(day)s")
    return words % {
        "begin": found.begin,
        "end": found.end,
        "reached": intcomma(found.reached),
        "calls": intcomma(found.calls),
        "day": _day(found.day, today),
    }


def _hours(found: BestHours, today: date) -> str:
    # Translators: when to call again: hours of the day, and a day: "today", "Monday"
    words = _("again %(begin)s–%(end)s, %(day)s")
    return words % {"begin": found.begin, "end": found.end, "day": _day(found.day, today)}


def _day(day: date, today: date) -> str:
    if day == today:
        return _("today")
    if day == today + timedelta(days=1):
        return _("tomorrow")
    return str(WEEKDAYS[str(day.isoweekday())])


def _reached(found: BestHours, query: Query, result: Result) -> Query:
    """Return the question for the calls of these hours that reached somebody."""
    asked = BLANK if result.is_compared else query.upstream()
    every_day = len(found.weekdays) == WEEK
    return replace(
        query.of_range,
        agents=asked.agents,
        number=asked.number,
        task=asked.task,
        states=("reached",),
        call_hours=tuple(str(hour) for hour in range(found.begin, found.end)),
        call_weekdays=() if every_day else tuple(map(str, found.weekdays)),
    )
