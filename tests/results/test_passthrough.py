"""iSales' own pages, above the cap: asked by many people at once, who share only the database."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from threading import Barrier
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connections as databases
from django.utils import timezone
from pytest_django import Settings

from appoints.connections import limiter
from appoints.connections.errors import Busy
from appoints.connections.models import Connection
from appoints.isales.client import Criteria
from appoints.isales.errors import FetchError, UnexpectedAnswer
from appoints.isales.simulator import Simulator
from appoints.query.query import Query
from appoints.query.time_range import EVER
from appoints.results import passthrough
from appoints.results.lookup import ask, rules
from appoints.results.result import Result
from appoints.snapshots import shared_pages
from appoints.snapshots.models import SharedPage
from appoints.snapshots.shared_pages import PageAnswer
from tests.factories import whole

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


def test_a_page_that_is_about_to_be_asked_for_is_not_dropped_by_another(
    connection: Connection,
) -> None:
    shared_pages._page(connection, "about to be asked for")
    shared_pages.drop_ended()
    assert SharedPage.objects.get().key == "about to be asked for"


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


@pytest.fixture
def _busy(
    connection: Connection, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """A result above the cap, and no line that is free."""
    settings.APPOINTS_MOST_ROWS = 10
    assert asked(connection).mode == "browsing"
    monkeypatch.setattr(passthrough, "WAIT", 0.1)
    with ExitStack() as held:
        for _ in range(connection.max_concurrency):
            held.enter_context(limiter.line(connection, wait=5))
        yield


def asked(connection: Connection, **how: Any) -> Result:
    everything = whole(connection)
    return ask(connection, Query(), EVER, ZoneInfo("UTC"), everything, wait=10, **how)


@pytest.mark.usefixtures("_busy")
def test_while_no_line_is_free_a_page_waits_for_its_turn(connection: Connection) -> None:
    result = asked(connection, is_brief=True)
    assert (result.mode, result.waiting) == ("loading", 0)


@pytest.mark.usefixtures("_busy")
def test_while_no_line_is_free_a_file_is_told_when_to_come_again(connection: Connection) -> None:
    with pytest.raises(Busy) as caught:
        asked(connection)
    assert caught.value.retry_after > 0


@pytest.mark.usefixtures("_busy")
def test_a_page_that_waits_for_its_turn_says_how_many_are_before_it(connection: Connection) -> None:
    key, out = "another page", timezone.now() + timedelta(seconds=10)
    SharedPage.objects.create(connection=connection, key=key, leased_until=out)
    assert asked(connection, is_brief=True).waiting == 1
