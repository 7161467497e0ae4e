"""Limiter of calls to iSales: a line of a connection, held while it is used.

A line keeps the connection's cap on requests at once and its pace over all workers, and stores
what an answer means for everybody: a 401 or 403 puts the connection to rest, a 429 keeps it quiet.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import lru_cache
from http import HTTPStatus
from typing import TypeVar

from django.db.models import QuerySet
from django.utils import timezone

from appoints.connections import metrics, timestamps
from appoints.connections.errors import Busy, NotOffered
from appoints.connections.keeper import HOLD, KEEPER
from appoints.connections.models import Connection, Slot
from appoints.connections.slots import check_callable, longest_wait, take_turn, wait_for
from appoints.isales.client import Client, Criteria, Page, UnreadPage
from appoints.isales.endpoint import Endpoint
from appoints.isales.errors import (
    AddressLocked,
    HostRefused,
    ISalesError,
    NoAnswer,
    NotAuthorised,
    Refused,
    TooFast,
    UnexpectedAnswer,
)
from dashboard import timing

MARGIN = timedelta(seconds=5)  # that a trial is held beyond the end of its call
TRIAL_BUDGET = 5.0  # seconds for the call that proves the key

Returned = TypeVar("Returned")


class Line:
    """A held slot with a client; one call at a time."""

    def __init__(
        self,
        connection: Connection,
        taken: tuple[Slot, datetime],
        check: datetime | None,
        *,
        is_urgent: bool,
    ) -> None:
        slot, last_call = taken
        self.connection = connection
        self.slot = slot
        self.client = _client(connection.endpoint())
        self.took = 0.0  # seconds for which requests of the last call were out
        self._last_call = last_call  # before this line's turn
        self._has_turn = True  # and has not used it
        self._check, self._is_urgent = check, is_urgent
        self._on_trial = False
        self._is_lookup = False

    @property
    def is_wanted(self) -> bool:
        """Whether somebody waited for a line in the last second who is not to wait for long."""
        return self.connection.is_line_wanted

    def list_page(self, criteria: Criteria, offset: int, limit: int, *, budget: float) -> Page:
        """Return one page; see Client.list_page."""
        return self._ask(
            lambda: self.client.list_page(criteria, offset, limit, pace=self.pace, budget=budget)
        )

    def unread_page(
        self, criteria: Criteria, offset: int, limit: int, *, budget: float
    ) -> UnreadPage:
        """Return what reads one page; see Client.unread_page."""
        return self._ask(
            lambda: self.client.unread_page(criteria, offset, limit, pace=self.pace, budget=budget)
        )

    def tasks(self, *, budget: float) -> dict[str, str]:
        """Return the names of the tasks by ID; see Client.tasks. Raises NotOffered."""
        return self._ask_lookup(lambda: self.client.tasks(pace=self.pace, budget=budget))

    def fail_words(self, locale: str, *, budget: float) -> dict[str, str]:
        """Return the platform's own words of fail codes; see Client. Raises NotOffered."""
        return self._ask_lookup(
            lambda: self.client.fail_words(locale, pace=self.pace, budget=budget)
        )

    @contextmanager
    def pace(self, deadline: float) -> Iterator[None]:
        """Wait until a request may go, and count what comes of it; see ``_await_turn``."""
        self._wait_to_go(deadline)
        outcome = "answered"
        try:
            with timing.upstream():
                began = time.monotonic()
                try:
                    yield
                finally:
                    seconds = time.monotonic() - began
        except Exception as error:
            outcome = metrics.outcome_of(error)
            self._record(error)
            raise
        else:
            self.connection.record_answer()
        finally:
            self.took += seconds
            metrics.count(self.connection.slug, outcome, seconds)

    def _record(self, error: Exception) -> None:
        """Store whether iSales answered. A platform may lack the lookups: of those it may fail."""
        is_down = isinstance(error, NoAnswer) or (
            isinstance(error, UnexpectedAnswer) and error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        )
        if is_down and not self._is_lookup:
            self.connection.record_failure(error)
        elif isinstance(error, ISalesError) and not isinstance(error, HostRefused) and not is_down:
            self.connection.record_answer()

    def _wait_to_go(self, deadline: float) -> None:
        """Wait until a request may go. Raises Busy where that is past the deadline (monotonic).

        The last check of the stored state is right before the call: another worker may have been
        refused while this one waited.
        """
        while True:
            self._await_turn(deadline)
            if self._hold() and self._may_go(deadline):
                self._has_turn = False
                return
            self.release()
            left = deadline - time.monotonic()
            # As stored, for this line's own goes on with the endpoint that its client calls.
            stored = Connection.objects.get(pk=self.connection.pk)
            self.slot, self._last_call = wait_for(
                stored, left, self._check, is_urgent=self._is_urgent
            )
            self._has_turn = True

    def release(self) -> None:
        """Give the slot back, and a turn that was not used with it."""
        self._end_trial()
        KEEPER.remove(self.slot.holder)
        last_call = self._last_call if self._has_turn else self.slot.last_call
        self._mine().update(holder="", held_until=timezone.now(), last_call=last_call)

    def _await_turn(self, deadline: float) -> None:
        if not self._has_turn:
            self._last_call, self._has_turn = self.slot.last_call, True
            take_turn(self.connection, self.slot)
        longest = longest_wait(self.connection)
        wait = timestamps.left(self.slot.last_call, longest).total_seconds()
        if time.monotonic() + wait > deadline:
            raise Busy("the pace set for this connection allows no call in time", wait)
        if wait:
            with timing.upstream():
                time.sleep(wait)
        self.slot.last_call = timezone.now()

    def _hold(self) -> bool:
        """Tell whether the slot is still held; the keeper renews it while the call is out."""
        if timestamps.left(self.slot.held_until, HOLD) >= HOLD / 2:
            return True
        self.slot.held_until = timezone.now() + HOLD
        renewed = {"held_until": self.slot.held_until, "last_call": self.slot.last_call}
        return bool(self._mine().update(**renewed))

    def _may_go(self, deadline: float) -> bool:
        """Tell whether a call may go now; where the key was not accepted lately, one at a time.

        Raises Resting or TooFast.
        """
        self.connection.refresh(self.connection.REREAD)
        check_callable(self.connection, self._check)
        if not self.connection.needs_trial(check=bool(self._check)):
            return True
        self._on_trial = self.connection.begin_trial(self.slot.holder, _until(deadline) + MARGIN)
        return self._on_trial

    def _end_trial(self) -> None:
        if self._on_trial:
            self.connection.end_trial(self.slot.holder)
        self._on_trial = False

    def _mine(self) -> QuerySet[Slot]:
        return Slot.objects.filter(pk=self.slot.pk, holder=self.slot.holder)

    def _ask_lookup(self, call: Callable[[], dict[str, str]]) -> dict[str, str]:
        # Only where the list accepts the key does a 401 mean "not purchased".
        if self.connection.needs_trial(check=False):
            now = round(timezone.now().timestamp() * 1000)
            self.list_page(Criteria(now - 1000, now), 0, 1, budget=TRIAL_BUDGET)
        self._is_lookup = True
        try:
            return self._ask(call, rests=AddressLocked)
        except NotAuthorised as error:
            raise NotOffered(str(error)) from error
        finally:
            self._is_lookup = False

    def _ask(
        self,
        call: Callable[[], Returned],
        rests: type[ISalesError] | tuple[type[ISalesError], ...] = (NotAuthorised, AddressLocked),
    ) -> Returned:
        self.took = 0.0
        try:
            answer = call()
        except rests as error:
            self.connection.rest(error)
            raise
        except TooFast as error:
            error.retry_after = self.connection.keep_quiet(error)
            raise
        except Refused as error:
            if error.status == HTTPStatus.OK:
                self.connection.record_acceptance()
            raise
        else:
            self.connection.record_acceptance()
            return answer
        finally:
            self._end_trial()


@contextmanager
def line(
    connection: Connection, *, wait: float, check: bool = False, is_urgent: bool = True
) -> Iterator[Line]:
    """Hold a line, waiting at most ``wait`` seconds for a free one.

    Who holds one for many calls gives it up after one for somebody who ``is_urgent``.
    Raises Resting, TooFast while iSales asked for quiet, NotAnswering between two tries, or Busy.
    ``check=True`` is for a person's check, which alone may call all the same.
    """
    began = timezone.now() if check else None
    taken = wait_for(connection, wait, began, is_urgent=is_urgent)
    held = Line(connection, taken, began, is_urgent=is_urgent)
    try:
        yield held
    finally:
        held.release()


def _until(deadline: float) -> timedelta:
    return timedelta(seconds=max(0.0, deadline - time.monotonic()))


@lru_cache(maxsize=32)
def _client(endpoint: Endpoint) -> Client:
    # Kept open between calls; a connection that is changed has another endpoint, hence client.
    return Client(endpoint)
