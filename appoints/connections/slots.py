"""Slots of a connection: which is free, when it may call next, and whether any call may go."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from appoints.connections import timestamps
from appoints.connections.errors import Busy, NotAnswering, Resting
from appoints.connections.keeper import HOLD, KEEPER
from appoints.connections.models import Connection, Slot
from appoints.connections.models.call_state import LONGEST_CALL
from appoints.isales.errors import TooFast
from dashboard import timing
from dashboard.prepared import Prepared

LOOK_AGAIN = 0.05  # seconds between two looks for a free line
# By which calls are farther apart than the pace says: one that is late makes no second too full.
MARGIN = 1.05
SLOTS = Prepared(lambda pk, number: Slot.objects.filter(connection=pk, number__lt=number))


def spacing(connection: Connection) -> timedelta:
    """Return the least time between two calls, whichever lines they go over."""
    pace = connection.max_per_second
    return timedelta(seconds=MARGIN / pace) if pace else timedelta()


def longest_wait(connection: Connection) -> timedelta:
    """Return how far ahead a turn may be: each line may have one."""
    return 2 * connection.max_concurrency * spacing(connection)


def take_turn(connection: Connection, slot: Slot) -> None:
    """Move the ``last_call`` of a held slot to its next turn, after those of all lines."""
    if not connection.max_per_second:
        return
    with transaction.atomic():
        Connection.objects.select_for_update().values_list("pk").get(pk=connection.pk)
        slot.last_call = _next_turn(connection, _slots(connection))
        mine = Slot.objects.filter(pk=slot.pk, holder=slot.holder)
        mine.update(last_call=slot.last_call)


def wait_for(
    connection: Connection, wait: float, check: datetime | None, *, is_urgent: bool
) -> tuple[Slot, datetime]:
    """Return a slot, ``last_call`` being its holder's turn, and when it was called before.

    ``check`` is when a person's check began, which may call at rest and while iSales asked for
    quiet. Raises Resting, TooFast, or Busy where no slot is free in time.
    """
    deadline = time.monotonic() + wait
    while not (taken := _take(connection, check)):
        if time.monotonic() > deadline:
            raise Busy("all lines to iSales are in use", 1.0)
        if is_urgent and not connection.is_line_wanted:
            connection.want_line()
        with timing.upstream():
            time.sleep(LOOK_AGAIN)
    KEEPER.add(taken[0].holder)
    return taken


def _take(connection: Connection, check: datetime | None) -> tuple[Slot, datetime] | None:
    """Return a slot, its ``last_call`` moved to its holder's turn, and its last call until now."""
    with transaction.atomic():
        # One taker at a time, also where the database lets several write at once.
        connection.refresh(lock=True)
        check_callable(connection, check)
        if connection.needs_trial(check=bool(check)) and connection.trial_left():
            return None
        slots = _slots(connection)
        free = [slot for slot in slots if not _is_held(slot)]
        if not free:
            return None
        slot = min(free, key=lambda slot: slot.last_call)
        before = {"holder": slot.holder, "held_until": slot.held_until}
        last_call = _sound(slot.last_call, connection)
        slot.holder, slot.held_until = uuid4().hex, timezone.now() + HOLD
        slot.last_call = _next_turn(connection, slots)
        values = {"holder": slot.holder, "held_until": slot.held_until}
        mine = Slot.objects.filter(pk=slot.pk, **before).update(last_call=slot.last_call, **values)
    return (slot, last_call) if mine else None


def _is_held(slot: Slot) -> bool:
    return bool(slot.holder and timestamps.left(slot.held_until, LONGEST_CALL))


def _next_turn(connection: Connection, slots: Iterable[Slot]) -> datetime:
    """Return when the next call may go: a while after the last one of all lines."""
    last_call = max(_sound(slot.last_call, connection) for slot in slots)
    return max(timezone.now(), last_call + spacing(connection))


def _sound(last_call: datetime, connection: Connection) -> datetime:
    """Return when a line last called; long ago where a clock that was ahead says otherwise."""
    passed = last_call <= timezone.now()
    known = passed or timestamps.left(last_call, longest_wait(connection))
    return last_call if known else timestamps.LONG_AGO


def check_callable(connection: Connection, check: datetime | None) -> None:
    """Raise Resting, TooFast while iSales wants quiet, or NotAnswering between two tries."""
    # A check may call at rest, but not where another was refused after it began.
    refused_since = check and check < (connection.resting_since or check) <= timezone.now()
    if connection.resting and (check is None or refused_since):
        raise Resting(connection.resting)
    if check is None and (left := connection.quiet_left()):
        seconds = left.total_seconds()
        raise TooFast(f"iSales asked not to be called for {seconds:.0f} s more", seconds)
    if check is None and connection.pause_left():
        raise NotAnswering.of(connection)


def _slots(connection: Connection) -> list[Slot]:
    slots = SLOTS.rows(connection.pk, connection.max_concurrency)
    if len(slots) < connection.max_concurrency:
        wanted = set(range(connection.max_concurrency)) - {slot.number for slot in slots}
        missing = [
            Slot(
                connection=connection,
                number=number,
                held_until=timestamps.LONG_AGO,
                last_call=timestamps.LONG_AGO,
            )
            for number in sorted(wanted)
        ]
        Slot.objects.bulk_create(missing, ignore_conflicts=True)
        slots = SLOTS.rows(connection.pk, connection.max_concurrency)
    return slots
