"""The working time of a connection."""

from __future__ import annotations

from datetime import datetime, timedelta

from appoints.connections.models import Connection
from appoints.connections.working_hours import office_of
from appoints.forms.bind import Question
from appoints.insight.best_hours import AHEAD, Working, always, within
from appoints.query.time_range import Window, midnight
from appoints.results.working_time import WorkingTime

DAY = timedelta(days=1)
WIDEST = 430  # days of working time


def working_windows(connection: Connection, begin: datetime, end: datetime) -> list[Window] | None:
    """Return a connection's working time within two moments.

    None where it has no hours, or where the two lie more than WIDEST days apart.
    """
    office = office_of(connection)
    if office is None or end - begin > WIDEST * DAY:
        return None
    hours, zone = office
    first, last = begin.astimezone(zone).date() - DAY, end.astimezone(zone).date()
    return [
        Window(max(each.begin, begin), min(each.end, end))
        for each in hours.windows(first, last, zone)
        if each.begin and each.end and each.end > begin and each.begin < end
    ]


def working_ahead(question: Question) -> Working:
    """Return which hours of the days that come people work in; without hours, in all of them."""
    today = midnight(question.now.astimezone(question.zone).date(), question.zone)
    windows = working_windows(question.connection, today, today + AHEAD * DAY)
    return always if windows is None else within(windows, question.zone)


def working_time(connection: Connection, begin: datetime, end: datetime) -> WorkingTime | None:
    """Return how a connection's working time is measured; None where it has no hours."""
    windows = working_windows(connection, begin, end)
    return None if windows is None else WorkingTime(windows)
