"""iSales' own pages, above the cap: asked by many people at once, who share only the database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connections as databases
from django.utils import timezone

from appoints.connections.models import Connection
from appoints.isales.client import Criteria
from appoints.isales.errors import FetchError, UnexpectedAnswer
from appoints.isales.simulator import Simulator
from appoints.query.query import Query
from appoints.results import passthrough
from appoints.results.lookup import rules
from appoints.snapshots.models import SharedPage
from appoints.snapshots.shared_pages import PageAnswer

PEOPLE = 6


def all_at_once(connection: Connection, pages: list[int]) -> list[PageAnswer | FetchError]:
    """Return what each of several people gets who ask for a page at the same moment."""
    ready = Barrier(len(pages))

    def one(number: int) -> PageAnswer | FetchError:
        try:
            own = Connection.objects.get(pk=connection.pk)
            query = Query(page=number, per_page=25)
            ready.wait(10)
            return passthrough.page(own, Criteria(), query, rules())
        except FetchError as error:
            return error
        finally:
            databases.close_all()

    with ThreadPoolExecutor(len(pages)) as pool:
        return list(pool.map(one, pages))


@pytest.fixture(autouse=True)
def _pages_of_25(connection: Connection, simulator: Simulator) -> None:
    connection.page_limit = 25
    connection.save()
    simulator.latency = 0.5


def test_the_same_page_asked_by_many_at_once_is_one_call(
    connection: Connection, simulator: Simulator
) -> None:
    found = all_at_once(connection, [2] * PEOPLE)
    assert len(simulator.list_calls) == 1
    ids = [row["appointId"] for row in simulator.rows()[25:50]]
    for each in found:
        assert isinstance(each, PageAnswer)
        assert (each.rows["appoint_id"].to_list(), each.total) == (ids, 85)


def test_different_pages_are_calls_of_their_own(
    connection: Connection, simulator: Simulator
) -> None:
    all_at_once(connection, [1, 2, 1, 2])
    assert sorted(call.body["offset"] for call in simulator.list_calls) == [0, 25]


def test_a_failure_is_told_to_everybody_and_the_next_asks_anew(
    connection: Connection, simulator: Simulator
) -> None:
    simulator.fault = "html"
    found = all_at_once(connection, [2] * PEOPLE)
    assert all(isinstance(each, UnexpectedAnswer) for each in found)
    assert len(simulator.list_calls) == 1
    simulator.fault = None
    assert isinstance(all_at_once(connection, [2])[0], PageAnswer)


def test_a_page_asked_once_more_later_is_another_call(
    connection: Connection, simulator: Simulator
) -> None:
    all_at_once(connection, [2])
    all_at_once(connection, [2])
    assert len(simulator.list_calls) == 2


def test_a_page_whose_worker_died_is_asked_for_by_another(
    connection: Connection, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    all_at_once(connection, [2])
    SharedPage.objects.update(ended=None, leased_until=timezone.now() + timedelta(seconds=0.2))
    assert isinstance(all_at_once(connection, [2])[0], PageAnswer)
    assert len(simulator.list_calls) == 2


def test_answers_that_nobody_waits_for_are_dropped(connection: Connection) -> None:
    all_at_once(connection, [1])
    SharedPage.objects.update(ended=timezone.now() - timedelta(minutes=2))
    all_at_once(connection, [2])
    assert SharedPage.objects.count() == 1


def test_an_answer_is_stored_encrypted(connection: Connection) -> None:
    all_at_once(connection, [1])
    assert b"1390000" not in bytes(SharedPage.objects.get().payload)
