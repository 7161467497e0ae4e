"""The rows of a frame that a question's filters let through, in its order."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_
from typing import Self, TypeVar

import polars as pl
from django.utils.functional import cached_property

from appoints.query.columns import COLUMNS
from appoints.query.query import BLANK, DEFAULT_SORT, Query
from appoints.query.time_range import Window
from appoints.results.collation import ranked
from appoints.results.facets import ValueCount, facets
from appoints.results.filtering import Reasons, flags, reserved_before, without_each
from appoints.results.kept import KEPT
from appoints.results.numbers import NO_PLAN, NumberingPlan
from appoints.results.repeats import with_repeats
from appoints.results.states import fail_reason
from appoints.snapshots.frame import SHARED

COMPARED = frozenset({"repeat", "repeat_count", "row"})  # columns of what depends on the question
LINE = 200  # bytes of a count, or about

Made = TypeVar("Made")


@dataclass(frozen=True, eq=False)
class Order:
    """How rows are sorted; ``reasons`` and ``language`` are the viewer's.

    ``adding`` gives rows the column that decides, where a frame lacks it.
    """

    sort: str = ""
    reasons: Reasons = dict
    language: str = ""
    adding: Callable[[pl.DataFrame], pl.DataFrame] | None = None

    @cached_property
    def column(self) -> str:
        """The name of the column that decides."""
        return self.sort.removeprefix("-") or DEFAULT_SORT

    @property
    def key(self) -> Hashable:
        """All that the order of a frame's rows depends on."""
        words = frozenset(self.reasons().items()) if self.column == "fail_reason" else None
        return self.sort or DEFAULT_SORT, self.language, words

    def of(self, rows: pl.DataFrame) -> pl.Series:
        """Return the places of rows in order; nulls last, ties as before.

        Without a column they are by reserved time, as a day goes; iSales' own order tells a person
        nothing. Names and accounts are in the order of the viewer's language.
        """
        rows = self.adding(rows) if self.adding else rows
        column = fail_reason(self.reasons()) if self.column == "fail_reason" else self.column
        values = rows.select(column).to_series()
        if values.dtype in (pl.String, SHARED) and not COLUMNS[self.column].plain_order:
            values = ranked(values, self.language)
        by = pl.arg_sort_by(
            "by",
            descending=self.sort.startswith("-"),
            nulls_last=True,
            maintain_order=True,
        )
        return values.alias("by").to_frame().select(by).to_series()


