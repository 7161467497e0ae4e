"""What the neighbours of the list tell: names of tasks, and the platform's own words for causes.

A platform may lack either; the dashboard then takes free text and the published words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.core.cache import cache

from appoints import gateway
from appoints.credentials import WrongKey
from appoints.isales.errors import ISalesError, TooFast
from appoints.models import Connection

LOCALES = {"zh": "zh_CN", "en": "en_US"}
KEPT = 10 * 60  # seconds
AGAIN = 15  # seconds after which to ask anew where the lines were only taken for a while
WAIT = 1.0  # seconds for a free line
BUDGET = 5.0  # seconds for all the pages of one neighbour


def tasks(connection: Connection) -> Mapping[str, str]:
    """Return the names of tasks by ID; empty where iSales does not tell. May ask iSales."""
    return _kept(connection, "tasks", lambda line: line.tasks(budget=BUDGET))


def speaks(language: str) -> bool:
    """Tell whether iSales has words of its own in a language: Chinese and English it has."""
    return language.partition("-")[0] in LOCALES


def fail_words(connection: Connection, language: str) -> Mapping[str, str]:
    """Return the platform's words for fail codes, English ones where it has none of a language.

    Empty where it does not tell.
    """
    locale = LOCALES.get(language.partition("-")[0], LOCALES["en"])
    return _kept(connection, f"words-{locale}", lambda line: line.fail_words(locale, budget=BUDGET))


def _kept(
    connection: Connection, name: str, ask: Callable[[gateway.Line], Mapping[str, str]]
) -> Mapping[str, str]:
    key = f"{name}-{connection.pk}"
    known: Mapping[str, str] | None = cache.get(key)
    if known is None:
        known, kept = _asked(connection, ask)
        cache.set(key, known, kept)
    return known


def _asked(
    connection: Connection, ask: Callable[[gateway.Line], Mapping[str, str]]
) -> tuple[Mapping[str, str], int]:
    """Return what iSales tells, and for how many seconds to keep it."""
    try:
        with gateway.line(connection, wait=WAIT) as line:
            return ask(line), KEPT
    except TooFast:
        return {}, AGAIN
    except (ISalesError, WrongKey):
        # Names are a comfort: without them the page stands, with codes and free text.
        return {}, KEPT
