"""A question answered from the rows of an earlier moment, so that all its pages belong together."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from appoints.connections.models import Connection
from appoints.isales.errors import FetchError
from appoints.query.time_range import Window
from appoints.results.assembly import Assembly
from appoints.results.filtering import Reasons, in_window
from appoints.results.found import Found
from appoints.results.lookup import Asking
from appoints.results.matching import is_sure
from appoints.results.result import Result
from appoints.results.states import rules
from appoints.results.upstream_queries import UpstreamQuery
from appoints.snapshots import by_range, pins, store
from appoints.snapshots.waiting import Wait


class Gone(Exception):
    """The rows of that moment are not stored any more, or the range has moved over some of them."""


@dataclass(frozen=True)
class Pinned(Asking):
    """A question and the moment ``as_of`` at which the oldest row was fetched.

    A range that moves with the clock has the ``window`` from its first place to its last; what lies
    in both is ``sure``. Of a row in only one of them nobody knows on which pages it was.
    """

    as_of: datetime
    sure: Window

    def result(self, wait: Wait, reasons: Reasons) -> Result:
        """Return the rows of that moment; iSales is not asked. Raises Gone."""
        with suppress(Gone, store.RowsLost, store.TooManyRows):
            return self._of_pieces(reasons)
        narrowed = self.visible.row_filter.narrowed(self.query)
        for query in filter(None, (self.query, narrowed)):
            with suppress(Gone, store.RowsLost):
                asked = self.upstream_queries(query)
                found = self.found(asked, wait)
                if self.as_of in [each.snapshot.as_of for each in found]:
                    return self._kept(self.shown(found, asked, reasons))
        raise Gone

    def _of_pieces(self, reasons: Reasons) -> Result:
        """Return the rows that were put together of pieces; those of just now need no pin."""
        lookup = self.partition_lookup
        stored = pins.pinned(self.connection, self.as_of)
        assembly = Assembly.of(stored) if stored else lookup.stored()
        if assembly is None or not assembly.is_whole or not assembly.holds(self.window):
            raise Gone
        result = lookup.result(assembly, self.query, reasons)
        if result.moment != self.as_of:
            raise Gone
        return self._kept(result)

    def find(self, each: UpstreamQuery, wait: Wait, error: FetchError | None) -> Found:
        """Return the oldest that answers for a query of those that are no older than the moment."""
        query, asked, connection = each.query, each.asked, self.connection
        for snapshot in reversed(by_range.holding(connection, asked, self.window)):
            assert snapshot.as_of is not None  # it is whole
            if (
                snapshot.as_of >= self.as_of
                and self.answers(snapshot, query, asked)
                and is_sure(snapshot, query, asked, connection, rules(), self.visible)
            ):
                return Found(snapshot)
        raise Gone

    def _kept(self, result: Result) -> Result:
        if result.rows.filter(~in_window(self.sure)).height:
            raise Gone
        pin(self.connection, result)
        return result


def pin(connection: Connection, result: Result) -> None:
    """Keep the rows of a result for a program that reads it page by page."""
    if result.as_of is None or result.moment is None:
        return
    if result.pieces:
        pins.pin(result.pieces, result.moment)
    else:
        pins.pin_whole(connection, result.as_of)
