"""iSales' own pages, above the cap: asked by many people at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections as databases

from appoints.connections.models import Connection
from appoints.isales.client import Criteria
from appoints.isales.errors import FetchError, NoAnswer, UnexpectedAnswer
from appoints.isales.simulator import Simulator
from appoints.query.query import Query
from appoints.results import passthrough
from appoints.results.lookup import rules
from appoints.results.passthrough import Browsed
from appoints.results.single_flight import SingleFlight

PEOPLE = 6


def all_at_once(connection: Connection, pages: list[int]) -> list[Browsed | FetchError]:
    """Return what each of several people gets who ask for a page at the same moment."""
    ready = Barrier(len(pages))

    def one(number: int) -> Browsed | FetchError:
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
        assert isinstance(each, Browsed)
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
    assert isinstance(all_at_once(connection, [2])[0], Browsed)


def test_a_page_asked_once_more_later_is_another_call(
    connection: Connection, simulator: Simulator
) -> None:
    all_at_once(connection, [2])
    all_at_once(connection, [2])
    assert len(simulator.list_calls) == 2


def test_nothing_is_kept_after_a_call_that_failed() -> None:
    flights: SingleFlight[int] = SingleFlight()

    def fail() -> int:
        raise NoAnswer("no route")

    with pytest.raises(NoAnswer):
        flights.call("page", fail)
    assert flights.call("page", lambda: 7) == 7
