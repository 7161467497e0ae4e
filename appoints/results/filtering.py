"""A question's filters and order as expressions over a frame."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import and_
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from django.conf import settings

from appoints.connections.working_hours import Office
from appoints.query.filters import FILTERS
from appoints.query.query import Query
from appoints.query.time_range import EVER, Window
from appoints.results import numbers
from appoints.results.folding import fold
from appoints.results.local_time import BY_CLOCK
from appoints.results.numbers import NO_PLAN, NumberingPlan
from appoints.results.punctuality import punctuality
from appoints.results.states import unreadable
from appoints.results.working_time import works_at
from appoints.snapshots.frame import MOMENT, PLAIN, SHARED

# Gives the words for fail codes in the viewer's language, once they are needed.
Reasons = Callable[[], Mapping[str, str]]
EPOCH, MILLISECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)
NUMBERS = ("called_digits", "caller_key")
BOTH = ("open", "reached")  # ways to repeat others, of which a row may have both


def masks(
    query: Query, window: Window, *, plan: NumberingPlan = NO_PLAN, chosen: bool = False
) -> Mapping[str, pl.Expr]:
    """Return each filter in force, by the name of its field; ``window`` stands for the range.

    Hours and weekdays are those of the zone that the question names. ``plan`` says which numbers
    are the same. ``chosen`` is whether iSales was asked for just these agents, this number and this
    task: a row of which it does not show them is one of them then.
    """
    found: dict[str, pl.Expr] = {}
    if window != EVER:
        found["window"] = in_window(window)
    for name in FILTERS:
        if value := query.wanted(name):
            found[name] = _mask(name, value, plan, query.zone)
    found = {name: mask.fill_null(_unknown(name, chosen=chosen)) for name, mask in found.items()}
    for name in filter(query.lacks, FILTERS):
        none = pl.col(FILTERS[name].column).is_null()
        found[name] = found[name] | none if name in found else none
    return found


def _mask(name: str, value: Any, plan: NumberingPlan, zone: str) -> pl.Expr:
    """Tell whether a row has the value of a filter, or one of its values."""
    if name in BY_CLOCK:
        of, part = BY_CLOCK[name]
        return part(of, ZoneInfo(zone or "UTC")).cast(pl.String).is_in(value)
    if name in COMPARED_OTHERWISE:
        return COMPARED_OTHERWISE[name](value, plan)
    of = FILTERS[name].column
    column = pl.col(of)
    if value is True:
        return column
    if isinstance(value, tuple):
        # Not as texts, which take twenty times as long where a column has few values.
        return column.is_in(_known(column, value) if PLAIN.get(of) == SHARED else value)
    return pl.Expr.eq(column, value)


def _known(column: pl.Expr, words: Sequence[str]) -> pl.Expr:
    """Return those of some words that a column of shared texts has.

    Each text that such a column is searched for stays in memory, whoever asked for it.
    """
    asked = pl.lit(pl.Series(words, dtype=pl.String))
    return asked.filter(asked.is_in(column.unique().cast(pl.String).implode())).implode()


def _unknown(name: str, *, chosen: bool) -> pl.Expr:
    """Tell whether a filter keeps rows whose value is unknown."""
    if name == "window":
        return pl.lit(True)  # iSales sent it for this range
    if FILTERS[name].needs_whole:
        return pl.lit(False)  # such rows are a choice of their own
    return pl.lit(True) if chosen else unreadable(FILTERS[name].column)


def flags(frame: pl.DataFrame, query: Query, window: Window, **how: Any) -> pl.DataFrame:
    """Return for each filter in force, by the name of its field, which rows it lets through.

    ``how`` is as for ``masks``.
    """
    return frame.select(**masks(query, window, **how))


def narrowed(frame: pl.DataFrame, flags: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that every filter lets through, in iSales' own order."""
    return frame.filter(reduce(and_, flags.iter_columns())) if flags.width else frame


def without_each(flags: pl.DataFrame) -> dict[str, int]:
    """Count for each filter, by the name of its field, the rows that all others let through."""
    others = {name: flags.drop(name) for name in flags.columns}
    return {
        name: int(rest.select(pl.all_horizontal(pl.all()).sum()).item())
        if rest.width
        else flags.height
        for name, rest in others.items()
    }


def in_range(frame: pl.DataFrame, query: Query, window: Window, **how: Any) -> pl.DataFrame:
    """Return the rows that match the filters that iSales applies itself."""
    return narrowed(frame, flags(frame, query.upstream(), window, **how))


