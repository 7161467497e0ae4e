"""Text as people type it: the same whatever its case, accents, width and forms of letters."""

from __future__ import annotations

import re
import unicodedata

import polars as pl

OFTEN = 4  # times that a text stands in a column, from which on each is folded once
SPACES = re.compile(r"\s+")
# Letters that have no decomposition, and marks that are typed another way than they are set.
ALIKE = str.maketrans(
    {
        **dict.fromkeys("أإآٱٲٳٵ", "ا"),
        **dict.fromkeys("ىیئېۍے", "ي"),
        **dict.fromkeys("ةۀہھە", "ه"),
        **dict.fromkeys("کڪ", "ك"),
        "ؤ": "و",
        "ـ": None,
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "ı": "i",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        **dict.fromkeys("‘’‛ʼʹ′`´", "'"),
        **dict.fromkeys("“”„‟«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
    }
)
# Marks that people leave out: accents, and the vowel signs of Arabic and Hebrew.
OMITTED = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]+")


def fold(text: str) -> str:
    """Return what two texts that people take for the same have in common."""
    if text.isascii():
        return SPACES.sub(" ", text.lower())
    plain = OMITTED.sub("", unicodedata.normalize("NFKD", text))
    if plain.isascii():
        return SPACES.sub(" ", plain.lower())
    found = OMITTED.sub("", unicodedata.normalize("NFKD", plain.casefold().translate(ALIKE)))
    return SPACES.sub(" ", "".join(map(_seen, found)))


def folded(values: pl.Series) -> pl.Series:
    """Return ``fold`` of each text: each different one once, those of ASCII in one go."""
    if len(different := values.unique()) < len(values) / OFTEN:
        texts = _folded(different.cast(pl.String))
        return values.replace_strict(different, texts, return_dtype=pl.String)
    return _folded(values.cast(pl.String))


def _folded(values: pl.Series) -> pl.Series:
    plain = values.str.to_lowercase().str.replace_all(r"[\s\x1c-\x1f]+", " ")
    odd = values.filter(values.str.len_bytes() != values.str.len_chars()).unique()
    if odd.is_empty():
        return plain
    known = pl.Series([fold(each) for each in odd], dtype=pl.String)
    other = values.replace_strict(odd, known, default=None, return_dtype=pl.String)
    return other.fill_null(plain)


def _seen(character: str) -> str:
    """Return a character with digits of any script as plain ones, nothing for one not seen."""
    if character.isascii():
        return character
    kind = unicodedata.category(character)
    if kind == "Nd":
        return str(unicodedata.decimal(character))
    return "" if kind == "Cf" else character
