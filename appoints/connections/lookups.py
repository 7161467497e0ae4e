"""Lookups of names: of tasks, and the platform's own words for fail codes.

Where iSales offers neither, the dashboard shows IDs and the published words. One worker asks for
all workers. A lookup that was not purchased is not asked for again until a person's check.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from threading import Lock

from django.core.cache import cache
from django.utils import translation
from django.utils.translation import get_language

from appoints.connections import limiter
from appoints.connections.errors import Busy, NotAnswering, NotOffered, Resting
from appoints.connections.models import Connection, Lookup
from appoints.isales import codes
from appoints.isales.errors import FetchError, TooFast
from dashboard import timing

TASKS, WORDS = "tasks", "words"
LOCALES = {"zh": "zh_CN", "en": "en_US"}
FRESH_FOR = timedelta(minutes=10)
CACHED_FOR = 60  # seconds in this process
RETRY_AFTER = 15  # seconds, where no call could go
RECHECK_AFTER = 1  # second, where another worker is asking
WAIT = 1.0  # seconds for a free line, or for another worker's answer
BUDGET = 5.0  # seconds for all the pages of one lookup
# Longer than the work under it: the wait for a line, the call that proves the key, the lookup.
LEASE = timedelta(seconds=WAIT + limiter.TRIAL_BUDGET + BUDGET + 5)
LOOK_AGAIN = 0.05  # seconds
# One thread of a process asks, or waits for another worker: each of fifty would read the database.
ASKERS: defaultdict[str, Lock] = defaultdict(Lock)


def tasks(connection: Connection) -> Mapping[str, str]:
    """Return the names of tasks by ID; empty where iSales does not offer them. May ask iSales."""
    return _cached(connection, TASKS, "")


def speaks(language: str) -> bool:
    """Tell whether iSales has words of its own in a language: it has Chinese and English."""
    return language.partition("-")[0] in LOCALES


def fail_words(connection: Connection, language: str, *, ask: bool = True) -> Mapping[str, str]:
    """Return the platform's words for fail codes, English ones where it has none of a language.

    Empty where iSales does not offer them. Unless ``ask``, those of its last answer.
    """
    locale = LOCALES.get(language.partition("-")[0], LOCALES["en"])
    return _cached(connection, WORDS, locale, ask=ask)


def ask_again(connection: Connection) -> list[str]:
    """Ask once for each lookup that was not offered; return the names of those still not."""
    not_offered = connection.lookups.filter(not_offered=True)
    names = list(not_offered.values_list("name", flat=True))
    not_offered.update(not_offered=False)
    for name in names:
        _shared(connection, name, LOCALES["en"] if name == WORDS else "")
    return list(not_offered.values_list("name", flat=True))


def _cached(
    connection: Connection, name: str, locale: str, *, ask: bool = True
) -> Mapping[str, str]:
    key = f"{name}-{locale}-{connection.pk}-{connection.endpoint_fingerprint()}"
    # The cache goes by a clock that may be set.
    known: Mapping[str, str]
    known, until = cache.get(key, ({}, 0.0))
    if until > time.monotonic():
        return known
    if ask and ASKERS[key].acquire(blocking=False):
        try:
            known, seconds = _shared(connection, name, locale)
            cache.set(key, (known, time.monotonic() + seconds), seconds)
        finally:
            ASKERS[key].release()
        return known
    lookup = Lookup.of(connection, name)
    known = {} if lookup.not_offered else lookup.last_answer(locale)
    if known or not ask or not _came(key):
        return known
    return _cached(connection, name, locale, ask=False)


def _came(key: str) -> bool:
    """Wait for the thread of this process that asks; tell whether it has ended."""
    with timing.upstream():
        has_ended = ASKERS[key].acquire(timeout=WAIT)
    if has_ended:
        ASKERS[key].release()
    return has_ended


def _shared(connection: Connection, name: str, locale: str) -> tuple[Mapping[str, str], int]:
    """Return the names, and for how many seconds to cache them in this process."""
    if connection.is_failing():
        return Lookup.of(connection, name).last_answer(locale), RETRY_AFTER
    deadline = time.monotonic() + WAIT
    while True:
        lookup = Lookup.of(connection, name)
        if lookup.not_offered:
            return {}, CACHED_FOR
        if (answer := lookup.fresh_answer(locale, FRESH_FOR)) is not None:
            return answer, CACHED_FOR
        if lookup.take_lease(LEASE):
            return _asked(connection, lookup, locale)
        # Nobody waits for newer names than they have: every page would, every ten minutes.
        last = lookup.last_answer(locale)
        if last or time.monotonic() > deadline:
            return last, RECHECK_AFTER
        with timing.upstream():
            time.sleep(LOOK_AGAIN)


def _asked(connection: Connection, lookup: Lookup, locale: str) -> tuple[Mapping[str, str], int]:
    """Ask iSales for all workers; the caller holds the lease."""
    words, cache_for = lookup.last_answer(locale), CACHED_FOR
    try:
        with limiter.line(connection, wait=WAIT) as line:
            words = _ask(line, lookup.name, locale)
        lookup.keep(locale, words, FRESH_FOR)
    except NotOffered:
        words = {}
        lookup.mark_not_offered()
    except (TooFast, Busy, Resting, NotAnswering):
        cache_for = RETRY_AFTER
        lookup.end_lease()
    except FetchError:
        # Pages show IDs and codes instead.
        lookup.keep(locale, words, FRESH_FOR)
    return words, cache_for


def _ask(line: limiter.Line, name: str, locale: str) -> Mapping[str, str]:
    return line.tasks(budget=BUDGET) if name == TASKS else line.fail_words(locale, budget=BUDGET)


def reasons(connection: Connection, *, ask: bool) -> dict[str, str]:
    """Return the words for fail codes and results, the platform's own winning.

    In a language that the platform has no words of, its English ones only fill the gaps. Unless
    ``ask``, iSales is not asked for its words: those of its last answer count.
    """
    language = get_language() or "en"
    words = _translated(language)
    own = fail_words(connection, language, ask=ask)
    return {**words, **own} if speaks(language) else {**own, **words}


@lru_cache(maxsize=16)
def _translated(language: str) -> Mapping[str, str]:
    """Return our words for fail codes and results; each page needs all of them."""
    with translation.override(language):
        known = {**codes.RESULTS, **codes.FAIL_WORDS}
        return {code: translation.gettext(text) for code, text in known.items()}
