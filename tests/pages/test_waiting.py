"""What a person sees of a result that waits to be loaded."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from appoints.connections.models import Connection
from appoints.snapshots.models import Snapshot
from appoints.snapshots.pool import Pool
from dashboard.accounts.models import User
from tests.screen import text_of


@pytest.fixture(autouse=True)
def no_loader(connection: Connection, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.APPOINTS_PAGE_WAIT = settings.APPOINTS_FILE_WAIT = 0.05
    monkeypatch.setattr("appoints.pages.list.POLL_WAIT", 0.05)
    monkeypatch.setattr(Pool, "wake", lambda self: None)


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


def test_a_person_with_too_many_waiting_is_told(
    signed_in: Client, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appoints.snapshots.queue.MOST", 1)
    signed_in.get("/appoints/?number=1")
    answer = signed_in.get("/appoints/?number=2")
    assert answer.status_code == 503
    assert "Too many of your results are waiting" in answer.content.decode()