@dataclass(frozen=True, eq=False, kw_only=True)
class Selection:
    """Some rows of a frame; nothing is copied before it is needed.

    ``kept`` is the frame as it is at hand for everybody who sees it; ``key`` tells all of the
    question that chooses and adds to its rows. Rows are ``compared`` with all others of a window,
    by a plan of numbers, where these are at hand. Without an ``order`` rows stay as iSales sent
    them.
    """

    kept: pl.DataFrame
    flags: pl.DataFrame
    key: Hashable = None
    order: Order | None = None
    compared: tuple[Window, NumberingPlan] | None = None

    @classmethod
    def of(
        cls,
        kept: pl.DataFrame,
        query: Query,
        window: Window,
        *,
        plan: NumberingPlan = NO_PLAN,
        chosen: bool = False,
        is_compared: bool = True,
        order: Order | None = None,
    ) -> Self:
        """Return the rows of a question; see ``Result.of``."""
        range_key = (is_compared, plan, reserved_before(kept, window))
        key = (range_key, chosen, _filters(query))
        compared = (window, plan) if is_compared else None

        def made() -> pl.DataFrame:
            rows = kept
            if compared and query.compares_rows:
                rows = with_repeats(kept, *compared)
            return flags(rows, query, window, plan=plan, chosen=chosen)

        found = KEPT.of(kept, ("flags", key), made, lambda made: made.width * made.height // 8)
        return cls(kept=kept, flags=found, key=key, order=order, compared=compared)

    @classmethod
    def all_of(cls, rows: pl.DataFrame) -> Self:
        """Return all rows, as they are."""
        return cls(kept=rows, flags=pl.DataFrame())

    @cached_property
    def frame(self) -> pl.DataFrame:
        """The frame with what depends on the question too."""
        return with_repeats(self.kept, *self.compared) if self.compared else self.kept

    def made(
        self, name: str, make: Callable[[], Made], size: Callable[[Made], int], *more: Hashable
    ) -> Made:
        """Return what ``make`` makes of just these rows, whatever their order; see ``Kept``."""
        return KEPT.of(self.kept, (name, self.key, *more), make, size)

    @cached_property
    def mask(self) -> pl.Series | None:
        """Which rows are let through; None for all."""
        return reduce(and_, self.flags.iter_columns()) if self.flags.width else None

    @cached_property
    def height(self) -> int:
        """How many rows there are."""
        return self.kept.height if self.mask is None else int(self.mask.sum())

    @cached_property
    def rows(self) -> pl.DataFrame:
        """The rows, in order."""
        if self.order is not None:
            rows = self.frame[self._places]
            return self.order.adding(rows) if self.order.adding else rows
        return self.frame if self.mask is None else self.frame.filter(self.mask)

    def columns(self, *names: str) -> pl.DataFrame:
        """Return some columns of the rows, in no order."""
        # To compare rows takes long: not where just these columns need nothing of it.
        found = (self.kept if COMPARED.isdisjoint(names) else self.frame).select(names)
        return found if self.mask is None else found.filter(self.mask)

    def slice(self, offset: int, length: int) -> pl.DataFrame:
        """Return some of the rows, in order; only these are copied."""
        if self._places is None:
            return self.frame.slice(offset, length)
        return self.frame[self._places.slice(offset, length)]

    def parts(
        self, names: Sequence[str], length: int, *, in_order: bool = True
    ) -> Iterator[pl.DataFrame]:
        """Yield some columns of all rows, so many at once; only these are copied.

        In no order they come sooner, and fewer at once.
        """
        columns, places = self.frame.select(names), self._places if in_order else None
        for at in range(0, self.height if in_order else columns.height, length):
            if places is not None:
                yield columns[places.slice(at, length)]
            elif self.mask is None:
                yield columns.slice(at, length)
            else:
                yield columns.slice(at, length).filter(self.mask.slice(at, length))

    @cached_property
    def facets(self) -> Mapping[str, list[ValueCount]]:
        """How many rows each choice has under all other filters."""
        return self.made(
            "facets",
            lambda: facets(self.frame, self.flags, self.kept),
            lambda found: sum(map(len, found.values())) * LINE,
        )

    @cached_property
    def without_each(self) -> Mapping[str, int]:
        """How many rows there are without one filter, by the name of its field."""
        return without_each(self.flags) if self.flags.width else {}

    @cached_property
    def _places(self) -> pl.Series | None:
        """The places in the frame of the rows, in order; None for all as they are."""
        order = self.order
        if order is None:
            return None if self.mask is None else self.mask.arg_true()
        if self.mask is None:
            return self._whole_order(order)
        key = self._order_key(order)
        if 2 * self.height < self.frame.height and not KEPT.has(self.kept, key):
            own = self.mask.arg_true()
            return own.gather(order.of(self.frame.filter(self.mask)))
        whole = self._whole_order(order)
        return whole.filter(self.mask.gather(whole))

    def _whole_order(self, order: Order) -> pl.Series:
        return KEPT.of(
            self.kept,
            self._order_key(order),
            lambda: order.of(self.frame),
            lambda places: int(places.estimated_size()),
        )

    def _order_key(self, order: Order) -> Hashable:
        range_key, *_ = self.key if isinstance(self.key, tuple) else (None,)
        return "order", range_key, order.key


def _filters(query: Query) -> Query:
    """Return all of a question that may choose rows; its range is told by the rows within."""
    states = query.wanted_states()
    plain = replace(query, preset="", begin=None, end=None, states=states)
    return replace(plain, sort="", page=1, per_page=BLANK.per_page, view="", agent_list="")
