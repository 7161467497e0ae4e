"""Masking: of a customer's number a person sees no more than the last three characters."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable

import polars as pl

from appoints.isales.rows import TEXTS

MASK = "•"
SEEN = 3  # characters at the end of a number
SHORT = 5  # a number of no more characters is masked wholly
# Texts that may name the number of their row. IDs stay: rows are cut, filtered and linked by them.
FREE_TEXTS = ("agent_name", "task_name", "business_result", "caller_no", "odd")
CALLED_NO = TEXTS["called_no"]

# Digits at the end of a number that every writing of it has, with a country code or without.
TAIL, SHORTEST_TAIL = 7, 6
NO_DIGITS = "[^0-9]+"
MANY_DIGITS = rf"[0-9](?:[^0-9]*[0-9]){{{SHORTEST_TAIL - 1}}}"
OTHER_DIGITS = r"[\p{Nd}--[0-9]]"  # of other scripts, for Polars
# Digits, and what people write between those of one number.
RUN = re.compile(r"\d(?:[\W_]{0,3}\d)*")
DIGIT = re.compile(r"\d")


def hidden(text: str) -> str:
    """Return a number as people see it who may not see it in full."""
    seen = text[-SEEN:] if len(text) > SHORT else ""
    return MASK * (len(text) - len(seen)) + seen


def masked(frame: pl.DataFrame) -> pl.DataFrame:
    """Return derived rows as people see them who may not see numbers in full.

    ``called_key`` and ``called_sent`` stay: they are compared with whole numbers, and never shown.
    """
    few = ~pl.col("called_key").str.contains(MANY_DIGITS)
    named = _with_odd_numbers(frame).with_columns(few.alias("has_few_digits"))
    unnamed = [_without_number(named, name) for name in FREE_TEXTS]
    same_caller = pl.col("caller_no").eq_missing(unnamed[FREE_TEXTS.index("caller_no")])
    return frame.with_columns(
        *unnamed,
        _hidden(frame["called_no"]).alias("called_no"),
        pl.lit(None, pl.String).alias("called_digits"),
        pl.when(same_caller).then("caller_key").alias("caller_key"),
    )


def _hidden(numbers: pl.Series) -> pl.Expr:
    """Return ``hidden`` of each number."""
    number = pl.lit(numbers)
    length = number.str.len_chars()
    seen = pl.when(length > SHORT).then(SEEN).otherwise(0)
    longest = numbers.to_frame().select(pl.first().str.len_chars().max()).item()
    return pl.lit(MASK * (longest or 0)).str.head(length - seen) + number.str.tail(seen)


def _with_odd_numbers(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with what iSales sent in place of a number that is no text, as a text."""
    odd = pl.when(pl.col("called_no").is_null() & _stands_for_number(pl.col("odd"))).then("odd")
    sent = odd.map_elements(lambda text: str(json.loads(text).get(CALLED_NO)), pl.String)
    return frame.with_columns(pl.coalesce(name, sent) for name in ("called_no", "called_key"))


def _without_number(frame: pl.DataFrame, name: str) -> pl.Series:
    """Return a column of texts; where one names the number of its row, with that masked."""
    text, number = pl.col(name), pl.col("called_no")
    rows = frame.select("called_no", "called_key", "has_few_digits", name).with_row_index("at")
    is_odd = name == "odd"
    surely = _stands_for_number(text) if is_odd else pl.lit(value=False)
    # Many rows share a text, which is looked at once.
    different = frame[name].unique().cast(pl.String)
    may_hold = text.is_in(_with_digits(different).implode()) | pl.col("has_few_digits")
    rows = rows.filter(surely | may_hold).cast({name: pl.String})
    rows = rows.filter(surely | _may_name_number(text))
    unnamed: Callable[[str, str | None], str] = odd_without if is_odd else without
    texts = [unnamed(*each) for each in rows.select(text, number).iter_rows()]
    return frame[name].clone().scatter(rows["at"], texts)


def _stands_for_number(odd: pl.Expr) -> pl.Expr:
    """Tell whether iSales sent something else in place of a number, or of a whole row."""
    return odd.str.contains(f'"{CALLED_NO}": ', literal=True) | odd.str.starts_with('{"": ')


def _with_digits(texts: pl.Series) -> pl.Series:
    """Return the texts that have as many digits as a number."""
    return texts.filter(texts.str.contains(MANY_DIGITS) | texts.str.contains(OTHER_DIGITS))


def _may_name_number(text: pl.Expr) -> pl.Expr:
    """Tell whether a text may name the number of its row; Python then looks closer."""
    tail = pl.col("called_key").str.replace_all(NO_DIGITS, "").str.tail(TAIL)
    same = text.str.replace_all(NO_DIGITS, "").str.contains(tail, literal=True)
    as_written = text.str.contains(pl.col("called_no"), literal=True)
    return same | as_written | text.str.contains(OTHER_DIGITS)


def without(text: str, number: str | None) -> str:
    """Return a text with a number masked in it, in whatever writing."""
    if number is None or len(number) <= SHORT:
        return text
    tail = _digits(number)[-TAIL:]
    if len(tail) >= SHORTEST_TAIL:
        text = RUN.sub(lambda run: hidden(run[0]) if tail in _digits(run[0]) else run[0], text)
    return text.replace(number, hidden(number))


def odd_without(odd: str, number: str | None) -> str:
    """Return what typed fields could not hold, with a number masked in it.

    What is no row at all may be a number wherever it has digits.
    """
    found: dict[str, object] = {}
    for key, value in json.loads(odd).items():
        text = str(value)
        if key == "":
            found[key] = DIGIT.sub(MASK, text)
        elif key == CALLED_NO:
            found[key] = hidden(text)
        else:
            same = without(text, number)
            found[without(key, number)] = value if same == text else same
    return json.dumps(found)


def _digits(text: str) -> str:
    if text.isascii():
        return re.sub(NO_DIGITS, "", text)
    return "".join(str(unicodedata.decimal(each)) for each in text if each.isdecimal())
