"""Ask a question: the single entry point for pages and files."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

import polars as pl
from django.db import Error as DatabaseError
from django.utils.translation import get_language

from appoints.access.scope import Scope, Visibility
from appoints.connections.errors import Busy, QueueFull, database_failure
from appoints.connections.models import Connection
from appoints.isales.errors import FetchError
from appoints.query.filters import NAMES
from appoints.query.query import BLANK, Query
from appoints.query.time_range import Window
from appoints.results import filtering
from appoints.results.browsing import browsing
from appoints.results.cache import CACHE
from appoints.results.filtering import Reasons
from appoints.results.found import Found, before_first, progress
from appoints.results.matching import asked_for, is_sure, unrequested
from appoints.results.partition_lookup import PartitionLookup
from appoints.results.queued import waiting_result
from appoints.results.result import NeedsWhole, Result
from appoints.results.states import rules
from appoints.results.upstream_queries import (
    UpstreamQueries,
    UpstreamQuery,
    looked_for,
    plan_of,
    queries_for,
    together,
)
from appoints.results.version import Unchanged, version_of
from appoints.snapshots import ageing, by_range, store, upstream, waiting
from appoints.snapshots.models import Snapshot
from appoints.snapshots.upstream import UpstreamRequest
from appoints.snapshots.waiting import Wait


def ask(
    connection: Connection,
    query: Query,
    window: Window,
    zone: ZoneInfo,
    scope: Scope,
    *,
    wait: float,
    is_brief: bool = False,
    reasons: Reasons = dict,
    known: str = "",
) -> Result:
    """Return what is at hand for a question within a scope after at most ``wait`` seconds.

    Where it ``is_brief``, first or older rows are enough, and to wait for a turn is no failure.
    ``reasons`` are the words that ``fail_reason`` is sorted by; without, by its codes. Raises
    Unchanged where the answer's version is ``known``, NeedsWhole where only iSales' own pages can
    be had and the question needs every row, and what a call raises where no row is at hand at all.
    """
    asking = Asking(connection, query, window, zone, scope, known=known)
    if not is_brief:
        return asking.answer(Wait.for_all(wait), reasons)
    try:
        return asking.answer(Wait.for_first(wait), reasons)
    except (Busy, QueueFull) as error:
        return waiting_result(connection, error, rules())


@dataclass(frozen=True)
class Asking:
    """A question within a scope, and how it is answered from what is at hand and from iSales.

    iSales is asked for every row of the window, which all scopes share and are cut from; only
    where those are too many it is asked for just the agents or the task of the scope.
    """

    connection: Connection
    query: Query
    window: Window
    zone: ZoneInfo
    scope: Scope
    known: str = field(default="", kw_only=True)  # the version that the asker has

    @property
    def visible(self) -> Visibility:
        """What of the connection may be seen."""
        return self.scope.of(self.connection)

    def upstream_queries(self, query: Query) -> UpstreamQueries:
        """Return the queries to iSales for a question."""
        return queries_for(self.connection, query, self.window, self.zone, rules(), self.visible)

    @property
    def partition_lookup(self) -> PartitionLookup:
        """The window in partitions."""
        rounded = upstream.rounded(self.window, self.zone)
        return PartitionLookup(self.connection, self.window, rounded, rules(), self.visible)

    def answer(self, wait: Wait, reasons: Reasons) -> Result:
        """Return what is at hand after a wait, whatever was dropped meanwhile."""
        while True:
            # What is left is asked, or else iSales.
            with suppress(store.RowsLost):
                return self.result(wait, reasons)

    def result(self, wait: Wait, reasons: Reasons) -> Result:
        """Return what is at hand after a wait."""
        narrowed = self.visible.row_filter.narrowed(self.query)
        for query in filter(None, (self.query, narrowed)):
            with suppress(store.TooManyRows):
                assembly = self.partition_lookup.answer(query, wait, self.scope.person)
                if assembly is not None:
                    rows = self.partition_lookup.rows(assembly)
                    gaps = (assembly.lacking, assembly.outdated, assembly.behind)
                    version = self.new_version(assembly.at_hand, rows, gaps)
                    result = self.partition_lookup.result(assembly, self.query, reasons)
                    return replace(result, version=version)
            asked = self.upstream_queries(query)
            with suppress(store.TooManyRows):
                found = self.found(asked, wait)
                rows = self._rows([each.snapshot for each in found], asked)
                version = self.new_version(found, rows, asked)
                return replace(self.shown(found, asked, reasons), version=version)
        if len(asked) > 1:
            # Pages of several lists are no pages of one.
            raise NeedsWhole([NAMES["number"]])
        return browsing(self.connection, asked[0].query, self.window, rules(), self.visible)

    def new_version(self, found: Sequence[Found], rows: pl.DataFrame, asked: object) -> str:
        """Return the version of an answer. Raises Unchanged where the asker has it."""
        before = before_first([each.snapshot for each in found if not each.is_whole])
        # A range that moves with the clock is the same as long as the same rows are in it.
        held = filtering.reserved_before(rows, self.window)
        question = (self.query, held, self.zone.key, get_language(), asked, before)
        version = version_of(found, self.visible, *question)
        if version == self.known:
            raise Unchanged
        return version

    def found(self, asked: UpstreamQueries, wait: Wait) -> list[Found]:
        """Return an answer for each query in turn, up to one that is still being loaded."""
        found: list[Found] = []
        error = None
        for each in asked:
            one = self.find(each, wait, error)
            if not asked_for(one.snapshot, each.asked, self.connection):
                return [one]  # it holds every number
            found.append(one)
            error = error or one.error
            if one.snapshot.status != Snapshot.Status.WHOLE:
                break
        return found

    def find(self, each: UpstreamQuery, wait: Wait, error: FetchError | None) -> Found:
        """Return what answers for a query; iSales is not asked again after an error."""
        query, asked, connection = each.query, each.asked, self.connection
        known = by_range.holding(connection, asked, self.window)
        for snapshot in known:
            if (
                ageing.is_fresh(snapshot)
                and self.answers(snapshot, query, asked)
                and is_sure(snapshot, query, asked, connection, rules(), self.visible)
            ):
                return Found(snapshot)
        older = next((held for held in known if self.answers(held, query, asked)), None)
        return self._load(asked, older, wait, error)

    def _load(
        self, asked: UpstreamRequest, older: Snapshot | None, wait: Wait, error: FetchError | None
    ) -> Found:
        """Return what is loaded of a request, or older rows where that failed or takes longer."""
        until = wait if older is None else wait.for_newer(older.worked)
        try:
            if error is not None:
                raise error
            found = waiting.load(self.connection, asked, until, self.scope.person)
        except (FetchError, DatabaseError) as caught:
            failure = caught if isinstance(caught, FetchError) else database_failure(caught)
            if older is None or failure is None:
                raise
            return Found(older, failure)
        if found.status == Snapshot.Status.TOO_MANY:
            raise store.TooManyRows
        if found.status == Snapshot.Status.WHOLE or older is None:
            return Found(found)
        return Found(older, refreshing=True)

    def answers(self, snapshot: Snapshot, query: Query, asked: UpstreamRequest) -> bool:
        """Tell whether a snapshot that holds the window also answers for the agents.

        An agent may be named by account or by ID, and rows show but one of them, so that only a
        value that occurs can be filtered by here; iSales must be asked for any other. One that
        occurs out of the person's sight counts as any other: it takes as long.
        """
        if not query.agents or asked_for(snapshot, asked, self.connection):
            return True
        present = set(CACHE.of(snapshot, rules(), self.visible)["agent"].unique())
        return present.issuperset(query.agents)

    def shown(self, found: Sequence[Found], asked: UpstreamQueries, reasons: Reasons) -> Result:
        """Return the rows of what was found for the queries, narrowed and in order."""
        held = [each.snapshot for each in found]
        chosen = asked_for(held[0], asked[0].asked, self.connection)
        query, plan = self.query, plan_of(self.connection)
        writings = [each.query.number for each in asked]
        is_compared = not chosen or query.upstream() == BLANK
        if chosen and query.upstream().agents:
            # iSales chose by its own names of the agents, which the rows need not show.
            query = query.but(agents=())
        whole = all(each.status == Snapshot.Status.WHOLE for each in held)
        whole = whole and (len(held) == len(asked) or not chosen)
        return Result.of(
            self._rows(held, asked),
            query,
            self.window,
            reasons=reasons,
            language=get_language() or "",
            plan=plan,
            chosen=chosen,
            is_compared=whole and is_compared,
            mode="whole" if whole else "loading",
            **progress(found),
            **self._counts(held, asked),
            writings=looked_for(query.number, plan, writings, self.visible),
        )

    def _rows(self, held: Sequence[Snapshot], asked: UpstreamQueries) -> pl.DataFrame:
        searched = bool(self.query.text)
        frames = [CACHE.of(each, rules(), self.visible, searched=searched) for each in held]
        return together(frames, asked)

    def _counts(self, held: Sequence[Snapshot], asked: UpstreamQueries) -> dict[str, object]:
        """Return how many rows iSales reported and sent, and whether these numbers agree.

        The numbers themselves are of rows that a person of a limited scope may not see.
        """
        chosen = asked_for(held[0], asked[0].asked, self.connection)
        wanted = asked[0].query if chosen else BLANK
        surplus = together(
            [unrequested(each, wanted, self.connection, rules()) for each in held], asked
        ).height
        totals = [each.total for each in held if each.total is not None]
        reported, received = sum(totals) if totals else None, sum(each.received for each in held)
        settled: dict[str, object] = {"is_settled": reported == received and not surplus}
        if not self.visible.row_filter.is_everything:
            return settled
        return {**settled, "reported": reported, "received": received, "unrequested": surplus}
