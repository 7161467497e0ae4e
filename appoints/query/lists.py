"""Lists of values as addresses and people write them: words between separators, or in quotes."""

from __future__ import annotations

import json
import re

SEPARATOR = r"\s,;，、；"
# A JSON string that ends where a word ends; half a surrogate pair is no text.
QUOTED = r'"(?:[^"\\\x00-\x1f\x7f]|\\(?:["\\/bfnrt]|u(?![dD][89a-fA-F])[0-9a-fA-F]{4}))*"'
WORDS = re.compile(rf"{QUOTED}(?=[{SEPARATOR}]|\Z)|[^{SEPARATOR}]+")
EXACT = re.compile(QUOTED)
# What one cannot write without quotes.
SPECIAL = re.compile(rf'^"|[{SEPARATOR}\x00-\x1f\x7f]')
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def written(value: str) -> str:
    """Return a value as one word of a list: as it is, or as a JSON string without line breaks."""
    if value and not SPECIAL.search(value):
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", quoted)


def split(text: str) -> tuple[str, ...]:
    """Return the values of a list as people paste it, each once."""
    return tuple(dict.fromkeys(_read(word) for word in WORDS.findall(text)))


def one(text: str) -> str:
    """Return the value of a single word; spaces inside, as in a number that was copied, go."""
    text = text.strip()
    return _read(text) if EXACT.fullmatch(text) else re.sub(r"\s+", "", text)


def line(text: str) -> str:
    """Return the value of a line, as ``as_line`` makes it; spaces inside stay."""
    text = text.strip()
    return _read(text) if EXACT.fullmatch(text) else text


def as_line(value: str) -> str:
    """Return a value as it is where a line holds it so, or as a JSON string."""
    plain = value == value.strip() and not (EXACT.fullmatch(value) or CONTROL.search(value))
    return value if value and plain else written(value)


def _read(word: str) -> str:
    return str(json.loads(word)) if EXACT.fullmatch(word) else word
