"""The order of names and accounts that people expect, in the language of whoever looks.

Case and accents only decide between texts that are else alike, and digits count by their value.
Spanish has a letter ñ after n, Chinese goes by pinyin, and Arabic and Chinese put their own script
before the Latin one.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections import deque
from collections.abc import Callable, Iterable
from functools import lru_cache, partial

import polars as pl

from .folding import fold

DIGITS = re.compile(r"[0-9]+")
HAN = re.compile("[\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
ARABIC = re.compile("[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff]")
OWN = ":"  # between digits and letters: what begins with it stands before every letter
AFTER = "\uffff"  # after every letter

MANY = 1_000  # different texts, from which on their order is kept for the next sort
# The languages and orders of the columns that were sorted last, in each all texts of one column.
KEPT: deque[tuple[str, pl.Series]] = deque(maxlen=4)

Key = tuple[str, str, str, str]


@lru_cache(maxsize=20_000)
def key(text: str, language: str = "") -> Key:
    """Return what to sort a text by: letters, then accents, then small before capital letters."""
    accents = "" if text.isascii() else unicodedata.normalize("NFD", text).casefold()
    return _primary(text, language), accents or text.lower(), text.swapcase(), text


def in_order(texts: Iterable[str], language: str = "") -> list[str]:
    """Return texts in order."""
    return sorted(texts, key=partial(key, language=language))


def ranked(values: pl.Series, language: str = "") -> pl.Series:
    """Return the place of each text among all, so that sorting by it sorts the texts."""
    different = values.drop_nulls().unique()
    # As texts: what shared texts are compared with stays in memory.
    own = different.cast(pl.String)
    texts = _ordered(own, language)
    places = pl.Series(range(len(texts)), dtype=pl.UInt32)
    if values.dtype != pl.String:
        places = own.replace_strict(texts, places, default=None, return_dtype=pl.UInt32)
        texts = different
    return values.replace_strict(texts, places, default=None, return_dtype=pl.UInt32)


def _ordered(different: pl.Series, language: str) -> pl.Series:
    """Return texts in order; many of them from an order that is kept, if one holds them all."""
    if len(different) < MANY:
        return pl.Series(in_order(different, language), dtype=pl.String)
    for of, kept in tuple(KEPT):
        if of == language and different.is_in(kept.implode()).all():
            return kept
    found = pl.Series(in_order(different, language), dtype=pl.String)
    KEPT.append((language, found))
    return found


def _primary(text: str, language: str) -> str:
    own = OWN_ORDER.get(language.partition("-")[0])
    found = own(text) if own and not text.isascii() else fold(text)
    return DIGITS.sub(_by_value, found)


def _by_value(digits: re.Match[str]) -> str:
    """Return digits so that comparing them as text compares their value."""
    value = digits[0].lstrip("0")
    return f"{len(value):04}{value}"


def _spanish(text: str) -> str:
    composed = unicodedata.normalize("NFC", text)
    return AFTER.join(map(fold, re.sub("[ñÑ]", f"n{AFTER}", composed).split(AFTER)))


def _arabic(text: str) -> str:
    return ARABIC.sub(lambda letter: OWN + letter[0], fold(text))


def _chinese(text: str) -> str:
    return HAN.sub(lambda character: OWN + _pinyin(character[0]) + character[0], fold(text))


@lru_cache(maxsize=20_000)
def _pinyin(character: str) -> str:
    """Return how a character is read, with its tone; what has no reading stands after all."""
    # Without its phrases the library takes a quarter of the time and memory.
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(character, style=Style.TONE3, errors=lambda _: AFTER))


OWN_ORDER: dict[str, Callable[[str], str]] = {"ar": _arabic, "es": _spanish, "zh": _chinese}
