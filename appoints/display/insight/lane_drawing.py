"""Draws a day's lanes: a picture for each agent, in which each mark is a link.

A page may have more than a thousand marks, so that what they share is written once, and each is
one pattern.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

import polars as pl
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from appoints.display.addresses import detail_of
from appoints.display.formats import time_of_day
from appoints.display.html import NOTHING, escaped, html, joined
from appoints.display.insight.day_span import DaySpan
from appoints.display.insight.figures import milliseconds, only, rows_link
from appoints.display.insight.lanes import AgentLane
from appoints.display.texts import visible
from appoints.insight.lanes import MINUTE, LaneMark, lane_marks, slot_of
from appoints.labels import STATE_WORDS
from appoints.query.filters import FILTERS
from appoints.query.query import Query

MARK, LEVEL = 8, 11  # pixels: the width of a mark, and the height of a level of a lane
USUAL_WIDTH = 900  # pixels that a lane has on a desk, by which marks count as overlapping
LABELS, PHONE_LABELS = 8, 3  # at the most over the lanes

DELAY = '<line class="delay" x1="%.3f%%" x2="%.3f%%" y1="%s" y2="%s"/>'
RECT = '<rect class="mark-%s"%s x="%.3f%%" y="%d" width="%d" height="%d"/>'
LINKED = '<a href="%s" aria-label="%s"><title>%s</title>%s</a>'
ROW = '<tr><th scope="row"><bdi>%s</bdi></th><td>%s</td><td>%s</td><td>%s</td></tr>'
STRIPES = ' fill="url(#stripes)"'
WIDE = SafeString(' class="wide"')


class DrawnLanes(NamedTuple):
    """The lanes of a page, the hours over them, and how many ``minutes`` are one mark."""

    axis: SafeString
    lanes: Sequence[AgentLane]
    has_now: bool
    minutes: int


class LaneOwner(NamedTuple):
    """Whose calls are on a lane; ``agent`` is None for those that name none."""

    agent: str | None
    name: str | None

    @property
    def text(self) -> str:
        """What the lane is called."""
        return self.name or self.agent or _("Without an agent")


def drawn_lanes(
    lanes: pl.DataFrame, query: Query, span: DaySpan, now: datetime | None
) -> DrawnLanes:
    """Return the lanes of the calls of ``lanes_of``, all of which lie in ``span``."""
    begin = milliseconds(span.begin)
    minutes = slot_of(lanes, begin)
    drawing = LaneDrawing(query, span, now, minutes)
    owners = lanes.select("agent", "name").unique(maintain_order=True).iter_rows()
    by_lane = groupby(lane_marks(lanes, begin, minutes), key=lambda mark: mark.lane)
    drawn = [
        drawing.lane(LaneOwner(*owner), list(marks))
        for owner, (_lane, marks) in zip(owners, by_lane, strict=True)
    ]
    return DrawnLanes(drawing.axis(), drawn, drawing.has_now, minutes)


class LaneDrawing:
    """Draws the lanes of one page.

    ``query`` is that of the day, and the calls of ``minutes`` are one mark, of 0 each is.
    """

    def __init__(self, query: Query, span: DaySpan, now: datetime | None, minutes: int) -> None:
        self._query, self._span, self._zone = query, span, span.begin.tzinfo
        self._begin, end = milliseconds(span.begin), milliseconds(span.end)
        self._length, self._slot = end - self._begin, minutes * MINUTE
        at = None if now is None else milliseconds(now)
        self._now = self._place(at) if at is not None and self._begin <= at < end else None
        self._times: dict[int, str] = {}
        # Once for all marks: to look up a translation takes as long as to draw one.
        self._begun = ", " + escaped(_("begun %s"))
        self._states = {state: str(escaped(word)) for state, word in STATE_WORDS.items()}

    @property
    def has_now(self) -> bool:
        """Whether the present is on the lanes."""
        return self._now is not None

    def axis(self) -> SafeString:
        """Return the hours over the lanes; a phone has no room for those of class ``wide``."""
        hours = self._span.hours()
        shown = hours[:: -(-len(hours) // LABELS)]
        every = -(-len(shown) // PHONE_LABELS)
        return joined(
            html(
                '<text x="%s%%" y="10" text-anchor="middle"%s>%s</text>',
                f"{self._span.place(each):.3f}",
                WIDE if number % every else NOTHING,
                time_of_day(each),
            )
            for number, each in enumerate(shown)
        )

    def lane(self, owner: LaneOwner, marks: Sequence[LaneMark]) -> AgentLane:
        """Return the lane of one agent."""
        links = LaneLinks(owner, self._query, self._slot, self._begin)
        name, shown = escaped(owner.text), escaped(visible(owner.text))
        levels, drawn, rows = list(self._levels(marks)), [str(self._grid)], []
        for mark, level in zip(marks, levels, strict=True):
            when, word, begun = self._words(mark)
            link = links.of(mark)
            picture = self._picture(mark, level * LEVEL + 1)
            told = self._begun % begun if begun else ""
            drawn.append(_titled(picture, link, name, when, word, told))
            linked = f'<a href="{link}">{when}</a>' if link else when
            rows.append(ROW % (shown, linked, word, begun))
        return AgentLane(
            text=owner.text,
            rows=rows_link(
                sum(mark.calls for mark in marks), only(self._query, "agents", owner.agent)
            ),
            height=(max(levels, default=0) + 1) * LEVEL,
            drawn=SafeString("".join(drawn)),
            marks=SafeString("".join(rows)),
        )

    def _levels(self, marks: Sequence[LaneMark]) -> Iterator[int]:
        """Yield for each mark the lowest level on which none is in its place."""
        wide = self._length * (MARK + 1) / USUAL_WIDTH
        ends: list[float] = []
        for mark in marks:
            level = next((n for n, end in enumerate(ends) if end <= mark.at), len(ends))
            ends[level : level + 1] = [mark.at + wide]
            yield level

    def _words(self, mark: LaneMark) -> tuple[str, str, str]:
        """Return when a mark is, in which state, and when its call began, as HTML."""
        word = self._states[mark.state]
        if mark.calls == 1:
            return self._time(mark.at), word, "" if mark.begun is None else self._time(mark.begun)
        begin = mark.at - (mark.at - self._begin) % self._slot
        when = f"{self._time(begin)}–{self._time(begin + self._slot - MINUTE)}"
        return when, f"{word}: {mark.calls}", ""

    def _time(self, at: int) -> str:
        """Return a time of day, with its day where that is another."""
        if at not in self._times:
            local = datetime.fromtimestamp(at / 1000, self._zone).replace(microsecond=0)
            time, day = time_of_day(local), local.date()
            other = day != self._span.begin.date()
            self._times[at] = f"{day.isoformat()} {time}" if other else time
        return self._times[at]

    def _picture(self, mark: LaneMark, y: int) -> str:
        x, delay = self._place(mark.at), ""
        if mark.calls == 1 and mark.begun is not None and mark.begun > mark.at:
            middle = y + LEVEL / 2 - 1
            delay = DELAY % (x, min(self._place(mark.begun), 100.0), middle, middle)
        stripes = STRIPES if mark.state == "failed" else ""
        return delay + RECT % (mark.state, stripes, x, y, MARK - 1, LEVEL - 3)

    def _place(self, at: int) -> float:
        return (at - self._begin) / self._length * 100

    @cached_property
    def _grid(self) -> SafeString:
        lines = [
            html('<line class="hour" x1="%s%%" x2="%s%%" y1="0" y2="100%%"/>', at, at)
            for at in (f"{self._span.place(each):.3f}" for each in self._span.hours())
        ]
        if self._now is not None:
            at = f"{self._now:.3f}%"
            lines.append(html('<line class="now" x1="%s" x2="%s" y1="0" y2="100%%"/>', at, at))
        return joined(lines)


class LaneLinks:
    """Where the marks of one lane lead, as HTML."""

    def __init__(self, owner: LaneOwner, query: Query, slot: int, begin: int) -> None:
        self._home, self._address = reverse("appoints:list"), escaped(query.urlencode())
        self._slot, self._begin, self._own = slot, begin, NOTHING
        if FILTERS["agents"].can_be(owner.agent):
            bare = query.only("agents", owner.agent).but(begin=None, end=None, states=())
            self._own = escaped(bare.urlencode())

    def of(self, mark: LaneMark) -> str:
        """Return where a mark leads; empty where no address can name it."""
        if mark.calls == 1 and mark.appoint_id:
            return detail_of(mark.appoint_id, self._address, self._home)
        if not self._own:
            return ""
        first, length = mark.at, 1
        if mark.calls > 1:
            first, length = mark.at - (mark.at - self._begin) % self._slot, self._slot
        times = f"from={first}&amp;to={first + length}"
        return f"{self._home}?{self._own}&amp;{times}&amp;state={mark.state}"


def _titled(picture: str, link: str, name: str, when: str, word: str, begun: str) -> str:
    """Return a mark with what it stands for in words, all of which are HTML already."""
    words = f"{name}, {when}, {word}{begun}"
    if not link:
        return f"<g><title>{words}</title>{picture}</g>"
    return LINKED % (link, words, words, picture)
