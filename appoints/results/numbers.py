"""Telephone numbers: the same one, however it is written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import polars as pl

# Digits of a number that a country code may stand before; a shorter one is just itself.
FEWEST = 7
# Digits of a number in its own country at the most, so that a longer one has its country code.
MOST_NATIONAL = 11
# Writings that iSales is asked for besides those that rows are known to have.
MOST_GUESSED = 6
MOST_KNOWN = 12

COMPACT = re.compile(r"\+?[0-9*#]+")
THREE_DIGITS = re.compile(r"\d\D{0,3}\d\D{0,3}\d")
PLAIN = re.compile(r"\+?[0-9]+")
# What stands between digits on paper, after ``_simple``. A minus before them is no separator, nor
# is a mark that parts two numbers or that hides digits, as a comma, a tilde or a bullet does.
BETWEEN = r"0-9*#\s().\-"
WRITTEN = re.compile(rf"\s*(?:tel:|')?[\s(]*\+?[\s(]*[0-9*#][{BETWEEN}]*")
# Text from right to left shows the plus at the end.
PLUS_LAST = re.compile(rf"[\s(]*[0-9][{BETWEEN}]*\+\s*")
INTERNATIONAL = re.compile(r"^(?:\+|00)")
NOT_DIALLED = re.compile(r"[^0-9*#+]")
# Marks that stand between digits and are neither a space, a dash nor a bracket by category.
OTHER_SEPARATORS = str.maketrans(
    {**dict.fromkeys("·∙・。٫", "."), **dict.fromkeys("−˗⁃\u30fc", "-"), "’": "'"}
)
ASCII_SEPARATORS = str.maketrans("[]{}/_", "()()..")
KINDS = {"Zs": " ", "Zl": " ", "Zp": " ", "Pd": "-", "Ps": "(", "Pe": ")"}
INVISIBLE = ("Cf", "Mn", "Me")


class NumberingPlan(NamedTuple):
    """How a connection's own country writes its numbers; without a country nothing is guessed.

    ``country`` is its calling code (44), ``trunk`` what is dialled before a national number (0).
    """

    country: str = ""
    trunk: str = ""


NO_PLAN = NumberingPlan()


def compact(text: str) -> str:
    """Return a number as it is dialled, ``+`` kept; other text without case, width and spaces."""
    if PLAIN.fullmatch(text):
        return text
    seen = _simple(text).casefold()
    if WRITTEN.fullmatch(seen):
        return NOT_DIALLED.sub("", seen)
    if PLUS_LAST.fullmatch(seen):
        return "+" + digits(seen.rstrip().removesuffix("+"))
    return "".join(seen.split())


def is_number(text: str) -> bool:
    """Tell whether a text is a number, in any writing."""
    return COMPACT.fullmatch(compact(text)) is not None


def may_hold_number(text: str) -> bool:
    """Tell whether a text may be a number, a part of one, or hold one."""
    return THREE_DIGITS.search(text) is not None


def digits(text: str) -> str:
    """Return the digits of a number in any writing, without the sign before them."""
    return compact(text).removeprefix("+")


def writings(text: str, plan: NumberingPlan = NO_PLAN) -> tuple[str, ...]:
    """Return each compact writing of the same number, likelier ones first.

    Two numbers are the same if each is among the other's writings.
    """
    number = compact(text)
    found = [number]
    if _lost_plus(text):
        found.append(f"+{number}")
    return tuple(dict.fromkeys(each for own in found for each in _writings(own, plan)))


def asked(text: str, plan: NumberingPlan, known: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the writings to ask iSales for, which compares exactly.

    ``known`` are those that rows are known to have; ``text`` itself may come from a row.
    """
    own = compact(text)
    # Nobody writes a sign before a short number that was not asked for with one.
    short = f"+{own}" if len(own) < FEWEST else ""
    likely = [each for each in writings(text, plan) if each != short][:MOST_GUESSED]
    return tuple(dict.fromkeys([*_as_typed(text), *likely, *list(known)[:MOST_KNOWN]]))


def beginnings(text: str, plan: NumberingPlan) -> tuple[str, ...]:
    """Return what a number begins with in each writing, if a text with a prefix begins it."""
    number = compact(text)
    if number.startswith(("+", "00")):
        reading = _international(INTERNATIONAL.sub("", number), plan)
    elif plan.country and plan.trunk not in ("", number) and number.startswith(plan.trunk):
        reading = plan.country + number.removeprefix(plan.trunk)
    elif _has_country(number, plan):
        reading = _international(number, plan)
    else:
        return ()
    if plan.country and reading.startswith(plan.country) and reading != plan.country:
        return tuple(_candidates(reading, plan))
    return (f"+{reading}", f"00{reading}") if reading else ()


