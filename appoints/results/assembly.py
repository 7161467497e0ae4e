"""What was found for the partitions of a window: how old, how complete, what is due."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.functional import cached_property

from appoints.isales.client import Criteria
from appoints.isales.errors import FetchError
from appoints.query.time_range import Window
from appoints.results.found import Found, before_first, soonest
from appoints.results.result import Mode
from appoints.snapshots import ageing, waiting
from appoints.snapshots.models import Snapshot
from appoints.snapshots.partitions import Partition, Piece, Span
from appoints.snapshots.upstream import UpstreamRequest

Loads = dict[Partition, Snapshot]
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Assembly:
    """The partitions of a window, in order, and what was found for each, None where nothing was."""

    partitions: Sequence[Partition]
    found: Sequence[Found | None]
    error: FetchError | None = None

    @classmethod
    def of(cls, pieces: Sequence[Piece]) -> Assembly:
        """Return the pieces of an earlier answer, each of which was a partition."""
        partitions = [
            Partition(each.span, UpstreamRequest(Criteria(), Window(*each.span)), None)
            for each in pieces
        ]
        return cls(partitions, [Found(each.snapshot) for each in pieces])

    @cached_property
    def at_hand(self) -> list[Found]:
        """What was found, each snapshot once."""
        return list({each.snapshot.pk: each for each in self.found if each}.values())

    @property
    def lacking(self) -> list[Window]:
        """The windows of the partitions for which nothing was found."""
        return [partition.asked.window for partition, found in self._pairs() if found is None]

    @property
    def outdated(self) -> list[Window]:
        """The windows of the partitions that are too old, for their loads failed."""
        return [
            partition.asked.window for partition, found in self._pairs() if found and found.error
        ]

    @property
    def behind(self) -> list[Window]:
        """The windows of the partitions that lack calls which have moved there."""
        pairs = [(partition, found.snapshot) for partition, found in self._pairs() if found]
        return [partition.asked.window for partition, held in pairs if held.expected is not None]

    @cached_property
    def pieces(self) -> list[Piece]:
        """The rows of the partitions; neighbours of one snapshot are one piece."""
        pieces: list[Piece] = []
        for partition, found in self._pairs():
            if found is None:
                continue
            begin, end = partition.span
            if pieces and pieces[-1].snapshot == found.snapshot and pieces[-1].span.end == begin:
                begin = pieces.pop().span.begin
            pieces.append(Piece(found.snapshot, Span(begin, end)))
        return pieces

    def holds(self, window: Window) -> bool:
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
        return ageing.partition_fresh_until(snapshot, self.work)

    @property
    def is_whole(self) -> bool:
        """Whether every row of all partitions is there."""
        return self.mode == "whole"

    @property
    def mode(self) -> Mode:
        """How much of the rows is there."""
        if not all(each.is_whole for each in self.at_hand):
            return "loading"
        return "whole" if all(self.found) else "partial"

    @property
    def is_settled(self) -> bool:
        """Whether of each partition as many rows came as iSales reported."""
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
            "newer_from": soonest(ageing.partition_rested(each, self.work) for each in held),
            "waiting": before_first(coming),
            "error": self.error,
            "refreshing": any(each.refreshing for each in self.at_hand),
        }

    @cached_property
    def due(self) -> list[Partition]:
        """The partitions that iSales is to be asked for, those that are nearest to now first."""
        now = timezone.now()
        due = [
            partition
            for partition, found in self._pairs()
            if found is None or (self.fresh_until(found.snapshot) or now) <= now
        ]
        return sorted(
            due, key=lambda partition: max(partition.span.begin - now, now - partition.span.end)
        )

    @property
    def absent(self) -> list[Partition]:
        """The partitions of which nothing is at hand."""
        return [partition for partition in self.due if partition not in self._held]

    @property
    def old(self) -> list[Partition]:
        """The partitions that are due, and of which people are to have newer rows."""
        held = self._held
        return [
            partition
            for partition in self.due
            if partition in held and ageing.is_old(held[partition])
        ]

    @cached_property
    def others_due(self) -> list[Partition]:
        """The partitions whose turn it is, of those that are due and do for a while as they are."""
        held = self._held
        quiet = [
            partition
            for partition in self.due
            if partition in held and not ageing.is_old(held[partition])
        ]
        return sorted(quiet, key=lambda partition: held[partition].as_of or NEVER)

    def work_of(self, partitions: Sequence[Partition]) -> float:
        """Return the seconds for which calls were out when partitions were loaded last."""
        held = {self._held[partition].pk: self._held[partition] for partition in partitions}
        return ageing.worked(list(held.values())).total_seconds()

    @cached_property
    def _held(self) -> dict[Partition, Snapshot]:
        return {partition: found.snapshot for partition, found in self._pairs() if found}

    @property
    def is_recent(self) -> bool:
        """Whether everything is there, and nothing has been there for long."""
        whole = [each.snapshot for _, each in self._pairs() if each and each.is_whole]
        return len(whole) == len(self.partitions) and all(map(ageing.is_recent, whole))

    def _pairs(self) -> Iterator[tuple[Partition, Found | None]]:
        return zip(self.partitions, self.found, strict=True)

    @property
    def reported(self) -> int | None:
        """The number of rows that iSales says there are; None until it has said so of each part.

        As ``received``, it counts a snapshot of several partitions once.
        """
        totals = [each.snapshot.total for each in self.at_hand]
        known = [each for each in totals if each is not None]
        return sum(known) if len(known) == len(totals) and all(self.found) else None

    def with_loads(self, loads: Loads, error: FetchError | None) -> Assembly:
        """Return what was found once loads have come, or while they are still coming."""
        due = set(self.due)
        found = [
            _newer(before, loads.get(partition), error) if partition in due else before
            for partition, before in self._pairs()
        ]
        failures = (waiting.failure_of(each) for each in loads.values())
        error = error or next(filter(None, failures), None)
        if error is not None and not any(found):
            raise error
        return Assembly(self.partitions, found, error)


def _newer(before: Found | None, load: Snapshot | None, error: FetchError | None) -> Found | None:
    """Return what answers for a partition: its load, or what was there before."""
    if load is not None and load.status == Snapshot.Status.WHOLE:
        return Found(load)
    if load is not None:
        error = error or waiting.failure_of(load)
    if error is not None or load is None:
        return before and Found(before.snapshot, error)
    if before is None:
        return Found(load)
    return Found(before.snapshot, refreshing=ageing.is_old(before.snapshot))
