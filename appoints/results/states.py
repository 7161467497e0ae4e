"""Rows as a typed data frame, with what is derived from them. Each rule is one expression."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

import polars as pl
from django.conf import settings

from appoints.isales import codes
from appoints.isales.rows import TEXTS
from appoints.query.query import OPEN, REPEATS, STATES
from appoints.results.folding import folded
from appoints.results.numbers import compacted

# What free text is looked for in.
SEARCHED = ("agent_name", "agent", "task_name", "business_result", "caller_no", "called_no")
STATE = pl.Enum(STATES)
GROUP = pl.Enum(list(codes.GROUPS))
REPEAT = pl.Enum(REPEATS)


class Rules(NamedTuple):
    """From when on a call is due, and how long after its time it is not yet late."""

    due_manual: timedelta = timedelta(minutes=5)
    # The platform dials five minutes early.
    due_automatic: timedelta = timedelta(minutes=10)
    grace: timedelta = timedelta(minutes=5)


def rules() -> Rules:
    """Return the rules of this installation."""
    return Rules(grace=settings.APPOINTS_LATE_GRACE)


def derived(frame: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Add state, late, delay, talk_time, fail_group (isales-api.md sections 4 and 6) and the
    numbers in the one way in which they are compared.

    Of masked rows ``called_key`` is still compared with whole numbers and ``called_sent`` is what
    iSales is asked for, but ``called_digits``, which is compared with parts, is gone.

    Delay and talk time are durations; "now" is the moment at which each row was fetched, for rows
    that age would otherwise invent overdue calls.
    """
    called = compacted(frame["called_no"])
    return frame.with_columns(
        state(pl.col("fetched_at"), rules).alias("state"),
        late(rules.grace).alias("late"),
        delay().alias("delay"),
        fail_group().alias("fail_group"),
        called.alias("called_key"),
        called.alias("called_digits"),
        pl.col("called_no").alias("called_sent"),
        compacted(frame["caller_no"].cast(pl.String)).alias("caller_key"),
    ).with_columns(talk_time().alias("talk_time"), *uncompared())


def uncompared() -> list[pl.Expr]:
    """Return what ``repeats`` and ``attempts`` tell, as long as the other rows are not at hand."""
    unknown = pl.when(pl.col("state").is_in(OPEN)).then(pl.lit("unknown"))
    counts = [
        pl.lit(None, pl.Int64).alias(name) for name in ("repeat_count", "attempt", "attempts")
    ]
    return [unknown.cast(REPEAT).alias("repeat"), *counts]


def unreadable(name: str) -> pl.Expr:
    """Tell whether iSales sent something else where a column has no text; never null."""
    odd = pl.col("odd")
    # Of what is no object at all, nothing can be read.
    found = odd.str.contains(f'"{TEXTS[name]}": ', literal=True) | odd.str.starts_with('{"": ')
    return pl.col(name).is_null() & found.fill_null(value=False)


def searchable(frame: pl.DataFrame) -> pl.DataFrame:
    """Add ``folded``: all that free text is looked for in, a line for each; no masked number."""
    number = pl.when(pl.col("called_digits").is_not_null()).then("called_no").alias("called_no")
    texts = frame.with_columns(number).select(SEARCHED)
    columns = [folded(each) for each in (*texts.get_columns(), sent(frame))]
    lines = pl.concat_str(pl.all(), separator="\n", ignore_nulls=True).alias("folded")
    return frame.with_columns(pl.DataFrame(columns).select(lines))


def sent(frame: pl.DataFrame) -> pl.Series:
    """Return what iSales sent in place of the texts that are searched, as the page shows it."""
    odd = frame.select(
        pl.when(pl.any_horizontal(map(unreadable, SEARCHED))).then(pl.col("odd"))
    ).to_series()
    found = [None if each is None else _shown(json.loads(each)) for each in odd]
    return pl.Series("sent", found, pl.String)


def _shown(odd: Mapping[str, object]) -> str:
    names = ("", *(TEXTS[name] for name in SEARCHED))
    return "\n".join(str(odd[name]) for name in names if name in odd)


def state(now: pl.Expr, rules: Rules) -> pl.Expr:
    """Return the name of the state: of the first condition that holds."""
    found: pl.Expr = pl.lit("unknown", STATE)
    for name, condition in reversed(_conditions(now, rules)):
        found = pl.when(condition).then(pl.lit(name, STATE)).otherwise(found)
    return found


def _conditions(now: pl.Expr, rules: Rules) -> list[tuple[str, pl.Expr]]:
    code, result = pl.col("fail_code"), pl.col("result")
    reserved, status = pl.col("appoint_time"), pl.col("call_status")
    automatic = pl.col("call_type") == "2"
    ahead = pl.when(automatic).then(rules.due_automatic).otherwise(rules.due_manual)
    return [
        ("reached", code == codes.SUCCESS),
        ("failed", code.is_not_null()),
        ("reached", result.is_in(list(codes.RESULTS_REACHED))),
        ("failed", result.is_in(list(codes.RESULTS_FAILED))),
        ("unknown", pl.col("call_end").is_not_null() | (status == "2")),
        ("calling", (status == "1") | pl.col("call_begin").is_not_null()),
        ("overdue", pl.col("expired") | (reserved <= now)),
        ("due", reserved <= now + ahead),
        ("upcoming", reserved.is_not_null()),
    ]


def late(grace: timedelta) -> pl.Expr:
    """Tell whether the call began past its time and the grace; null where a time is missing."""
    return pl.col("call_begin") > pl.col("appoint_time") + pl.lit(grace)


def delay() -> pl.Expr:
    """Return how long after its reserved time the call began; negative when it was early."""
    return pl.col("call_begin") - pl.col("appoint_time")


def talk_time() -> pl.Expr:
    """Return how long a reached call lasted."""
    lasted = pl.col("call_end") - pl.col("call_begin")
    return pl.when(pl.col("state") == "reached").then(lasted)


def fail_group() -> pl.Expr:
    """Return who has to act on a fail code; null without one and for success."""
    code = pl.col("fail_code")
    groups = code.replace_strict(dict(codes.FAIL_GROUPS), default=codes.OTHER, return_dtype=GROUP)
    return pl.when(code.is_not_null() & (code != codes.SUCCESS)).then(groups)


def fail_reason(reasons: Mapping[str, str]) -> pl.Expr:
    """Return why a call failed, in words: of its fail code, else of its result.

    A code without words stands for itself; what did not fail has no reason.
    """
    code, result = pl.col("fail_code"), pl.col("result")
    words = code.replace(dict(reasons))
    of_result = result.replace({key: reasons.get(key, key) for key in codes.RESULTS_FAILED})
    return pl.when(pl.col("state") == "failed").then(pl.coalesce(words, of_result))
