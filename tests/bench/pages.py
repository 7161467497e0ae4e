"""The list over results of several sizes: opened again, opened first, with filters nobody asked
for before, refreshed unchanged, and polled amid a load; and what comes before it, a sign-in.

Milliseconds of the machine's time, but for those of CPU, which another process changes least.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import count
from statistics import median
from typing import TYPE_CHECKING
from unittest.mock import patch

from tests.bench import dashboard
from tests.bench.figure import Figure
from tests.bench.rows import made

if TYPE_CHECKING:
    from django.test import Client

    from appoints.snapshots.models import Snapshot

LIST = "/appoints/"
HTMX = {"HX-Request": "true"}
RUNS, COLD_RUNS = 15, 3
# Rows, and the milliseconds at most of a page opened again and of the first one.
SIZES = (
    (1_000, 25, None),
    (100_000, 50, None),
    (500_000, 200, 1_000),
    (1_000_000, 400, 1_000),
)
POLLED, POLL = 200_000, 60


def figures() -> Iterator[Figure]:
    """Measure each size, then a load."""
    client = dashboard.signed_in()
    for rows, warm, cold in SIZES:
        _hold(rows)
        yield from _of_size(client, rows, warm, cold)
    yield from _unchanged(client)
    yield from _polled(client)
    yield _hashed()


def _hold(rows: int, *, loading: bool = False) -> Snapshot:
    """Have rows at hand, whole or amid a load; iSales is not asked for names."""
    from appoints.connections import lookups
    from appoints.connections.models import Lookup
    from tests.factories import at_hand

    connection = dashboard.connection("http://127.0.0.1:9")
    for name in (lookups.TASKS, lookups.WORDS):
        Lookup.of(connection, name).mark_not_offered()
    return at_hand(connection, made(rows), more=1 if loading else 0, loading=loading)


def _of_size(client: Client, rows: int, warm: int, cold: int | None) -> Iterator[Figure]:
    from appoints.results.cache import CACHE
    from appoints.results.kept import KEPT

    def opened_first() -> float:
        CACHE.clear()
        KEPT.clear()
        return _took(lambda: _get(client, LIST))

    first = median(opened_first() for _ in range(COLD_RUNS))
    again = median(_took(lambda: _get(client, LIST)) for _ in range(RUNS))
    numbers = count(100)
    another = median(
        _took(lambda: _get(client, f"{LIST}?q={next(numbers)}&sort=-agent_name"))
        for _ in range(RUNS)
    )
    size = f"{rows:,} rows, ms"
    yield Figure(
        f"page over {size}", again, first, "the first of a worker", again, warm, at_most=True
    )
    yield Figure(f"its first filter over {size}", another, again, "opened again", another,
                 2 * warm, at_most=True)  # fmt: skip
    if cold is not None:
        yield Figure(f"first page over {size}", first, None, "", first, cold, at_most=True)


def _unchanged(client: Client) -> Iterator[Figure]:
    version = _get(client, LIST).split(b'data-version="')[1].partition(b'"')[0].decode()
    same = {**HTMX, "If-None-Match": version}
    page = median(_took(lambda: _get(client, LIST), time.process_time) for _ in range(RUNS))
    took = median(
        _took(lambda: _get(client, LIST, same, 204), time.process_time) for _ in range(RUNS)
    )
    yield Figure("refresh of an unchanged result, CPU ms", took, page, "its page", took, 8,
                 at_most=True)  # fmt: skip


def _polled(client: Client) -> Iterator[Figure]:
    """Yield the time of a poll amid a load, of which some rows have come since the last one."""
    from appoints.snapshots.models import Snapshot

    held = _hold(POLLED, loading=True)

    def poll() -> float:
        held.received += 1
        Snapshot.objects.filter(pk=held.pk).update(received=held.received)
        return _took(lambda: _get(client, LIST, HTMX), time.process_time)

    with patch(
        "appoints.snapshots.waiting.load_all",
        side_effect=lambda _, asked, *rest: [held] * len(asked),
    ):
        _get(client, LIST, HTMX)
        took = median(poll() for _ in range(RUNS))
    yield Figure(f"poll at {POLLED:,} rows, CPU ms", took, None, "", took, POLL, at_most=True)


def _hashed() -> Figure:
    """Return the time of one sign-in's password, which a morning has fifty of at once."""
    from django.contrib.auth.hashers import BasePasswordHasher, PBKDF2PasswordHasher

    from dashboard.accounts.password_hasher import Argon2idHasher

    def took(hasher: BasePasswordHasher) -> float:
        return median(
            _took(lambda: hasher.encode("password", "salt" * 6), time.process_time)
            for _ in range(COLD_RUNS)
        )

    ours, other = took(Argon2idHasher()), took(PBKDF2PasswordHasher())
    return Figure("password of a sign-in, CPU ms", ours, other, "Django's PBKDF2", other / ours, 5)


def _get(
    client: Client, path: str, headers: dict[str, str] | None = None, status: int = 200
) -> bytes:
    answer = client.get(path, headers=headers or {})
    assert answer.status_code == status, answer.content[:500]
    return answer.content


def _took(run: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Return milliseconds."""
    begun = clock()
    run()
    return (clock() - begun) * 1000
