"""Many loads at once: everybody soon sees something, and nobody waits for all of another's rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from appoints.connections import limiter
from appoints.connections.errors import Busy
from appoints.connections.models import Connection
from appoints.isales.client import Criteria
from appoints.isales.rows import parse_row
from appoints.query.time_range import EVER
from appoints.snapshots import fetcher, load_turn, loader, queue
from appoints.snapshots.frame import Fetched
from appoints.snapshots.loader import Load
from appoints.snapshots.models import Snapshot
from appoints.snapshots.page_queue import Arrival
from appoints.snapshots.upstream import UpstreamRequest
from tests.factories import connection_to, person, raw

PEOPLE, PAGES, ROWS = 25, 12, 10
Asked = list[tuple[str, int]]  # number and offset of each page, in order


@pytest.fixture
def connection(db: None) -> Connection:
    return connection_to(page_limit=ROWS)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What iSales is asked, which has twelve pages for every number."""
    asked: Asked = []

    def pages(
        connection: Connection, criteria: Criteria, limit: int, offsets: Iterable[int], *_: object
    ) -> Iterator[Arrival]:
        wanted = list(offsets)
        while wanted:
            at = wanted.pop(0)
            asked.append((criteria.number, at))
            rows = [parse_row(raw(number)) for number in range(at, at + limit)]
            yield (
                Fetched(at, rows[: max(0, PAGES * ROWS - 5 - at)], timezone.now()),
                PAGES * ROWS - 5,
            )
            wanted = [each for each in wanted if each in offsets]

    monkeypatch.setattr(fetcher, "pages", pages)
    return asked


def question(connection: Connection, number: int, person: int | None) -> Snapshot:
    request = UpstreamRequest(Criteria(number=str(number)), EVER)
    [snapshot] = queue.enqueue(connection, [request], person)
    return snapshot


def work() -> None:
    """Load what waits, one after the other."""
    while snapshot := queue.take_next():
        Load(snapshot).run()


def test_everybody_gets_first_rows_before_anybody_gets_all(
    connection: Connection, asked: Asked
) -> None:
    for number in range(PEOPLE):
        question(connection, number, person(f"person {number}").pk)
    work()
    assert [offset for _, offset in asked[:PEOPLE]] == [0] * PEOPLE
    assert set(Snapshot.objects.values_list("status", flat=True)) == {"whole"}
    assert len(asked) == len(set(asked)) == PEOPLE * PAGES


def test_a_load_that_had_its_turn_gives_way_to_another_person(
    connection: Connection, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load_turn, "LENGTH", 0)
    monkeypatch.setattr(load_turn, "LOOK_AROUND", 0)
    for number in range(2):
        question(connection, number, person(f"person {number}").pk)
    work()
    last = {
        number: max(at for at, (each, _) in enumerate(asked) if each == number) for number in "01"
    }
    assert min(last.values()) > len(asked) / 2
    assert len(asked) == len(set(asked)) == 2 * PAGES


def test_a_persons_own_questions_do_not_interrupt_each_other(
    connection: Connection, asked: Asked
) -> None:
    ada = person("ada").pk
    for number in range(2):
        question(connection, number, ada)
    work()
    assert [number for number, _ in asked] == ["0"] * PAGES + ["1"] * PAGES


def test_the_first_page_of_many_is_stored_before_the_second_is_kept(
    connection: Connection, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored, keep = [], loader.Arrived.keep

    def kept(arrived: loader.Arrived, fetched: Fetched, total: int) -> None:
        stored.append(Snapshot.objects.get().received)
        keep(arrived, fetched, total)

    monkeypatch.setattr(loader.Arrived, "keep", kept)
    question(connection, 0, None)
    work()
    assert stored[:2] == [0, ROWS]


def test_what_lacks_few_rows_goes_before_what_lacks_many_but_not_for_ever(
    connection: Connection,
) -> None:
    people = [person(f"person {number}").pk for number in range(3)]
    large, small, new = (question(connection, at, each) for at, each in enumerate(people))
    now = timezone.now()
    begun = Snapshot.objects.filter(pk__in=[large.pk, small.pk])
    begun.update(as_of=now, taken=now, received=ROWS, total=5 * ROWS)
    Snapshot.objects.filter(pk=large.pk).update(total=500 * ROWS)
    assert queue.in_order() == [new, small, large]
    begun.update(taken=now - timedelta(seconds=20))
    assert queue.in_order() == [new, large, small]


def test_whoever_waits_for_a_first_page_is_known_to_other_workers(connection: Connection) -> None:
    Connection.objects.update(max_concurrency=1)
    connection.refresh_from_db()
    with (
        time_machine.travel(timezone.now(), tick=False),
        limiter.line(connection, wait=1, is_urgent=False) as line,
    ):
        for is_urgent in (False, True):
            with (
                pytest.raises(Busy),
                limiter.line(Connection.objects.get(), wait=0.1, is_urgent=is_urgent),
            ):
                pass
            connection.refresh_from_db()
            assert line.is_wanted is is_urgent
