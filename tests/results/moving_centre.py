"""A call centre in plain Python: its rows at each moment, given by pages at once, or failing."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone

from appoints.connections.models import Connection
from appoints.isales.client import Criteria
from appoints.isales.errors import NoAnswer
from appoints.isales.rows import parse_row
from appoints.query.time_range import Window
from appoints.results.cache import CACHE
from appoints.snapshots import fetcher, leases, store, upstream, waiting
from appoints.snapshots.frame import Fetched
from appoints.snapshots.loader import Load
from appoints.snapshots.models import Snapshot
from appoints.snapshots.page_queue import Arrival
from appoints.snapshots.upstream import UpstreamRequest
from tests.api.conftest import asked_for_no_names
from tests.factories import MINUTE, NOON

Rows = dict[str, tuple[int, str]]  # reserved time and call status by ID
WITHOUT_NUMBER = "gh"  # the IDs of the rows that have no number to be looked for


@dataclass
class MovingCentre:
    """The rows as they are, and as they were from each moment on; ``asked`` is every page."""

    rows: Rows = field(default_factory=dict)
    past: list[tuple[datetime, Rows]] = field(default_factory=list)
    failing: set[Window] = field(default_factory=set)
    asked: list[Criteria] = field(default_factory=list)

    def stand_in(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Answer in place of iSales and of the threads that load."""
        monkeypatch.setattr(waiting, "load_all", lambda *asked: self.load_all(*asked))
        monkeypatch.setattr(fetcher, "pages", lambda *asked: self.pages(*asked))

    def change(self, **rows: tuple[int, str] | None) -> None:
        """Book, move or call some rows, or cancel them."""
        changed = {**self.rows, **rows}
        self.rows = {name: row for name, row in changed.items() if row is not None}
        self.past.append((timezone.now(), self.rows))

    def rows_at(self, moment: datetime) -> Rows:
        """Return the rows as they were."""
        return next((rows for since, rows in reversed(self.past) if since <= moment), {})

    def rows_since(self, moment: datetime) -> list[Rows]:
        """Return the rows as they were at a moment and at each change since."""
        return [self.rows_at(moment), *[rows for since, rows in self.past if since > moment]]

    def load_all(
        self,
        connection: Connection,
        asked: Sequence[UpstreamRequest],
        wait: waiting.Wait,
        person: int | None,
        _: object = None,
    ) -> list[Snapshot]:
        """Load in place of ``waiting.load_all``."""
        snapshots = store.begin_or_join(connection, asked, person)
        for snapshot in snapshots:
            if snapshot.status == Snapshot.Status.LOADING:
                assert leases.take(snapshot)
                Load(snapshot).run()
        return snapshots

    def pages(
        self,
        connection: Connection,
        criteria: Criteria,
        limit: int,
        offsets: Iterable[int],
        ending: Event | None = None,
    ) -> Iterator[Arrival]:
        """Answer in place of ``fetcher.pages``."""
        self.asked.append(criteria)
        if any(_meets(window, criteria) for window in self.failing):
            raise NoAnswer("no answer")
        data = [
            as_sent(name, *row) for name, row in self.rows.items() if _is_asked(criteria, name, row)
        ]
        wanted = offsets if isinstance(offsets, deque) else deque(offsets)
        while wanted:
            offset = wanted.popleft()
            rows = [parse_row(each) for each in data[offset : offset + limit]]
            yield Fetched(offset, rows, timezone.now()), len(data)


def as_sent(name: str, reserved: int, status: str) -> dict[str, Any]:
    """Return a row as iSales sends it."""
    return {
        "appointId": name,
        "appointTime": reserved,
        "callFlag": status,
        "calledNo": number_of(name),
    }


def number_of(name: str) -> str | None:
    """Return the number of a row."""
    return None if name in WITHOUT_NUMBER else f"139{ord(name[0]):08}"


def _is_asked(criteria: Criteria, name: str, row: tuple[int, str]) -> bool:
    if criteria.number and criteria.number != number_of(name):
        return False
    return criteria.begin is None or criteria.begin <= row[0] < (criteria.end or 0)


def _meets(window: Window, criteria: Criteria) -> bool:
    """Tell whether a window holds all that is asked for; a range may begin a millisecond early."""
    begin, end = upstream.milliseconds(
        window._replace(begin=window.begin and window.begin - timedelta(milliseconds=1))
    )
    if criteria.begin is None or criteria.end is None or begin is None or end is None:
        return False
    return begin <= criteria.begin and criteria.end <= end


@contextmanager
def three_days(monkeypatch: pytest.MonkeyPatch, **fields: Any) -> Iterator[MovingCentre]:
    """A centre of three reservations yesterday, three today and three tomorrow; now is noon.

    ``fields`` are its connection's.
    """
    made = MovingCentre()
    made.stand_in(monkeypatch)
    cache.clear()
    CACHE.clear()
    asked_for_no_names(page_limit=1, time_zone="UTC", **fields)
    now, day = round(NOON.timestamp() * 1000), 24 * 60 * MINUTE
    with time_machine.travel(NOON, tick=False):
        made.change(**{f"call{n}": (now + (n // 3 - 1) * day + n, "0") for n in range(9)})
        yield made
