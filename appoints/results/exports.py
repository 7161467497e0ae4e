"""Files: every row of a question, in the columns that others rely on."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import polars as pl

from appoints.isales import codes
from appoints.isales.rows import TIMES

from .columns import COLUMNS

# What a spreadsheet would run: also behind the full-width signs that some of them fold.
FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"
# What it may keep: a signed plain number, as in +8613800000000 or -1.
SIGNED_NUMBER = r"^[+-][0-9]+(\.[0-9]+)?$"
# What it would show as 1.74730E+29, or without its leading zero.
LONG_DIGITS = r"^(\+?[0-9]{12,}|0[0-9]+)$"


def table(frame: pl.DataFrame, reasons: Mapping[str, str]) -> pl.DataFrame:
    """Return the columns of every file, still typed; ``reasons`` are the words for fail codes."""
    return frame.with_columns(fail_reason(reasons).alias("fail_reason")).select(COLUMNS)


def fail_reason(reasons: Mapping[str, str]) -> pl.Expr:
    """Return why a call failed, in words: of its fail code, else of its result.

    A code without words stands for itself; what did not fail has no reason.
    """
    code, result = pl.col("fail_code"), pl.col("result")
    words = code.replace(dict(reasons))
    of_result = result.replace({key: reasons.get(key, key) for key in codes.RESULTS_FAILED})
    return pl.when(pl.col("state") == "failed").then(pl.coalesce(words, of_result))


def csv(frame: pl.DataFrame, zone: ZoneInfo, *, excel: bool) -> bytes:
    """Return a CSV file of ``table``'s frame: UTF-8, CRLF, nothing that runs as a formula."""
    text = written(frame, zone)
    texts = [pl.col(name) for name, kind in text.schema.items() if kind == pl.String]
    text = text.with_columns(harmless(column) for column in texts)
    if excel:
        text = text.with_columns(kept_as_text(column) for column in texts)
    return text.write_csv(line_terminator="\r\n", include_bom=excel).encode()


def written(frame: pl.DataFrame, zone: ZoneInfo) -> pl.DataFrame:
    """Return the frame with times in ISO 8601 with the zone's offset, and names as text."""
    return frame.with_columns(
        *[iso(pl.col(name), zone) for name in TIMES],
        pl.col("state", "fail_group").cast(pl.String),
    )


def iso(moment: pl.Expr, zone: ZoneInfo) -> pl.Expr:
    """Return local time with its offset; milliseconds only where there are any."""
    local = moment.dt.convert_time_zone(zone.key)
    return (
        pl.when(moment.dt.millisecond() == 0)
        .then(local.dt.strftime("%Y-%m-%dT%H:%M:%S%:z"))
        .otherwise(local.dt.strftime("%Y-%m-%dT%H:%M:%S%.3f%:z"))
    )


def harmless(cell: pl.Expr) -> pl.Expr:
    """Return text that no spreadsheet runs: an apostrophe stands before what it would."""
    keeps = ~cell.str.contains(FORMULA) | cell.str.contains(SIGNED_NUMBER)
    return pl.when(keeps).then(cell).otherwise(pl.lit("'") + cell)


def kept_as_text(cell: pl.Expr) -> pl.Expr:
    """Return long digits as Excel's own formula for text, ``="00604"``."""
    quoted = pl.lit('="') + cell + pl.lit('"')
    return pl.when(~cell.str.contains(LONG_DIGITS)).then(cell).otherwise(quoted)
