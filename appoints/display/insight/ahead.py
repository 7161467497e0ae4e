"""Collisions, and calls outside working hours, as a page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as formatted
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

from appoints.connections.models import Connection
from appoints.connections.working_hours import office_of
from appoints.display.formats import duration, isolated, offset_if_twice
from appoints.display.insight.figures import more_words, only, rows_link
from appoints.insight.collisions import FEWEST, CollisionLine, TalkTimes
from appoints.insight.outside_hours import OutsideLine
from appoints.query.query import Query

MOMENT = timedelta(milliseconds=1)


@dataclass(frozen=True, kw_only=True)
class CollisionRow:
    """An agent's calls that are too close together: when, how many, and how many at once."""

    text: str
    when: str
    calls: SafeString
    at_once: SafeString
    talk_time: str


@dataclass(frozen=True, kw_only=True)
class CollisionFigures:
    """Calls too close together; ``talk_time`` is the usual one, empty where none is known.

    ``over`` is the time that tells talk times, and ``unclear`` are its calls that ended before they
    began, which tell none.
    """

    template: ClassVar[str] = "appoints/insight/_collisions.html"
    rows: Sequence[CollisionRow]
    more: str
    talk_time: str
    over: str
    unclear: int

    @property
    def fewest(self) -> int:
        """From how many calls on an agent's own talk time counts."""
        return FEWEST


@dataclass(frozen=True, kw_only=True)
class OutsideRow:
    """A stretch without working time, and its calls."""

    when: str
    calls: SafeString


@dataclass(frozen=True, kw_only=True)
class OutsideFigures:
    """Calls outside of working ``hours``, which are as written; empty where none are set.

    ``zone`` is the one whose times they are, ``holidays`` says that there are any.
    """

    template: ClassVar[str] = "appoints/insight/_outside.html"
    rows: Sequence[OutsideRow]
    more: str
    calls: SafeString
    hours: str
    zone: str
    holidays: bool


def collision_figures(
    lines: Sequence[CollisionLine],
    talked: TalkTimes,
    query: Query,
    zone: ZoneInfo,
    over: str,
    *,
    most: int,
) -> CollisionFigures:
    """Return the first ``most`` collisions in words; ``over`` is the time that tells talk times."""
    rows = [_collision(line, query, zone) for line in lines[:most]]
    return CollisionFigures(
        rows=rows,
        more=more_words(len(lines) - len(rows)),
        talk_time=duration(talked.usual) if talked.usual else "",
        over=over,
        unclear=talked.unclear,
    )


def _collision(line: CollisionLine, query: Query, zone: ZoneInfo) -> CollisionRow:
    asked = only(query, "agents", line.agent)
    times = {"preset": "", "begin": line.begin, "end": line.end + MOMENT}
    most = {"preset": "", "begin": line.fullest, "end": line.fullest + line.talk_time}
    return CollisionRow(
        text=line.name or line.agent,
        when=_range(line.begin, line.end, zone),
        calls=rows_link(line.calls, asked and asked.but(**times)),
        at_once=rows_link(line.at_once, asked and asked.but(**most)),
        talk_time=duration(line.talk_time),
    )


def outside_figures(
    lines: Sequence[OutsideLine],
    query: Query,
    zone: ZoneInfo,
    connection: Connection,
    *,
    most: int,
) -> OutsideFigures:
    """Return the stretches in words, the first ``most`` of them."""
    office = office_of(connection)
    rows = [
        OutsideRow(
            when=_range(line.begin, line.end, zone),
            calls=rows_link(line.calls, query.but(preset="", begin=line.begin, end=line.end)),
        )
        for line in lines[:most]
    ]
    return OutsideFigures(
        rows=rows,
        more=more_words(len(lines) - len(rows)),
        calls=rows_link(sum(line.calls for line in lines), query.but(outside=True)),
        hours=connection.working_hours if office else "",
        zone=office.zone.key if office else "",
        holidays=bool(connection.holidays),
    )


def _range(begin: datetime, end: datetime, zone: ZoneInfo) -> str:
    """Return two moments in words, the second without its day where that is the same."""
    first, last = begin.astimezone(zone), end.astimezone(zone)
    if begin == end:
        return _told(first)
    second = _time(last) if first.date() == last.date() else _told(last)
    return f"{isolated(_told(first))} – {isolated(second)}"


def _told(moment: datetime) -> str:
    day = formatted(moment, pgettext("day of a bar", "D j M"))
    return f"{day} {_time(moment)}"


def _time(moment: datetime) -> str:
    return f"{moment:%H:%M}{offset_if_twice(moment)}"
