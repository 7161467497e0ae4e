"""The only way to iSales: a line of a connection, held while it is used.

A line keeps the connection's cap on requests at once and its pace over all workers, and stores
what an answer means for everybody: a 401 or 403 puts the connection to rest, a 429 keeps it quiet.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TypeVar
from uuid import uuid4

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from appoints.isales.client import Client, Criteria, Page
from appoints.isales.endpoint import Endpoint
from appoints.isales.errors import AddressLocked, ISalesError, NotAuthorised, TooFast
from appoints.models import Connection, Slot

# Longer than any one try may take, and no longer than a load's lease: whoever goes on with a dead
# worker's load needs its lines, too.
HOLD = timedelta(seconds=30)
RENEWED_AFTER = timedelta(seconds=3)  # so that many calls write but now and then
HEARD_EVERY = 0.25  # seconds
LOOK_AGAIN = 0.05  # seconds between two looks for a free line
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

Answer = TypeVar("Answer")


class Resting(ISalesError):
    """Nobody may call until a person's check succeeds. ``connection`` says why and since when."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(f"{connection.slug} is at rest: {connection.get_resting_display()}")
        self.connection = connection


class Busy(TooFast):
    """All lines are in use, or the pace allows no call in time."""


class Line:
    """A held slot with a client; one call at a time."""

    def __init__(
        self, connection: Connection, slot: Slot, last_call: datetime, *, resting: bool
    ) -> None:
        self.connection = connection
        self.slot = slot
        self._last_call = last_call  # before this line's first turn
        self.client = _client(connection.endpoint())
        self._first = True
        self._resting = resting
        self._heard = time.monotonic()  # taking the slot has checked it

    def list_page(self, criteria: Criteria, offset: int, limit: int, *, budget: float) -> Page:
        """Return one page; see Client.list_page."""
        return self._ask(
            lambda: self.client.list_page(criteria, offset, limit, pace=self.pace, budget=budget)
        )

    def tasks(self, *, budget: float) -> dict[str, str]:
        """Return the names of the tasks by ID; see Client.tasks."""
        return self._ask_neighbour(
            "tasks", lambda: self.client.tasks(pace=self.pace, budget=budget)
        )

    def fail_words(self, locale: str, *, budget: float) -> dict[str, str]:
        """Return the platform's own words of fail codes; see Client.fail_words."""
        return self._ask_neighbour(
            "words", lambda: self.client.fail_words(locale, pace=self.pace, budget=budget)
        )

    def pace(self, deadline: float) -> None:
        """Wait for the next call's turn. Raises Busy when that is past the deadline (monotonic)."""
        due = (
            self.slot.last_call if self._first else self.slot.last_call + interval(self.connection)
        )
        wait = (due - timezone.now()).total_seconds()
        if time.monotonic() + wait > deadline:
            raise Busy("the pace set for this connection allows no call in time", wait)
        if wait > 0:
            time.sleep(wait)
        self._first = False
        self.slot.last_call = timezone.now()
        if self.slot.held_until - self.slot.last_call < HOLD - RENEWED_AFTER:
            self._renew()

    def release(self) -> None:
        """Give the slot back, and a turn that was not used with it."""
        last_call = self._last_call if self._first else self.slot.last_call
        self._mine().update(holder="", held_until=timezone.now(), last_call=last_call)

    def _hear(self) -> None:
        """Learn now and then, amid many calls, what befell another. Raises Resting or TooFast."""
        if time.monotonic() - self._heard > HEARD_EVERY:
            self.connection.refresh_from_db(fields=["resting", "resting_since", "quiet_until"])
            _check_callable(self.connection, resting=self._resting)
            self._heard = time.monotonic()

    def _renew(self) -> None:
        self.slot.held_until = timezone.now() + HOLD
        self._mine().update(held_until=self.slot.held_until, last_call=self.slot.last_call)

    def _mine(self) -> QuerySet[Slot]:
        return Slot.objects.filter(pk=self.slot.pk, holder=self.slot.holder)

    def _ask_neighbour(self, name: str, call: Callable[[], dict[str, str]]) -> dict[str, str]:
        # The list was just accepted with this key, so a 401 here means "not purchased". It is
        # remembered, for a repeated 401 locks the address, but it puts nothing to rest.
        if name in self.connection.lacking.split():
            return {}
        try:
            return self._ask(call, rests=AddressLocked)
        except NotAuthorised:
            self.connection.lack(name)
            return {}

    def _ask(
        self,
        call: Callable[[], Answer],
        rests: type[ISalesError] | tuple[type[ISalesError], ...] = (NotAuthorised, AddressLocked),
    ) -> Answer:
        self._hear()
        try:
            return call()
        except rests as error:
            self.connection.rest(error)
            raise
        except TooFast as error:
            if not isinstance(error, Busy):
                self.connection.keep_quiet(error)
            raise


