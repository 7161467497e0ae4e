"""When to call again as a page shows it: a table of weekdays by hours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from appoints.display.formats import count
from appoints.display.html import html, joined
from appoints.display.insight.figures import percent, rows_link, shade
from appoints.insight.reach import FEWEST, ReachLine
from appoints.labels import HOURS, WEEKDAYS
from appoints.query.filters import NAMES
from appoints.query.query import Query

BEST = 3  # hours that are named
DOT = SafeString("·")  # stands for too few calls
# A week has up to 200, which a template takes several times as long for.
CELL = '<td class="step-%s" title="%s">%s</td>'
NONE = SafeString('<td class="step-0"></td>')


@dataclass(frozen=True, kw_only=True)
class ReachRow:
    """A weekday, or all of them: its rate, then that of each hour, as cells of the table."""

    text: str | Promise
    cells: SafeString


@dataclass(frozen=True, kw_only=True)
class CauseGroup:
    """A cause group in words, the address of its figures, and whether it is shown."""

    text: str
    address: str
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class ReachFigures:
    """When calls reach somebody; ``best`` names the best hours, empty where none is known.

    ``uncounted`` are calls whose begin is not known.
    """

    template: ClassVar[str] = "appoints/insight/_reach.html"
    reached: SafeString
    failed: SafeString
    uncounted: SafeString
    groups: Sequence[CauseGroup]
    hours: Sequence[tuple[str, str]]
    rows: Sequence[ReachRow]
    best: Sequence[SafeString]

    @property
    def fewest(self) -> int:
        """How many calls a rate is told from."""
        return FEWEST


def reach_figures(
    lines: Sequence[ReachLine], query: Query, causes: Query, groups: Sequence[CauseGroup]
) -> ReachFigures:
    """Return the lines in words; ``query`` asks for all calls, ``causes`` for the failed ones."""
    of = {(line.weekday, line.hour): line for line in lines}
    whole = of[None, None]
    if whole.uncounted:
        # Of all hours those without a begin are no part, which nothing else in the address says.
        query, causes = (each.but(call_weekdays=tuple(WEEKDAYS)) for each in (query, causes))
    # An hour without calls tells nothing, and one call of a night would make a wide table.
    hours = sorted(hour for weekday, hour in of if weekday is None and hour is not None)
    return ReachFigures(
        reached=rows_link(whole.reached, query.but(states=("reached",))),
        failed=rows_link(whole.failed, causes.but(states=("failed",))),
        uncounted=rows_link(whole.uncounted, None),  # no filter asks for calls without a begin
        groups=groups,
        hours=[(f"{hour:02}", HOURS[str(hour)]) for hour in hours],
        rows=list(_rows(of, hours, query)) if hours else [],
        best=_best(
            [line for line in lines if line.weekday is None and line.hour is not None], query
        ),
    )


def _rows(
    of: Mapping[tuple[int | None, int | None], ReachLine], hours: Sequence[int], query: Query
) -> Iterator[ReachRow]:
    """Yield all days, then each weekday that has calls."""
    address = _Address(query)
    for day in (None, *(int(day) for day in WEEKDAYS if (int(day), None) in of)):
        text = _("All days") if day is None else WEEKDAYS[str(day)]
        cells = joined(_cell(of.get((day, hour)), address) for hour in (None, *hours))
        yield ReachRow(text=text, cells=cells)


def _cell(line: ReachLine | None, address: _Address) -> SafeString:
    """Return the rate as a link to the reached calls, shaded; its tip says of how many."""
    if line is None or not line.calls:
        return NONE
    counts = {"reached": count(line.reached), "calls": count(line.calls)}
    of = _("%(reached)s of %(calls)s") % counts
    if line.rate is None:
        return html(CELL, 0, of, DOT)
    rate = rows_link(line.reached, address.of(line), percent(line.rate))
    return html(CELL, shade(line.rate), of, rate)


class _Address:
    """What asks for the calls of a line that reached somebody, as addresses have it.

    What the lines have in common is written once: to write all of it for each takes a third of
    the time of the section.
    """

    def __init__(self, query: Query) -> None:
        reached = query.but(states=("reached",), call_hours=())
        self._every_day = reached.urlencode()
        self._any_day = reached.but(call_weekdays=()).urlencode()

    def of(self, line: ReachLine) -> str:
        """Return the parameters of a line."""
        found = self._any_day
        if line.weekday is None:
            found = self._every_day
        else:
            found += f"&{NAMES['call_weekdays']}={line.weekday}"
        return found if line.hour is None else f"{found}&{NAMES['call_hours']}={line.hour}"


def _best(hours: Sequence[ReachLine], query: Query) -> list[SafeString]:
    """Return the hours with the highest rates as links: ``17:00–17:59 43 % (41 of 96)``."""
    judged = [line for line in hours if line.rate is not None]
    words = _("%(hour)s %(rate)s (%(reached)s of %(calls)s)")
    told = {
        line: words
        % {
            "hour": HOURS[str(line.hour)],
            "rate": percent(line.rate or 0),
            "reached": count(line.reached),
            "calls": count(line.calls),
        }
        for line in sorted(judged, key=lambda line: -(line.rate or 0))[:BEST]
    }
    address = _Address(query)
    return [rows_link(line.reached, address.of(line), told[line]) for line in told]
