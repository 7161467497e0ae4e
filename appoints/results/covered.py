"""What was found for the parts of a window: how old, how complete, what is due."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from django.utils import timezone

from appoints.isales.client import Criteria
from appoints.isales.errors import FetchError
from appoints.query.time_range import Window
from appoints.results.found import Found, before_first, soonest
from appoints.results.result import Mode
from appoints.snapshots import ageing, waiting
from appoints.snapshots.cover import Part, Piece, Span
from appoints.snapshots.models import Snapshot
from appoints.snapshots.upstream import UpstreamRequest

Loads = dict[Part, Snapshot]
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Covered:
    """The parts of a window, in order, and what was found for each, None where nothing was."""

    parts: Sequence[Part]
    found: Sequence[Found | None]
    error: FetchError | None = None

    @classmethod
    def of(cls, pieces: Sequence[Piece]) -> Covered:
        """Return the pieces of an earlier answer, each of which was a part."""
        parts = [
            Part(each.span, UpstreamRequest(Criteria(), Window(*each.span)), None)
            for each in pieces
        ]
        return cls(parts, [Found(each.snapshot) for each in pieces])

    @cached_property
    def at_hand(self) -> list[Found]:
        """What was found, each snapshot once."""
        return list({each.snapshot.pk: each for each in self.found if each}.values())

    @property
    def lacking(self) -> list[Window]:
        """The windows of the parts for which nothing was found."""
        return [part.asked.window for part, found in self._pairs() if found is None]

    @property
    def outdated(self) -> list[Window]:
        """The windows of the parts that are older than they should be, for their loads failed."""
        return [part.asked.window for part, found in self._pairs() if found and found.error]

    @property
    def behind(self) -> list[Window]:
        """The windows of the parts that lack calls which have moved there."""
        pairs = [(part, found.snapshot) for part, found in self._pairs() if found]
        return [part.asked.window for part, held in pairs if held.expected is not None]

    @cached_property
    def pieces(self) -> list[Piece]:
        """The rows of the parts; neighbours of one snapshot are one piece."""
        pieces: list[Piece] = []
        for part, found in self._pairs():
            if found is None:
                continue
            begin, end = part.span
            if pieces and pieces[-1].snapshot == found.snapshot and pieces[-1].span.end == begin:
                begin = pieces.pop().span.begin
            pieces.append(Piece(found.snapshot, Span(begin, end)))
        return pieces

    def covers(self, window: Window) -> bool:
        """Tell whether the pieces hold all of a window, with nothing between them missing."""
        pieces = self.pieces
        ends = [each.span.end for each in pieces[:-1]]
        if not pieces or ends != [each.span.begin for each in pieces[1:]]:
            return False
        return Window(pieces[0].span.begin, pieces[-1].span.end).holds(window)

    @cached_property
    def work(self) -> timedelta:
        """The time for which calls of the loads were out."""
        return ageing.worked([each.snapshot for each in self.at_hand])

    def fresh_until(self, snapshot: Snapshot) -> datetime | None:
        """Return until when iSales is not asked anew for what a snapshot holds."""
        return ageing.part_fresh_until(snapshot, self.work)

    @property
    def is_whole(self) -> bool:
        """Whether every row of all parts is there."""
        return self.mode == "whole"

    @property
    def mode(self) -> Mode:
        """How much of the rows is there."""
        if not all(each.is_whole for each in self.at_hand):
            return "loading"
        return "whole" if all(self.found) else "partial"

    @property
    def is_settled(self) -> bool:
        """Whether of each part as many rows came as iSales reported."""
        found = [each.snapshot for each in self.at_hand]
        return all(each.total is not None and each.total == each.received for each in found)

    def progress(self) -> dict[str, object]:
        """Return how old the rows are, when newer ones come, and what went wrong."""
        held = [each.snapshot for each in self.at_hand]
        coming = [each for each in held if each.status == Snapshot.Status.LOADING]
        return {
            "as_of": min((each.as_of for each in held if each.as_of), default=None),
            "newest": max((each.as_of for each in held if each.as_of), default=None),
            "fresh_until": soonest(map(self.fresh_until, held)),
            "newer_from": soonest(ageing.part_rested(each, self.work) for each in held),
            "waiting": before_first(coming),
            "error": self.error,
            "refreshing": any(each.refreshing for each in self.at_hand),
        }

    @cached_property
    def due(self) -> list[Part]:
        """The parts that iSales is to be asked for, those that are nearest to now first."""
        now = timezone.now()
        due = [
            part
            for part, found in self._pairs()
            if found is None or (self.fresh_until(found.snapshot) or now) <= now
        ]
        return sorted(due, key=lambda part: max(part.span.begin - now, now - part.span.end))

    @property
    def absent(self) -> list[Part]:
        """The parts of which nothing is at hand."""
        return [part for part in self.due if part not in self._held]

    @property
    def old(self) -> list[Part]:
        """The parts that are due, and of which people are to have newer rows."""
        held = self._held
        return [part for part in self.due if part in held and ageing.is_old(held[part])]

    @cached_property
    def others_due(self) -> list[Part]:
        """The parts whose turn it is, of those that are due and do for a while as they are."""
        held = self._held
        quiet = [part for part in self.due if part in held and not ageing.is_old(held[part])]
        return sorted(quiet, key=lambda part: held[part].as_of or NEVER)

    def work_of(self, parts: Sequence[Part]) -> float:
        """Return the seconds for which calls were out when parts were loaded last."""
        held = {self._held[part].pk: self._held[part] for part in parts}
        return ageing.worked(list(held.values())).total_seconds()

    @cached_property
    def _held(self) -> dict[Part, Snapshot]:
        return {part: found.snapshot for part, found in self._pairs() if found}

    @property
    def is_recent(self) -> bool:
        """Whether everything is there, and nothing has been there for long."""
        whole = [each.snapshot for _, each in self._pairs() if each and each.is_whole]
        return len(whole) == len(self.parts) and all(map(ageing.is_recent, whole))

    def _pairs(self) -> Iterator[tuple[Part, Found | None]]:
        return zip(self.parts, self.found, strict=True)

    @property
    def reported(self) -> int | None:
        """The number of rows that iSales says there are, or about; None where it is not known."""
        known = [
            part.rows if found is None or found.snapshot.total is None else found.snapshot.total
            for part, found in self._pairs()
        ]
        counts = [each for each in known if each is not None]
        return round(sum(counts)) if len(counts) == len(known) else None

    def with_loads(self, loads: Loads, error: FetchError | None) -> Covered:
        """Return what was found once loads have come, or while they are still coming."""
        due = set(self.due)
        found = [
            _newer(before, loads.get(part), error) if part in due else before
            for part, before in self._pairs()
        ]
        failures = (waiting.failure_of(each) for each in loads.values())
        error = error or next(filter(None, failures), None)
        if error is not None and not any(found):
            raise error
        return Covered(self.parts, found, error)


def _newer(before: Found | None, load: Snapshot | None, error: FetchError | None) -> Found | None:
    """Return what answers for a part: its load, or what was there before."""
    if load is not None and load.status == Snapshot.Status.WHOLE:
        return Found(load)
    if load is not None:
        error = error or waiting.failure_of(load)
    if error is not None or load is None:
        return before and Found(before.snapshot, error)
    if before is None:
        return Found(load)
    return Found(before.snapshot, refreshing=ageing.is_old(before.snapshot))
