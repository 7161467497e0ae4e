"""The one way into the log."""

from __future__ import annotations

import atexit
import hashlib
import json
import logging
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db import Error, connection
from django.utils import timezone

from dashboard.audit.models import Event
from dashboard.audit.origin import Origin
from dashboard.audit.tokens import number_token
from dashboard.prepared import Prepared

LIKE = Prepared(
    lambda look, since, until: (
        Event.objects.filter(look=look, at__gt=since, at__lte=until)
        .order_by()
        .values_list("at", flat=True)[:1]
    )
)

logger = logging.getLogger(__name__)

SAME_LOOK = timedelta(minutes=10)
SKEW = timedelta(minutes=1)  # that clocks of two machines may differ
LOCK_TIMEOUT = 200  # milliseconds that a page waits for SQLite's lock, to record a look
MOST_WAITING = 1000  # looks that a process keeps until the database takes them
AT_ONCE = 20  # of them that one page writes

# Looks that the database did not take; the next look writes them, or the end of the process.
WAITING: deque[Event] = deque(maxlen=MOST_WAITING)


class Target(NamedTuple):
    """What an event is about."""

    kind: str = ""
    id: str = ""
    name: str = ""


def record(
    origin: Origin,
    action: str,
    target: Target = Target(),  # noqa: B008 immutable
    details: Mapping[str, Any] | None = None,
    numbers: Iterable[str] = (),
) -> None:
    """Store an event. ``numbers`` are kept as tokens only. Raises django.db.Error."""
    _event(origin, action, target, details or {}, numbers).save()


def record_once(
    origin: Origin,
    action: str,
    target: Target,
    details: Mapping[str, Any],
    numbers: Iterable[str] = (),
    same: object = None,
) -> None:
    """Store an event unless its like, by ``same``, is at most ten minutes old.

    One that a clock has written which was ahead does not count. Raises django.db.Error.
    """
    event = _event(origin, action, target, details, numbers)
    event.look = _look(event, same)
    _save_once(event)


def record_look(
    origin: Origin,
    target: Target,
    details: Mapping[str, Any],
    numbers: Iterable[str] = (),
    same: object = None,
) -> None:
    """Store a look, once for a page that is refreshed; the page stands where that fails.

    Such a look is stored with the next one, under its own time.
    """
    event = _event(origin, Event.Action.LOOK, target, details, numbers)
    event.look = _look(event, same)
    if not WAITING and _is_known(event):
        return
    try:
        with _soon():
            _save_waiting(AT_ONCE)
            _save_once(event)
    except Error as error:
        _keep(event, error)


def _save_once(event: Event) -> None:
    if _is_known(event):
        return
    at = next(iter(LIKE.rows(event.look, *_around(event))), None)
    if at is None:
        event.save()
    cache.set(f"audit.{event.look}", at or event.at, SAME_LOOK.total_seconds())


def _is_known(event: Event) -> bool:
    """Tell whether this worker has just stored or found its like."""
    since, until = _around(event)
    return bool(since < cache.get(f"audit.{event.look}", since) <= until)


def _around(event: Event) -> tuple[datetime, datetime]:
    """Return after which moment and until when its like counts as the same."""
    return event.at - SAME_LOOK, event.at + SKEW


def _keep(event: Event, error: Error) -> None:
    if len(WAITING) == WAITING.maxlen:
        logger.error("a look of person %s is not in the log: %s", WAITING[0].person, error)
    else:
        logger.warning("a look of person %s waits to be written: %s", event.person, error)
    WAITING.append(event)


def _save_waiting(most: int) -> None:
    for _ in range(most):
        try:
            event = WAITING.popleft()
        except IndexError:  # also where another thread took the last
            return
        try:
            _save_once(event)
        except Error:
            WAITING.appendleft(event)
            raise


@atexit.register
def save_waiting_at_the_end() -> None:
    """Store the looks that still wait; say in the server's log how many the database refuses."""
    try:
        _save_waiting(MOST_WAITING)
    except Error:
        logger.exception("%s looks are not in the log", len(WAITING))


def _event(
    origin: Origin,
    action: str,
    target: Target,
    details: Mapping[str, Any],
    numbers: Iterable[str],
) -> Event:
    tokens = sorted({number_token(each) for each in numbers})
    return Event(
        at=timezone.now(),
        person=origin.person,
        actor=origin.actor[:150],
        address=origin.address,
        way=origin.way,
        action=action,
        kind=target.kind[:50],
        object_id=target.id[:100],
        name=target.name[:255],
        details=dict(details),
        numbers=f" {' '.join(tokens)} " if tokens else "",
    )


def _look(event: Event, same: object) -> str:
    about: list[object] = [event.person, event.actor, event.address, event.way, event.action]
    about += [event.kind, event.object_id, event.numbers, same]
    text = json.dumps(about, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


@contextmanager
def _soon() -> Iterator[None]:
    """Let SQLite wait for its lock only shortly; PostgreSQL does not lock a table to add to it."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    before = connection.connection.execute("PRAGMA busy_timeout").fetchone()[0]
    connection.connection.execute(f"PRAGMA busy_timeout = {LOCK_TIMEOUT}")
    try:
        yield
    finally:
        connection.connection.execute(f"PRAGMA busy_timeout = {before}")
