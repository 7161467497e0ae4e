"""What the neighbours of the list tell: names of tasks, and the platform's own words for causes.

A platform may lack either; the dashboard then takes free text and the published words. Whoever
asks first asks for all workers; what is not purchased is asked for once, until a person's check.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta

from django.core.cache import cache
from django.utils.translation import get_language, gettext

from appoints.connections import limiter
from appoints.connections.errors import Busy, NotOffered, Resting
from appoints.connections.models import Connection, Neighbour
from appoints.isales import codes
from appoints.isales.errors import FetchError, TooFast

TASKS, WORDS = "tasks", "words"
LOCALES = {"zh": "zh_CN", "en": "en_US"}
KEPT = timedelta(minutes=10)
HERE = 60  # seconds that this process keeps what the database has
AGAIN = 15  # seconds after which to ask anew where no call could go
SOON = 1  # second after which to look whether another worker was told
WAIT = 1.0  # seconds for a free line, or for another worker's answer
BUDGET = 5.0  # seconds for all the pages of one neighbour
# Longer than all that is done under it: a line, the call that proves the key, and the neighbour.
LEASE = timedelta(seconds=WAIT + limiter.TRIAL_BUDGET + BUDGET + 5)
LOOK_AGAIN = 0.05  # seconds


def tasks(connection: Connection) -> Mapping[str, str]:
    """Return the names of tasks by ID; empty where iSales does not tell. May ask iSales."""
    return _kept(connection, TASKS, "")


def speaks(language: str) -> bool:
    """Tell whether iSales has words of its own in a language: Chinese and English it has."""
    return language.partition("-")[0] in LOCALES


def fail_words(connection: Connection, language: str) -> Mapping[str, str]:
    """Return the platform's words for fail codes, English ones where it has none of a language.

    Empty where it does not tell.
    """
    return _kept(connection, WORDS, LOCALES.get(language.partition("-")[0], LOCALES["en"]))


def ask_again(connection: Connection) -> list[str]:
    """Ask once for each neighbour that was not offered; return the names of those still not."""
    lacking = connection.neighbours.filter(lacking=True)
    names = list(lacking.values_list("name", flat=True))
    lacking.update(lacking=False)
    for name in names:
        _shared(connection, name, LOCALES["en"] if name == WORDS else "")
    return list(lacking.values_list("name", flat=True))


def _kept(connection: Connection, name: str, locale: str) -> Mapping[str, str]:
    key = f"{name}-{locale}-{connection.pk}-{connection.endpoint_fingerprint()}"
    known: Mapping[str, str] | None = cache.get(key)
    if known is None:
        known, kept = _shared(connection, name, locale)
        cache.set(key, known, kept)
    return known


def _shared(connection: Connection, name: str, locale: str) -> tuple[Mapping[str, str], int]:
    """Return what iSales tells, and for how many seconds to keep it here."""
    deadline = time.monotonic() + WAIT
    while True:
        neighbour = Neighbour.of(connection, name)
        if neighbour.lacking:
            return {}, HERE
        if (told := neighbour.told(locale, KEPT)) is not None:
            return told, HERE
        if neighbour.take_lease(LEASE):
            return _asked(connection, neighbour, locale)
        if time.monotonic() > deadline:
            return neighbour.last_told(locale), SOON
        time.sleep(LOOK_AGAIN)


def _asked(
    connection: Connection, neighbour: Neighbour, locale: str
) -> tuple[Mapping[str, str], int]:
    """Ask iSales, for all workers; the lease is held."""
    words, again = neighbour.last_told(locale), HERE
    try:
        with limiter.line(connection, wait=WAIT) as line:
            words = _ask(line, neighbour.name, locale)
        neighbour.keep(locale, words, KEPT)
    except NotOffered:
        words = {}
        neighbour.lack()
    except (TooFast, Busy, Resting):
        again = AGAIN
        neighbour.end_lease()
    except FetchError:
        # Names are a comfort: without them the page stands, with codes and free text.
        neighbour.keep(locale, words, KEPT)
    return words, again


def _ask(line: limiter.Line, name: str, locale: str) -> Mapping[str, str]:
    return line.tasks(budget=BUDGET) if name == TASKS else line.fail_words(locale, budget=BUDGET)


def reasons(connection: Connection, *, platform: bool) -> dict[str, str]:
    """Return the words for fail codes and results, the platform's own winning if ``platform``.

    In a language that the platform has no words of, its English ones only fill the gaps.
    """
    known = {**codes.RESULTS, **codes.FAIL_WORDS}
    words = {code: gettext(text) for code, text in known.items()}
    if platform:
        language = get_language() or "en"
        own = fail_words(connection, language)
        words = {**words, **own} if speaks(language) else {**own, **words}
    return words