def left_out(frame: pl.DataFrame, query: Query, window: Window, **how: Any) -> pl.DataFrame:
    """Return the rows that are known to be none of those that iSales itself can filter by."""
    found = flags(frame, query.upstream(), window, **how)
    return frame.filter(~reduce(and_, found.iter_columns())) if found.width else frame.clear()


def is_sure(frame: pl.DataFrame, query: Query) -> bool:
    """Tell whether every row has the data needed to decide if iSales would send it."""
    asked = query.upstream()
    names = [each.column for name, each in FILTERS.items() if getattr(asked, name)]
    return not frame.select(
        pl.any_horizontal([pl.lit(False), *map(unreadable, names)]).any()
    ).item()


def is_number(number: str, plan: NumberingPlan) -> pl.Expr:
    """Tell whether a row calls the number, however either is written; null without a number."""
    return pl.col("called_key").is_in(numbers.writings(number, plan))


def in_window(window: Window) -> pl.Expr:
    """Tell whether the reserved time lies in the window; null where it is not known."""
    reserved = pl.col("appoint_time")
    after = pl.lit(True) if window.begin is None else reserved >= _whole(window.begin)
    before = pl.lit(True) if window.end is None else reserved < _whole(window.end)
    return after & before


def _whole(moment: datetime) -> pl.Expr:
    """Return a moment in whole milliseconds, as rows have them: the next where it is none.

    What Polars makes of a moment with a zone takes ten times as long.
    """
    return pl.lit(-((EPOCH - moment) // MILLISECOND), pl.Int64).cast(MOMENT)


def reserved_before(rows: pl.DataFrame, window: Window) -> tuple[int | None, ...]:
    """Return how many rows are reserved before each end of a window; None for an open one.

    It tells which rows lie in a window that moves with the clock.
    """
    reserved = rows["appoint_time"]
    return tuple(None if end is None else int((reserved < end).sum()) for end in window)


def mentions(text: str, plan: NumberingPlan) -> pl.Expr:
    """Tell whether any searched column holds the text, as people type it.

    A number, or its beginning, may be written in any way, and with a country code that rows
    leave out.
    """
    found = [pl.col("folded").str.contains(fold(text), literal=True)]
    if numbers.is_number(text):
        same = numbers.writings(text, plan)
        digits = numbers.digits(text)
        begins = "|".join(map(re.escape, numbers.beginnings(text, plan)))
        for key in map(pl.col, NUMBERS):
            found += [key.is_in(same), has_digits(key, digits)]
            if begins:
                found.append(key.str.contains(f"^(?:{begins})"))
    return pl.any_horizontal(each.fill_null(value=False) for each in found)


def has_digits(number: pl.Expr, digits: str) -> pl.Expr:
    """Tell whether a number holds the digits, or is what they end with."""
    own = number.str.strip_prefix("+")
    ends = pl.lit(digits).str.ends_with(own) & (own.str.len_bytes() >= numbers.FEWEST)
    return number.str.contains(digits, literal=True) | ends


def has_no_time(_wanted: Any, _plan: NumberingPlan) -> pl.Expr:
    """Tell whether a row has no reserved time that can be read."""
    return pl.col("appoint_time").is_null()


def outside_hours(office: Any, _plan: NumberingPlan) -> pl.Expr:
    """Tell whether a row is reserved outside of working hours; where none are set, none is."""
    if not isinstance(office, Office):
        return pl.repeat(value=False, n=pl.len())
    return ~works_at(pl.col("appoint_time"), office)


def repeats(wanted: Any, _plan: NumberingPlan) -> pl.Expr:
    """Tell whether a row repeats others in one of the ways that are asked for."""
    found = set(wanted)
    both = {"both"} if found & set(BOTH) else set()
    return pl.col("repeat").is_in(list(found | both))


def began(wanted: tuple[str, ...], _plan: NumberingPlan) -> pl.Expr:
    """Tell whether the call began in one of these ways."""
    return punctuality(settings.APPOINTS_PUNCTUAL).is_in(wanted)


COMPARED_OTHERWISE: Mapping[str, Callable[[Any, NumberingPlan], pl.Expr]] = {
    "number": is_number,
    "punctual": began,
    "text": mentions,
    "untimed": has_no_time,
    "outside": outside_hours,
    "repeats": repeats,
}
