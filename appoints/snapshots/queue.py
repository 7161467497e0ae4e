"""The queue of snapshots that wait for a loader: one for all workers, kept in the database.

Whoever waits for the fewest goes first, then what has no row yet, then what lacks few rows, then
who was served longest ago, then what is nearest to now, then who came first; so that nobody's many
questions keep another person's one waiting, and everybody soon sees something.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from appoints.connections import timestamps
from appoints.connections.errors import QueueFull
from appoints.connections.models import Connection
from appoints.snapshots import ageing, leases, store
from appoints.snapshots.models import Snapshot
from appoints.snapshots.upstream import UpstreamRequest
from dashboard.prepared import Prepared

MOST = 50  # snapshots of a person that wait
LARGE = 20  # pages that are still to come, with which a snapshot goes after smaller ones
NOT_FOR_LONG = timedelta(seconds=10)  # then its size no longer counts


def in_order(but: Collection[int] = ()) -> list[Snapshot]:
    """Return what waits, the next first, and of no connection in ``but``."""
    waiting = WAITING.rows(but, *_moments())
    waiting.sort(key=ageing.days_from_now)
    people = {each.person_id for each in waiting}
    if len(people) < 2:
        return waiting  # as nearly always
    before: Counter[int | None] = Counter(all_running().values_list("person", flat=True))
    taken = Snapshot.objects.filter(timestamps.not_ahead("taken"), person__in=people - {None})
    served = dict(taken.order_by().values_list("person").annotate(Max("taken")))
    turns = []
    for each in waiting:
        last = served.get(each.person_id, timestamps.LONG_AGO)
        far = ageing.days_from_now(each)
        turns.append((before[each.person_id], _size(each), last, far, each.pk, each))
        before[each.person_id] += 1
    return [each for *_, each in sorted(turns, key=lambda turn: turn[:-1])]


def others_wait(snapshot: Snapshot, *, without_rows: bool) -> bool:
    """Tell whether somebody else's snapshot of the same connection waits that may be loaded now."""
    waiting = ASKERS.rows(snapshot.connection_id, *_moments())
    people = {person for person, as_of in waiting if as_of is None or not without_rows}
    people.discard(snapshot.person_id)
    if not people:
        return False
    running = Counter(all_running().values_list("person", flat=True))
    most = settings.APPOINTS_LOADS_PER_PERSON
    return any(each is None or running[each] < most for each in people)


def _size(snapshot: Snapshot) -> int:
    """Return 0 for what has no row yet, 1 for what lacks few rows or waited for long, else 2."""
    if snapshot.as_of is None or snapshot.total is None:
        return 0
    large = snapshot.total - snapshot.received > LARGE * snapshot.limit
    return 2 if large and timestamps.recent(snapshot.taken, NOT_FOR_LONG) else 1


def before(snapshot: Snapshot) -> int | None:
    """Return how many go before a snapshot; None where it does not wait."""
    if not _waits(snapshot):
        return None
    order = [each.pk for each in in_order()]
    return order.index(snapshot.pk) if snapshot.pk in order else 0


def take_next(but: Collection[int] = (), order: list[Snapshot] | None = None) -> Snapshot | None:
    """Take the lease of what is next, and of no connection in ``but``; None where nothing is.

    ``order`` is what waited a moment ago, in order; what is looked at is taken out of it.
    """
    order = in_order(but) if order is None else order
    while order:
        snapshot = order.pop(0)
        if snapshot.connection_id not in but and _take(snapshot):
            return snapshot
    return None


def enqueue(
    connection: Connection, asked: Sequence[UpstreamRequest], person: int | None
) -> list[Snapshot]:
    """Return the snapshots of what a person asks; see ``store.begin_or_join``. Raises QueueFull."""
    snapshots = store.begin_or_join(connection, asked, person)
    waiting = [each for each in snapshots if _waits(each)]
    if person is None or not waiting:
        return snapshots
    own = [each.pk for each in waiting if each.person_id == person]
    if own and all_waiting().filter(person=person, pk__lt=min(own)).count() >= MOST:
        Snapshot.objects.filter(pk__in=own).delete()
        raise QueueFull(MOST)
    for each in waiting:
        if each.person_id != person:
            _adopt(each, person)
    return snapshots


def _adopt(snapshot: Snapshot, person: int) -> None:
    """Let what waits count as the question of whoever has fewer, of those who ask it."""
    unfinished: Counter[int | None] = Counter(
        (all_waiting() | all_running()).values_list("person", flat=True)
    )
    if unfinished[person] < unfinished[snapshot.person_id] - 1:
        snapshot.person_id = person
        Snapshot.objects.filter(pk=snapshot.pk).update(person=person)


def _take(snapshot: Snapshot) -> bool:
    person = snapshot.person_id
    with transaction.atomic():
        if person is not None:
            # The lock lets only one worker count at a time.
            get_user_model().objects.select_for_update(no_key=True).filter(pk=person).first()
            if all_running().filter(person=person).count() >= settings.APPOINTS_LOADS_PER_PERSON:
                return False
        return leases.take(snapshot)


def _waits(snapshot: Snapshot) -> bool:
    return snapshot.status == Snapshot.Status.LOADING and not leases.is_held(snapshot)


def all_waiting() -> QuerySet[Snapshot]:
    """Return what waits for a loader."""
    return _waiting_at(*_moments())


def _moments() -> tuple[datetime, datetime, datetime, datetime]:
    """Return between which moments a lease has passed, and whoever asked still waits."""
    now = timezone.now()
    soon = timestamps.latest()
    return now, soon + leases.LEASE, now - store.UNWANTED, soon


def _waiting_at(
    now: datetime, far: datetime, asked: datetime, soon: datetime
) -> QuerySet[Snapshot]:
    return Snapshot.objects.filter(
        Q(leased_until__lte=now) | Q(leased_until__gt=far),
        wanted__gt=asked,
        wanted__lte=soon,
        status=Snapshot.Status.LOADING,
    )


def all_running() -> QuerySet[Snapshot]:
    """Return what is being loaded."""
    leased = timestamps.in_force("leased_until", leases.LEASE)
    return Snapshot.objects.filter(leased, status=Snapshot.Status.LOADING)


WAITING: Prepared[Snapshot] = Prepared(
    lambda but, *moments: (
        _waiting_at(*moments)
        .exclude(connection__in=but)
        .select_related("connection")
        .order_by("pk")
    )
)
ASKERS: Prepared[Any] = Prepared(
    lambda connection, *moments: (
        _waiting_at(*moments).filter(connection=connection).values_list("person", "as_of")
    )
)
