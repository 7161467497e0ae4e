"""A form becomes an address; it may say things as people say them."""

from __future__ import annotations

import pytest
from django.test import Client

from appoints.connections.models import Connection
from appoints.isales.simulator import Simulator

LIST = "/appoints/"


def test_a_range_takes_the_place_of_the_preset(signed_in: Client, connection: Connection) -> None:
    sent = {"preset": "today", "from": "2026-01-31T08:00", "to": ""}
    response = signed_in.post(LIST, sent)
    assert response["Location"] == "/appoints/?connection=demo&from=2026-01-31T08:00:00"


def test_a_preset_stays_without_a_range(signed_in: Client, connection: Connection) -> None:
    response = signed_in.post(LIST, {"preset": "today", "from": "", "number": "4711"})
    assert response["Location"] == "/appoints/?connection=demo&preset=today&number=4711"


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        (" +86 (138) 0000-0001 ", "%2B86+%28138%29+0000-0001"),
        ("0138.0000.0001", "0138.0000.0001"),
        ('"0138 00 "', "%220138+00+%22"),
        ("-1", "-1"),
        ("138*1#2", "138%2A1%232"),
    ],
)
def test_a_number_stays_as_people_write_it(
    signed_in: Client, connection: Connection, written: str, asked: str
) -> None:
    response = signed_in.post(LIST, {"number": written})
    assert response["Location"] == f"/appoints/?connection=demo&number={asked}"


def test_a_task_may_be_called_by_its_name(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    row = next(row for row in simulator.rows() if row.get("taskName") == "Renewal wave")
    response = signed_in.post(LIST, {"task": " renewal  Wave "})
    assert response["Location"] == f"/appoints/?connection=demo&task={row['taskId']}"


def test_a_name_of_several_tasks_is_not_guessed(
    signed_in: Client, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appoints.connections.lookups.tasks", lambda _: {"1": "Wave", "2": "wave"})
    response = signed_in.post(LIST, {"task": "Wave"})
    assert response.status_code == 400
    assert "Several tasks have this name; give the ID of one: 1, 2." in response.content.decode()


def test_an_id_is_no_name_of_another_task(
    signed_in: Client, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "appoints.connections.lookups.tasks", lambda _: {"Wave 1": "x", "2": "wave 1"}
    )
    response = signed_in.post(LIST, {"task": '"Wave 1"'})
    assert response["Location"] == "/appoints/?connection=demo&task=%22Wave+1%22"


def test_a_task_of_no_known_name_is_asked_as_it_is(
    signed_in: Client, connection: Connection
) -> None:
    response = signed_in.post(LIST, {"task": "T-1"})
    assert response["Location"] == "/appoints/?connection=demo&task=T-1"
