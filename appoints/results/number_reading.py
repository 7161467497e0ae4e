"""The one way in which numbers are grouped, as an expression: the same number, however written."""

from __future__ import annotations

import polars as pl

from appoints.results.numbers import COMPACT, FEWEST, MOST_NATIONAL, NumberingPlan

NUMBER = rf"^(?:{COMPACT.pattern})$"


def reading(number: pl.Expr, plan: NumberingPlan) -> pl.Expr:
    """Return the international number, without a sign, that a compact writing likely stands for.

    Two of one reading are the same: each is among the other's ``numbers.writings``. Null for what
    is no number.
    """
    own = number.str.strip_prefix("+")
    length = own.str.len_bytes()
    return (
        pl.when(~number.str.contains(NUMBER))
        .then(None)
        .when(number.str.contains("[*#]"))
        .then(number)
        .when(length < FEWEST)
        .then(own)
        .when(number.str.starts_with("+"))
        .then(_international(own, plan))
        .when(own.str.starts_with("00") & (length >= FEWEST + 2))
        .then(_international(own.str.slice(2), plan))
        .otherwise(_unsigned(own, length, plan))
    )


def _unsigned(own: pl.Expr, length: pl.Expr, plan: NumberingPlan) -> pl.Expr:
    """Return what a number without a sign likely is: national, or international without its sign.

    With the own country's code it is international: who leaves the sign out keeps the code.
    """
    if not plan.country:
        return own
    has_country = own.str.starts_with(plan.country) & (length >= len(plan.country) + FEWEST)
    found = (
        pl.when((length > MOST_NATIONAL) | has_country)
        .then(_international(own, plan))
        .otherwise(pl.lit(plan.country) + own)
    )
    if not plan.trunk:
        return found
    national = pl.lit(plan.country) + own.str.strip_prefix(plan.trunk)
    return pl.when(own.str.starts_with(plan.trunk)).then(national).otherwise(found)


def _international(own: pl.Expr, plan: NumberingPlan) -> pl.Expr:
    """Return a number with its country code; ``+44 (0)20`` is ``+44 20``."""
    before = plan.country + plan.trunk
    if not plan.country or not plan.trunk.startswith("0"):
        return own
    short = pl.lit(plan.country) + own.str.strip_prefix(before)
    return pl.when(own.str.starts_with(before)).then(short).otherwise(own)
