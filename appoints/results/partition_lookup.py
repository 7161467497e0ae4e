"""What is at hand for each partition of a window, and what iSales is asked for the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import polars as pl
from django.conf import settings
from django.db import Error as DatabaseError
from django.utils.translation import get_language

from appoints.access.scope import Visibility
from appoints.connections.errors import database_failure
from appoints.connections.models import Connection
from appoints.isales.errors import FetchError
from appoints.query.query import BLANK, Query
from appoints.query.time_range import Window
from appoints.results import filtering
from appoints.results.assembly import Assembly, Loads
from appoints.results.cache import CACHE
from appoints.results.filtering import Reasons
from appoints.results.found import Found
from appoints.results.matching import unrequested
from appoints.results.result import Result
from appoints.results.states import Rules
from appoints.results.upstream_queries import looked_for, plan_of, writings_in
from appoints.snapshots import by_range, store, waiting
from appoints.snapshots.models import Snapshot
from appoints.snapshots.partitions import Partition, is_divided, partitions_of
from appoints.snapshots.waiting import NO_WAIT, Wait
from dashboard.prepared import Prepared

IN_TURN = 2  # partitions far from now that one question asks for anew
ROUNDS = 8  # in which a span of days is halved down to days, and one more
BEHIND = Prepared(
    lambda known: Snapshot.objects.filter(pk__in=known, expected__isnull=False).values_list("pk")
)


@dataclass(frozen=True)
class PartitionLookup:
    """A window, as one person may see it; ``rounded`` is what one load would ask for."""

    connection: Connection
    window: Window
    rounded: Window
    rules: Rules
    visible: Visibility

    def stored(self) -> Assembly | None:
        """Return the whole snapshots that are stored; None where the window has no partitions."""
        if not is_divided(self.connection, self.window):
            return None
        stored = by_range.overlapping(self.connection, self.window)
        partitions = partitions_of(self.connection, self.window, stored)
        if partitions is None:
            return None
        whole = [each for each in stored if each.status == Snapshot.Status.WHOLE and each.as_of]
        whole.sort(key=lambda each: (each.as_of, each.pk), reverse=True)
        return Assembly(partitions, [self._found(partition, whole) for partition in partitions])

    def answer(self, query: Query, wait: Wait, person: int | None) -> Assembly | None:
        """Return the partitions that answer a question; None where it is loaded on its own.

        What iSales can filter by is answered from partitions only where all are there, and not old.
        """
        if query.upstream() == BLANK:
            return self.load(wait, person)
        if not self._answers(self.stored(), query):
            return None
        assembly = self.load(wait, person)
        return assembly if self._answers(assembly, query) else None

    def load(self, wait: Wait, person: int | None) -> Assembly | None:
        """Return what is there after a wait; None where the window is loaded in one."""
        for _ in range(ROUNDS):
            if (stored := self.stored()) is None:
                break
            loads, error = self._load(stored, wait, person)
            too_many = [
                partition
                for partition, each in loads.items()
                if each.status == Snapshot.Status.TOO_MANY
            ]
            if any(partition.asked.most is None for partition in too_many):
                return None
            if not too_many:
                assembly = stored.with_loads(loads, error)
                if loads and not error and self._is_newly_behind(assembly):
                    continue
                return assembly if self.is_sure(assembly) else None
        return None

    def is_sure(self, assembly: Assembly) -> bool:
        """Tell whether iSales would send each row without a readable time for just this window."""
        return all(
            self.rounded.holds(Window(*each.span)) or not self._rows_without_time(each.snapshot)
            for each in assembly.pieces
        )

    def rows(self, assembly: Assembly, *, searched: bool = False) -> pl.DataFrame:
        """Return the rows of all partitions that the person may see."""
        return CACHE.of_pieces(assembly.pieces, self.rules, self.visible, searched=searched)

    def result(self, assembly: Assembly, query: Query, reasons: Reasons) -> Result:
        """Return the rows of partitions, narrowed and in order. Raises TooManyRows."""
        rows, plan = self.rows(assembly, searched=bool(query.text)), plan_of(self.connection)
        if self._are_too_many(rows):
            raise store.TooManyRows
        writings = writings_in(rows, query.number, plan) if query.number else ()
        fields: dict[str, Any] = {
            "mode": assembly.mode,
            "pieces": assembly.pieces,
            "lacking": assembly.lacking,
            "outdated": assembly.outdated,
            "behind": assembly.behind,
            "writings": looked_for(query.number, plan, writings, self.visible),
            **assembly.progress(),
            **self._counts(assembly),
        }
        how: dict[str, Any] = {"reasons": reasons, "language": get_language() or "", "plan": plan}
        compared = assembly.mode != "loading"  # while rows are missing nobody can tell
        return Result.of(rows, query, self.window, is_compared=compared, **how, **fields)

    def _are_too_many(self, rows: pl.DataFrame) -> bool:
        most = settings.APPOINTS_MOST_ROWS
        # To look which of them lie in the window takes long, and nearly always all are few enough.
        return rows.height > most and filtering.in_range(rows, BLANK, self.window).height > most

    def _counts(self, assembly: Assembly) -> dict[str, object]:
        """Return how many rows iSales reported and sent, and whether these agree day by day.

        The numbers themselves are of rows that a person of a limited scope may not see.
        """
        surplus = [
            unrequested(each.snapshot, BLANK, self.connection, self.rules).height
            for each in assembly.at_hand
        ]
        counts: dict[str, object] = {"is_settled": assembly.is_settled and not any(surplus)}
        if not self.visible.row_filter.is_everything:
            return counts
        return {
            **counts,
            "reported": assembly.reported,
            "received": sum(each.snapshot.received for each in assembly.at_hand),
            "unrequested": sum(surplus),
        }

    def _found(self, partition: Partition, whole: Sequence[Snapshot]) -> Found | None:
        for snapshot in whole:
            window = partition.asked.window
            if by_range.holds(snapshot, window) and (
                (snapshot.begin, snapshot.end) == window or not self._rows_without_time(snapshot)
            ):
                return Found(snapshot)
        return None

    def _rows_without_time(self, snapshot: Snapshot) -> int:
        return CACHE.of(snapshot, self.rules, self.visible)["appoint_time"].null_count()

    def _answers(self, assembly: Assembly | None, query: Query) -> bool:
        """Tell whether partitions answer for the agents, the number and the task of a question."""
        if assembly is None or not assembly.is_recent or not self.is_sure(assembly):
            return False
        rows, agents = self.rows(assembly), query.upstream().agents
        present = set(rows["agent"].unique()) if agents else set()
        return present.issuperset(agents) and filtering.is_sure(rows, query)

    def _is_newly_behind(self, assembly: Assembly) -> bool:
        """Tell whether loads have found calls that moved to where rows were at hand."""
        known = {each.snapshot.pk for each in assembly.at_hand if each.snapshot.expected is None}
        return bool(BEHIND.rows(known))

    def _derive(self, snapshot: Snapshot) -> None:
        with suppress(store.RowsLost):
            CACHE.of(snapshot, self.rules, self.visible)

    def _load(
        self, stored: Assembly, wait: Wait, person: int | None
    ) -> tuple[Loads, FetchError | None]:
        loads: Loads = {}
        try:
            for partitions, until in _steps(stored, wait):
                asked = [partition.asked for partition in partitions]
                if not asked:
                    continue
                # Derived while the others load.
                came = waiting.load_all(self.connection, asked, until, person, self._derive)
                loads |= dict(zip(partitions, came, strict=True))
        except (FetchError, DatabaseError) as caught:
            failure = caught if isinstance(caught, FetchError) else database_failure(caught)
            if failure is None:
                raise
            return loads, failure
        return loads, None


def _steps(stored: Assembly, wait: Wait) -> Iterator[tuple[list[Partition], Wait]]:
    """Yield partitions to ask for, and how long to wait; all are begun before any is awaited."""
    in_turn = stored.others_due[:IN_TURN]
    if stored.absent:
        yield [*stored.old, *in_turn], NO_WAIT
        yield stored.absent, wait.after_first() if stored.at_hand else wait
    yield stored.old, wait.for_newer(stored.work_of(stored.old))
    yield in_turn, NO_WAIT
