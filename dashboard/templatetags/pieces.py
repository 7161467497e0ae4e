"""``{% piece "template.html" name=value %}``: what is drawn of some values alone, once for all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from django import template
from django.db.models import Model
from django.template import Context, Engine
from django.utils.safestring import SafeString
from django.utils.translation import get_language

MOST = 1000  # pieces that a worker keeps
LONGEST = 10_000  # characters of one, and of its values: both may repeat a long list of agents

register = template.Library()


@dataclass(frozen=True)
class Values:
    """Values by their names; those that tell the same of themselves are equal."""

    told: str
    named: Mapping[str, object] = field(compare=False)


class LongPiece(Exception):
    """A piece that is too long to be kept, or of values that are, as it was ``drawn``."""

    def __init__(self, drawn: SafeString) -> None:
        super().__init__()
        self.drawn = drawn


@register.simple_tag
def piece(template_name: str, **values: object) -> SafeString:
    """Draw a template once for the same values, in a language; it gets these and no more.

    Values are compared by their repr, for equal moments may be written with different offsets: it
    is to tell all that is drawn. Raises TypeError for a value of which it does not.
    """
    for each in values.values():
        if isinstance(each, Model) or type(each).__repr__ is object.__repr__:
            raise TypeError(f"The repr of a {type(each).__name__} does not tell all of it.")
    # A word and the same as HTML are drawn otherwise.
    told = repr([(name, type(each), each) for name, each in values.items()])
    try:
        return _drawn(template_name, get_language(), Values(told, values))
    except LongPiece as found:
        return found.drawn


@lru_cache(maxsize=MOST)
def _drawn(name: str, language: str | None, values: Values) -> SafeString:
    """Return a piece. Raises LongPiece, of which the cache keeps nothing."""
    # Not as a page is: no processor of contexts adds what the values do not tell.
    drawn = Engine.get_default().get_template(name).render(Context({**values.named}))
    if max(len(drawn), len(values.told)) > LONGEST:
        raise LongPiece(drawn)
    return drawn