def compacted(numbers: pl.Series) -> pl.Series:
    """Return ``compact`` of each number, once for each that is not compact yet."""
    odd = numbers.filter(~numbers.str.contains(r"^\+?[0-9]+$")).drop_nulls().unique()
    if odd.is_empty():
        return numbers
    return numbers.replace(odd, pl.Series([compact(each) for each in odd], dtype=pl.String))


def _lost_plus(text: str) -> bool:
    """Tell whether a space may have been a plus: an address reads one so that was not encoded."""
    return text[:1] == " " and compact(text).isdigit()


def _as_typed(text: str) -> Iterator[str]:
    """Yield a text as rows may have it: as it is, and without what copying and addresses did."""
    if not text.strip():
        return
    yield text
    seen = "".join(each for each in text if unicodedata.category(each) != "Cf").strip()
    if _lost_plus(text):
        yield f"+{seen}"
    yield seen


def _simple(text: str) -> str:
    """Return a text with plain digits, spaces, dashes and brackets, without what is not seen."""
    if text.isascii():
        return text.translate(ASCII_SEPARATORS)
    found = []
    for each in unicodedata.normalize("NFKC", text).translate(OTHER_SEPARATORS):
        if each.isascii():
            found.append(each.translate(ASCII_SEPARATORS))
        elif (kind := unicodedata.category(each)) == "Nd":
            found.append(str(unicodedata.decimal(each)))
        elif kind not in INVISIBLE:
            found.append(KINDS.get(kind, each))
    return "".join(found)


def _writings(number: str, plan: NumberingPlan) -> Iterator[str]:
    """Yield the compact writings that share a reading with this one, itself first."""
    yield number
    readings = _readings(number, plan)
    for reading in readings:
        for each in _candidates(reading, plan):
            if readings & _readings(each, plan).keys():
                yield each


def _candidates(reading: str, plan: NumberingPlan) -> Iterator[str]:
    """Yield every compact writing that an international number may have, and more."""
    national = ""
    if plan.country and reading.startswith(plan.country):
        national = reading.removeprefix(plan.country)
        yield national
    yield f"+{reading}"
    yield reading
    if national and plan.trunk:
        yield f"{plan.trunk}{national}"
    yield f"00{reading}"
    if national and plan.trunk.startswith("0"):
        for sign in ("+", "00", ""):
            yield f"{sign}{plan.country}{plan.trunk}{national}"


def _readings(number: str, plan: NumberingPlan) -> dict[str, None]:
    """Return the international numbers, without a sign, that a compact writing may stand for.

    What is no number, or a short one, stands for itself.
    """
    own = number.removeprefix("+")
    if not PLAIN.fullmatch(number):
        found = [number]
    elif len(own) < FEWEST:
        found = [own]
    elif own != number:
        found = [_international(own, plan)]
    elif own.startswith("00") and len(own) >= FEWEST + 2:
        found = [_international(own[2:], plan)]
    else:
        found = list(_unsigned(own, plan))
    return dict.fromkeys(found)


def _international(number: str, plan: NumberingPlan) -> str:
    """Return a number with its country code; ``+44 (0)20`` is ``+44 20``."""
    before = plan.country + plan.trunk
    # No national number begins with a trunk prefix of 0; one may well begin with one of 8 or 1.
    if plan.country and plan.trunk.startswith("0") and number.startswith(before):
        return plan.country + number.removeprefix(before)
    return number


def _unsigned(number: str, plan: NumberingPlan) -> Iterator[str]:
    """Yield what a number without a sign may be: national, or international without its sign."""
    if not plan.country:
        yield number
        return
    if plan.trunk and number.startswith(plan.trunk):
        yield plan.country + number.removeprefix(plan.trunk)
        if plan.trunk.startswith("0"):
            return
    if len(number) > MOST_NATIONAL or _has_country(number, plan):
        yield _international(number, plan)
    if len(number) <= MOST_NATIONAL:
        yield plan.country + number


def _has_country(number: str, plan: NumberingPlan) -> bool:
    """Tell whether a number without a sign may begin with the own country's code."""
    is_long = len(number) >= len(plan.country) + FEWEST
    return bool(plan.country) and number.startswith(plan.country) and is_long
