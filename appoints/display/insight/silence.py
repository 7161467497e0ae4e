"""No sign of life as a page and the wallboard show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from appoints.display.formats import duration, isolated, time_of_day
from appoints.display.insight.figures import more_words, only, rows_link
from appoints.insight.silence import SilenceLine
from appoints.query.query import Query


@dataclass(frozen=True, kw_only=True)
class SilenceRow:
    """An agent with calls to make: what is known of their last call, and how many wait."""

    text: str
    code: str
    words: str
    waits: str
    is_silent: bool
    due: SafeString
    overdue: SafeString


@dataclass(frozen=True, kw_only=True)
class SilenceFigures:
    """Who has calls to make; ``silent`` counts those of whom no call is known since.

    ``working`` says that times are told in working hours.
    """

    template: ClassVar[str] = "appoints/insight/_silence.html"
    rows: Sequence[SilenceRow]
    silent: int
    more: str
    working: bool


def silence_figures(
    lines: Sequence[SilenceLine],
    waits: Sequence[timedelta | None],
    query: Query,
    zone: ZoneInfo,
    *,
    most: int,
    working: bool,
) -> SilenceFigures:
    """Return the lines in words; ``waits`` is for how long the first call of each is overdue."""
    rows = [_row(line, wait, query, zone) for line, wait in zip(lines[:most], waits, strict=False)]
    return SilenceFigures(
        rows=rows,
        silent=sum(line.is_silent for line in lines),
        more=more_words(len(lines) - len(rows)),
        working=working,
    )


def _row(line: SilenceLine, wait: timedelta | None, query: Query, zone: ZoneInfo) -> SilenceRow:
    asked = only(query, "agents", line.agent)
    name = line.name or line.agent or _("Without an agent")
    return SilenceRow(
        text=name,
        code=line.agent if line.agent and line.agent != name else "",
        words=silence_words(line, zone),
        waits="" if wait is None else duration(wait),
        is_silent=line.is_silent,
        due=rows_link(line.due, asked and asked.but(states=("due",))),
        overdue=rows_link(line.overdue, asked and asked.but(states=("overdue",))),
    )


def silence_words(line: SilenceLine, zone: ZoneInfo) -> str:
    """Return what is known of an agent's calls; never where the person is."""
    if line.agent is None:
        return "–"
    if line.calling:
        return _("a call is going on")
    if line.last_begin is None:
        return _("no call begun today")
    told = isolated(time_of_day(line.last_begin.astimezone(zone).replace(second=0)))
    return (_("no call begun since %s") if line.is_silent else _("last call begun %s")) % told