@contextmanager
def line(connection: Connection, *, wait: float, resting: bool = False) -> Iterator[Line]:
    """Hold a line, waiting at most ``wait`` seconds for a free one.

    Raises Resting, or TooFast while iSales asked for quiet, or Busy. ``resting=True`` is for a
    person's check, which alone may call a connection at rest.
    """
    deadline = time.monotonic() + wait
    while not (taken := _take(connection, resting=resting)):
        if time.monotonic() > deadline:
            raise Busy("all lines to iSales are in use", 1.0)
        time.sleep(LOOK_AGAIN)
    held = Line(connection, *taken, resting=resting)
    try:
        yield held
    finally:
        held.release()


def interval(connection: Connection) -> timedelta:
    """Return the least time between two calls on one line: its share of the pace."""
    return spacing(connection) * connection.max_concurrency


def spacing(connection: Connection) -> timedelta:
    """Return the least time between the first calls of two lines."""
    pace = connection.max_per_second
    return timedelta(seconds=1 / pace) if pace else timedelta()


def _take(connection: Connection, *, resting: bool) -> tuple[Slot, datetime] | None:
    """Return a slot, its ``last_call`` moved to its holder's turn, and its last call until now."""
    with transaction.atomic():
        # The lock makes takers stand in line where the database lets several write at once.
        connection.refresh_from_db(from_queryset=Connection.objects.select_for_update())
        _check_callable(connection, resting=resting)
        slots = _slots(connection)
        now = timezone.now()
        free = [slot for slot in slots if slot.held_until <= now]
        if not free:
            return None
        slot = min(free, key=lambda slot: slot.last_call)
        before, last_call = slot.held_until, slot.last_call
        latest = max(each.last_call for each in slots)
        slot.holder, slot.held_until = uuid4().hex, now + HOLD
        # Lines taken together start apart, so that they do not knock all at once.
        slot.last_call = max(
            now, slot.last_call + interval(connection), latest + spacing(connection)
        )
        mine = Slot.objects.filter(pk=slot.pk, held_until=before).update(
            holder=slot.holder, held_until=slot.held_until, last_call=slot.last_call
        )
    return (slot, last_call) if mine else None


def _check_callable(connection: Connection, *, resting: bool) -> None:
    if connection.resting and not resting:
        raise Resting(connection)
    if connection.quiet_until and (left := connection.quiet_until - timezone.now()) > timedelta():
        seconds = left.total_seconds()
        raise TooFast(f"iSales asked not to be called for {seconds:.0f} s more", seconds)


def _slots(connection: Connection) -> list[Slot]:
    slots = list(connection.slots.filter(number__lt=connection.max_concurrency))
    if len(slots) < connection.max_concurrency:
        wanted = set(range(connection.max_concurrency)) - {slot.number for slot in slots}
        missing = [
            Slot(connection=connection, number=number, held_until=LONG_AGO, last_call=LONG_AGO)
            for number in sorted(wanted)
        ]
        Slot.objects.bulk_create(missing, ignore_conflicts=True)
        slots = list(connection.slots.filter(number__lt=connection.max_concurrency))
    return slots


@lru_cache(maxsize=32)
def _client(endpoint: Endpoint) -> Client:
    # Kept open between calls; a connection that is changed has another endpoint, hence client.
    return Client(endpoint)
