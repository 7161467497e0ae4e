"""What a person sees of a result that waits to be loaded."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from appoints.connections.models import Connection
from appoints.snapshots.models import Snapshot
from appoints.snapshots.news import News
from appoints.snapshots.pool import Pool
from dashboard.accounts.models import User
from tests.factories import NOON, at_hand, raw
from tests.screen import text_of


@pytest.fixture(autouse=True)
def no_loader(connection: Connection, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.APPOINTS_PAGE_WAIT = settings.APPOINTS_FILE_WAIT = 0.05
    monkeypatch.setattr("appoints.pages.list.POLL_WAIT", 0.05)
    monkeypatch.setattr(Pool, "wake", lambda self, **_: None)


def text(client: Client, path: str, **headers: str) -> str:
    return text_of(client.get(path, headers=headers))


@pytest.mark.parametrize(
    "path",
    ["/appoints/?number=2", "/appoints/4711/?number=2", "/wallboard/?number=2",
     "/appoints/export.csv?number=2"],
)  # fmt: skip
def test_what_waits_says_how_many_are_before_it(
    signed_in: Client, connection: Connection, path: str
) -> None:
    assert "Waits for its turn to be loaded: it is the next." in text(
        signed_in, "/appoints/?number=1"
    )
    assert "Waits for its turn to be loaded: 1 result is before it." in text(signed_in, path)


def test_a_file_that_waits_says_when_to_come_back(
    signed_in: Client, connection: Connection
) -> None:
    answer = signed_in.get("/appoints/export.csv")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer["Content-Type"].startswith("text/plain")


def test_what_waits_looks_again_by_itself(signed_in: Client, connection: Connection) -> None:
    signed_in.get("/appoints/")
    fragment = signed_in.get("/appoints/", headers={"HX-Request": "true"}).content.decode()
    assert "Waits for its turn" in fragment and 'hx-trigger="every 1s"' in fragment


def test_a_question_counts_as_the_persons_who_asks(
    signed_in: Client, supervisor: User, connection: Connection
) -> None:
    signed_in.get("/appoints/")
    assert Snapshot.objects.get().person == supervisor


def test_a_page_waits_for_a_place_in_a_full_queue_and_a_file_is_told(
    signed_in: Client, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appoints.snapshots.queue.MOST", 1)
    signed_in.get("/appoints/?number=1")
    page = signed_in.get("/appoints/?number=2")
    assert page.status_code == 200
    assert "Waits for its turn to be loaded: 1 result is before it." in text_of(page)
    assert 'hx-trigger="every 1s"' in page.content.decode()
    file = signed_in.get("/appoints/export.csv?number=2")
    assert file.status_code == 503
    assert "Too many of your results are waiting" in file.content.decode()


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The naps of pages that wait."""
    naps: list[float] = []
    monkeypatch.setattr(News, "wait", lambda _news, _told, seconds: naps.append(seconds))
    return naps


def test_a_page_shows_older_rows_at_once_and_their_age(
    signed_in: Client, connection: Connection, settings: Settings, slept: list[float]
) -> None:
    settings.APPOINTS_PAGE_WAIT, settings.APPOINTS_NEWER_WAIT = 20, 0.25
    held = at_hand(connection, [raw(1), raw(2)])
    then, month = timezone.now() - timedelta(minutes=12), timedelta(days=40)
    stored = {"begin": NOON - month, "end": NOON + month, "worked": 3.0, "as_of": then}
    Snapshot.objects.filter(pk=held.pk).update(**stored)
    page = text_of(signed_in.get("/appoints/?from=2026-06-01&to=2026-06-01"))
    assert "1–2 of 2" in page and "newer rows are coming" in page
    assert slept == []
    assert Snapshot.objects.filter(status=Snapshot.Status.LOADING).exists()


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
@pytest.mark.parametrize(("more", "waits"), [(2, True), (9_000, False)])
def test_a_page_waits_for_the_rest_of_its_rows_only_where_it_will_hardly_take_longer(
    signed_in: Client,
    connection: Connection,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    more: int,
    waits: bool,
    headers: dict[str, str],
) -> None:
    settings.APPOINTS_PAGE_WAIT, settings.APPOINTS_REST_WAIT = 20, 0.5
    settings.APPOINTS_NEWER_WAIT = 0.25
    monkeypatch.setattr("appoints.pages.list.POLL_WAIT", 0.5)
    waited: list[float] = []

    def wait(_news: News, _told: int, seconds: float) -> None:
        waited.append(seconds)
        Snapshot.objects.update(status=Snapshot.Status.WHOLE, ended=timezone.now())

    monkeypatch.setattr(News, "wait", wait)
    at_hand(connection, [raw(number) for number in range(10)], more=more, loading=True)
    Snapshot.objects.update(worked=0.1)  # for a page of ten rows
    page = text(signed_in, "/appoints/", **headers)
    assert bool(waited) == waits
    assert ("10 of 9,010" in page) == (not waits)
