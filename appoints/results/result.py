"""What is at hand for a question: every row of it, the rows so far, or one page of iSales' own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, Self
from zlib import crc32

import polars as pl
from django.utils.functional import cached_property

from appoints.isales.errors import FetchError
from appoints.query.query import BLANK, Query
from appoints.query.time_range import Window
from appoints.results.facets import ValueCount
from appoints.results.filtering import Reasons, in_range, is_number
from appoints.results.selection import Order, Selection
from appoints.snapshots.partitions import Piece

from .attempts import ATTEMPTS, with_attempts
from .numbers import NO_PLAN, NumberingPlan

MANY = 2  # pieces, of which an answer has a name of its own
RECORD = 2000  # bytes of one, or about, besides the characters of its texts

Mode = Literal["whole", "partial", "loading", "browsing"]


class NeedsWhole(Exception):
    """A page of iSales' own list was asked for what needs every row: ``names`` are parameters."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


@dataclass(frozen=True, kw_only=True)
class Result:
    """Rows for a question within a scope, and how much of the whole they are.

    The ``selection`` is of rows that match all filters, in order: all at hand, or while
    ``browsing`` those of the page. ``total`` counts what matches: exact when ``whole``, iSales' own
    count when ``browsing``, so far when ``loading``. ``is_settled`` says whether iSales' count and
    the rows that came and were asked for agree. ``reported`` and ``received`` count rows before
    local filters, and ``unrequested`` those that iSales was not asked for, which are left out:
    known to those who may see all of them. ``pieces`` are the spans of days that the rows are put
    together of; of ``lacking`` ones nothing is at hand, for they failed, so that the whole is
    ``partial``, of ``outdated`` ones older rows are, and ``behind`` ones lack calls that moved
    there. ``error`` is why nothing newer is at hand, ``refreshing`` that newer rows are on their
    way, ``waiting`` how many results are loaded before this one, None once it is loading itself.
    ``as_of`` is when the oldest row was fetched, None without any, ``newest`` the same of the
    newest piece; up to ``fresh_until`` iSales is not asked anew by itself, and up to ``newer_from``
    not even where a person asks for newer rows. ``plan`` says which numbers are the same,
    ``writings`` in which the one that is asked for was looked for. ``version`` is the same for an
    answer that would be shown the same, empty where nobody can tell.
    """

    mode: Mode
    selection: Selection
    total: int
    as_of: datetime | None
    newest: datetime | None = None
    is_settled: bool = True
    reported: int | None = None
    received: int = 0
    unrequested: int = 0
    pieces: Sequence[Piece] = ()
    lacking: Sequence[Window] = ()
    outdated: Sequence[Window] = ()
    behind: Sequence[Window] = ()
    error: FetchError | None = None
    refreshing: bool = False
    waiting: int | None = None
    fresh_until: datetime | None = None
    newer_from: datetime | None = None
    ranging: Callable[[], pl.DataFrame] | None = None
    plan: NumberingPlan = NO_PLAN
    writings: tuple[str, ...] = ()
    comparing: Callable[[], pl.DataFrame] | None = None
    version: str = ""

    @classmethod
    def of(
        cls,
        frame: pl.DataFrame,
        query: Query,
        window: Window,
        *,
        reasons: Reasons = dict,
        language: str = "",
        plan: NumberingPlan = NO_PLAN,
        chosen: bool = False,
        is_compared: bool = True,
        **fields: Any,
    ) -> Self:
        """Return the result of narrowing and ordering all rows that are at hand.

        ``reasons`` and ``language`` are the viewer's; ``chosen`` is whether iSales chose the rows
        for the question's agents, number and task. ``fields`` are all others, such as ``mode``.
        """
        how: dict[str, Any] = {"plan": plan, "chosen": chosen}
        found = Selection.of(frame, query, window, **how, is_compared=is_compared)
        if is_compared:
            fields["comparing"] = lambda: in_range(found.frame, BLANK, window)
        fields["ranging"] = lambda: in_range(found.frame, query, window, **how)
        made = cls(selection=found, total=found.height, plan=plan, **fields)
        return made._in_order(Order(query.sort, reasons, language)) if made.is_whole else made

    def _in_order(self, order: Order) -> Self:
        """Return the result in order: every row is at hand."""
        if order.column in ATTEMPTS:
            order = replace(order, adding=self.with_attempts)
        return replace(self, selection=replace(self.selection, order=order))

    @property
    def rows(self) -> pl.DataFrame:
        """The rows that match all filters, in order."""
        return self.selection.rows

    def columns(self, *names: str) -> pl.DataFrame:
        """Return some columns of the rows that match all filters, in no order."""
        return self.selection.columns(*names)

    @property
    def facets(self) -> Mapping[str, list[ValueCount]] | None:
        """How many rows each choice has under all other filters; None where not all are at hand."""
        return self.selection.facets if self.is_whole else None

    @property
    def rows_without_filter(self) -> Mapping[str, int]:
        """How many rows at hand there are without one filter, by the name of its field."""
        return self.selection.without_each if self.is_whole else {}

    @property
    def is_whole(self) -> bool:
        """Whether every row is at hand."""
        return self.mode == "whole"

    @property
    def is_loading(self) -> bool:
        """Whether rows are still coming."""
        return self.mode == "loading"

    @property
    def is_asking(self) -> bool:
        """Whether rows are still coming, and neither a row nor their number has come yet."""
        return self.is_loading and self.reported is None and not self.total

    @property
    def counts_differ(self) -> bool:
        """Whether all is loaded, and iSales' count is not that of its rows."""
        return self.is_whole and not self.is_settled

    @property
    def is_partial(self) -> bool:
        """Whether some rows failed to come, and none is coming now."""
        return self.mode == "partial"

    @property
    def is_browsing(self) -> bool:
        """Whether these are the rows of one page of iSales' own list."""
        return self.mode == "browsing"

    @property
    def moment(self) -> datetime | None:
        """The name of just these rows: when the oldest was fetched, to the millisecond.

        Pieces age one by one, so that many answers have their oldest row in common; what is left of
        the microseconds tells them apart.
        """
        if self.as_of is None or len(self.pieces) < MANY:
            return self.as_of
        names = [(each.snapshot.pk, each.span) for each in self.pieces]
        left = 1 + crc32(repr(names).encode()) % 999
        return self.as_of.replace(microsecond=self.as_of.microsecond // 1000 * 1000 + left)

    @property
    def may_ask_names(self) -> bool:
        """Whether iSales may be asked for names too.

        Not after an error, so that a bad key costs one request; nor during a load, which needs
        every call.
        """
        return self.error is None and not self.is_loading

    def find(self, appoint_id: str) -> dict[str, object] | None:
        """Return the record of a reservation, None where it is not among the rows."""
        return _first(self.rows, appoint_id)

    @cached_property
    def in_range(self) -> pl.DataFrame:
        """The rows at hand that iSales' own filters let through, whatever the others say."""
        return self.ranging() if self.ranging else self.rows

    @property
    def is_compared(self) -> bool:
        """Whether rows were compared with all of their range, of any agent, number and task."""
        return self.comparing is not None

    @cached_property
    def compared(self) -> pl.DataFrame:
        """The rows of the range that the person may see, whatever the filters; else those there."""
        return self.comparing() if self.comparing else self.in_range

    def with_attempts(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Return rows of the result with the number of each attempt, as far as that is known."""
        return with_attempts(rows, self.compared, self.plan) if self.is_compared else rows

    def find_in_range(self, appoint_id: str) -> dict[str, object] | None:
        """Return the record of a reservation, also where the filters leave it out."""
        return _first(self.in_range, appoint_id)

    def same_number(self, record: Mapping[str, object]) -> list[dict[str, object]]:
        """Return the other records at hand of the range that call the same number, by time."""
        number = record["called_key"]
        if number is None:
            return []  # a number that is missing is nobody's
        same = is_number(str(number), self.plan)
        other = pl.col("appoint_id").ne_missing(pl.lit(record["appoint_id"], pl.String))
        return self.compared.filter(same & other).sort("appoint_time", nulls_last=True).to_dicts()

    def page(self, number: int, size: int, *, attempts: bool = False) -> list[dict[str, object]]:
        """Return the records of a page, counted from 1; a record has the frame's columns.

        Which of the ``attempts`` each was is looked up only where that is shown.
        """
        if self.is_browsing:
            return self._page(0, size, attempts=attempts)
        order = self.selection.order
        return self.selection.made(
            "page",
            lambda: self._page((number - 1) * size, size, attempts=attempts),
            _size,
            *(number, size, attempts, order and order.key),
        )

    def _page(self, offset: int, size: int, *, attempts: bool) -> list[dict[str, object]]:
        rows = self.selection.slice(offset, size)
        return (self.with_attempts(rows) if attempts else rows).to_dicts()


def _size(records: Sequence[Mapping[str, object]]) -> int:
    texts = (each for record in records for each in record.values() if isinstance(each, str))
    return RECORD * len(records) + sum(map(len, texts))


def _first(rows: pl.DataFrame, appoint_id: str) -> dict[str, object] | None:
    found = rows.filter(pl.col("appoint_id") == appoint_id).head(1).to_dicts()
    return found[0] if found else None
