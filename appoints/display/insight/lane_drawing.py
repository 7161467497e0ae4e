"""Draws a day's lanes: a picture for each agent, in which each mark is a link."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from appoints.display.addresses import detail_of
from appoints.display.formats import time_of_day
from appoints.display.html import NOTHING, html, joined
from appoints.display.insight.day_span import DaySpan
from appoints.display.insight.lanes import AgentLane, LaneMark
from appoints.insight.lanes import LaneLine
from appoints.labels import STATE_WORDS
from appoints.query.filters import FILTERS
from appoints.query.query import Query

MOST_MARKS = 800  # on a page; above it, calls of a slot and a state are one mark
SLOTS = tuple(timedelta(minutes=minutes) for minutes in (10, 30, 60))
MARK, LEVEL = 8, 11  # pixels: the width of a mark, and the height of a level of a lane
USUAL_WIDTH = 900  # pixels that a lane has on a desk, by which marks count as overlapping
LABELS = 12  # at the most over the lanes


class LaneCalls(NamedTuple):
    """Calls that are one mark: just one, or those of a slot in one state."""

    lines: Sequence[LaneLine]

    @property
    def first(self) -> LaneLine:
        """The call that the mark stands at."""
        return self.lines[0]


class LaneDrawing:
    """Draws the lanes of one page; ``query`` is that of the day."""

    def __init__(
        self, lines: Sequence[LaneLine], query: Query, span: DaySpan, now: datetime | None
    ) -> None:
        self.slot = _slot_of(lines)
        self._query, self._span = query, span
        self._zone = span.begin.tzinfo
        self._home = reverse("appoints:list")
        self._address = query.urlencode()
        inside = now is not None and span.begin <= now < span.end
        self._now = f"{span.place(now):.3f}%" if inside and now else ""

    @property
    def has_now(self) -> bool:
        """Whether the present is on the lanes."""
        return bool(self._now)

    @property
    def minutes(self) -> int:
        """How long a slot is; 0 where each call is a mark."""
        return int(self.slot.total_seconds() // 60) if self.slot else 0

    @property
    def _step(self) -> timedelta:
        assert self.slot
        return self.slot

    def axis(self) -> SafeString:
        """Return the hours over the lanes."""
        hours = self._span.hours()
        every = -(-len(hours) // LABELS)
        return joined(
            html(
                '<text x="%s%%" y="10" text-anchor="%s">%s</text>',
                f"{self._span.place(each):.3f}",
                "middle" if number else "start",
                time_of_day(each),
            )
            for number, each in enumerate(hours)
            if not number % every
        )

    def lane(self, lines: Sequence[LaneLine]) -> AgentLane:
        """Return the lane of the calls of one agent."""
        calls = list(self._together(lines))
        levels = list(self._levels(calls))
        height = (max(levels, default=0) + 1) * LEVEL
        name = lines[0].name or lines[0].agent or _("Without an agent")
        marks = [self._mark(each) for each in calls]
        drawn = [self._grid()]
        for each, level, mark in zip(calls, levels, marks, strict=True):
            drawn.append(self._drawn(each, level, mark, name))
        return AgentLane(
            text=name, rows=len(lines), height=height, drawn=joined(drawn), marks=marks
        )

    def _together(self, lines: Sequence[LaneLine]) -> Iterator[LaneCalls]:
        if not self.slot:
            yield from (LaneCalls([line]) for line in lines)
            return
        by_slot: dict[tuple[datetime, str], list[LaneLine]] = {}
        for line in lines:
            by_slot.setdefault((self._slot(line.appoint_time), line.state), []).append(line)
        yield from map(LaneCalls, by_slot.values())

    def _slot(self, moment: datetime) -> datetime:
        begin = self._span.begin.astimezone(UTC)
        return begin + (moment - begin) // self._step * self._step

    def _levels(self, calls: Sequence[LaneCalls]) -> Iterator[int]:
        """Yield for each mark the lowest level on which none is in its place."""
        wide = self._span.length * (MARK + 1) / USUAL_WIDTH
        ends: list[datetime] = []
        for each in calls:
            begin = each.first.appoint_time
            level = next((n for n, end in enumerate(ends) if end <= begin), len(ends))
            ends[level : level + 1] = [begin + wide]
            yield level

    def _mark(self, calls: LaneCalls) -> LaneMark:
        line, rows = calls.first, len(calls.lines)
        word = str(STATE_WORDS[line.state])
        when = time_of_day(line.appoint_time.astimezone(self._zone))
        if rows > 1:
            begin = self._slot(line.appoint_time)
            last = (begin + self._step - timedelta(minutes=1)).astimezone(self._zone)
            when = f"{time_of_day(begin.astimezone(self._zone))}–{time_of_day(last)}"
            word = f"{word}: {rows}"
        begun = line.call_begin and rows == 1 and self._moment(line.call_begin)
        address = self._address_of(calls)
        link = html('<a href="%s">%s</a>', address, when) if address else html("%s", when)
        return LaneMark(when=when, word=word, begun=begun or "", link=link)

    def _moment(self, moment: datetime) -> str:
        """Return a time of day, with its day where that is another."""
        local, day = moment.astimezone(self._zone), self._span.begin.date()
        time = time_of_day(local)
        return time if local.date() == day else f"{local.date().isoformat()} {time}"

    def _address_of(self, calls: LaneCalls) -> str:
        """Return where a mark leads; empty where no address can name it."""
        line = calls.first
        if len(calls.lines) == 1 and line.appoint_id:
            return detail_of(line.appoint_id, self._address, self._home)
        if not FILTERS["agents"].can_be(line.agent):
            return ""
        begin, end = line.appoint_time, line.appoint_time + timedelta(milliseconds=1)
        if len(calls.lines) > 1:
            begin, end = self._slot(begin), self._slot(begin) + self._step
        query = self._query.only("agents", line.agent).but(
            begin=begin, end=end, states=(line.state,)
        )
        return f"{self._home}?{query.urlencode()}"

    def _drawn(self, calls: LaneCalls, level: int, mark: LaneMark, name: str) -> SafeString:
        line, y = calls.first, level * LEVEL + 1
        x = self._span.place(line.appoint_time)
        parts = [NOTHING]
        if line.call_begin and line.call_begin > line.appoint_time and len(calls.lines) == 1:
            until = min(self._span.place(line.call_begin), 100.0)
            parts.append(
                html(
                    '<line class="delay" x1="%s%%" x2="%s%%" y1="%s" y2="%s"/>',
                    *(f"{x:.3f}", f"{until:.3f}", y + LEVEL / 2 - 1, y + LEVEL / 2 - 1),
                )
            )
        stripes = html(' fill="url(#stripes)"') if line.state == "failed" else NOTHING
        parts.append(
            html(
                '<rect class="mark-%s"%s x="%s%%" y="%s" width="%s" height="%s"/>',
                *(line.state, stripes, f"{x:.3f}", y, MARK - 1, LEVEL - 3),
            )
        )
        begun = _("begun %s") % mark.begun if mark.begun else ""
        words = ", ".join(filter(None, [name, mark.when, mark.word, begun]))
        address = self._address_of(calls)
        if not address:
            return html("<g><title>%s</title>%s</g>", words, joined(parts))
        label = '<a href="%s" aria-label="%s"><title>%s</title>%s</a>'
        return html(label, address, words, words, joined(parts))

    def _grid(self) -> SafeString:
        lines = [
            html('<line class="hour" x1="%s%%" x2="%s%%" y1="0" y2="100%%"/>', at, at)
            for at in (f"{self._span.place(each):.3f}" for each in self._span.hours())
        ]
        if self._now:
            now = '<line class="now" x1="%s" x2="%s" y1="0" y2="100%%"/>'
            lines.append(html(now, self._now, self._now))
        return joined(lines)


def _slot_of(lines: Sequence[LaneLine]) -> timedelta | None:
    """Return the shortest slot whose marks are not too many; None where each call is a mark."""
    if len(lines) <= MOST_MARKS:
        return None
    for slot in SLOTS:
        places = {
            (x.agent, x.state, x.appoint_time.timestamp() // slot.total_seconds()) for x in lines
        }
        if len(places) <= MOST_MARKS:
            break
    return slot
