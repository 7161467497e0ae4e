"""A question answered from the rows of an earlier moment, so that all its pages belong together."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from appoints.isales.errors import FetchError
from appoints.query.time_range import Window
from appoints.results.coverage import is_sure
from appoints.results.filtering import Reasons, in_window
from appoints.results.looks import Look
from appoints.results.lookup import Asking, Found, rules
from appoints.results.result import Result
from appoints.snapshots import store


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

    def result(self, deadline: float, reasons: Reasons) -> Result:
        """Return the rows of that moment; iSales is not asked. Raises Gone."""
        narrowed = self.visible.row_filter.narrowed(self.query)
        for query in filter(None, (self.query, narrowed)):
            with suppress(Gone, store.RowsLost):
                asked = self.looks(query)
                found = self.found(asked, deadline)
                if self.as_of in [each.snapshot.as_of for each in found]:
                    return self._kept(self.shown(found, asked, reasons))
        raise Gone

    def find(self, look: Look, deadline: float, error: FetchError | None) -> Found:
        """Return the oldest that answers for a look of those that are no older than the moment."""
        query, asked, connection = look.query, look.asked, self.connection
        known = store.covering(connection, asked, self.window).filter(as_of__gte=self.as_of)
        for snapshot in known.reverse():
            if self.answers(snapshot, query, asked) and is_sure(
                snapshot, query, asked, connection, rules(), self.visible
            ):
                return Found(snapshot)
        raise Gone

    def _kept(self, result: Result) -> Result:
        if result.rows.filter(~in_window(self.sure)).height:
            raise Gone
        store.pin(self.connection, self.as_of)
        return result
