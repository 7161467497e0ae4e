"""Looks at reserved calls, and files of them, against the simulator."""

from __future__ import annotations

import pytest
from django.test import Client

from appoints.connections.models import Connection
from dashboard.audit.models import Event
from dashboard.audit.tokens import number_token

ASK = "/appoints/?preset=today"


def looks() -> list[Event]:
    return list(Event.objects.filter(action__in=("look", "file")).order_by("pk"))


@pytest.fixture(autouse=True)
def _stored(noon_of_a_weekday: None, connection: Connection) -> None:
    """A connection to the simulator, whose rows are of the same day in each request."""


def test_a_look_tells_who_what_and_how_many_rows(signed_in: Client) -> None:
    page = signed_in.get(f"{ASK}&state=overdue")
    [event] = looks()
    assert (event.actor, event.way, event.kind, event.object_id) == (
        "supervisor", "page", "connection", "demo",
    )  # fmt: skip
    assert event.details["filters"] == {"preset": "today", "state": "overdue"}
    assert event.details["rows"] == page.context["answer"].result.total


def test_a_refresh_and_another_page_are_the_same_look(signed_in: Client) -> None:
    for more in ("", "", "&page=2", "&sort=agent", "&per_page=25"):
        signed_in.get(ASK + more)
    signed_in.get(ASK, headers={"HX-Request": "true"})
    assert len(looks()) == 1
    signed_in.get(f"{ASK}&state=due")
    assert len(looks()) == 2


def test_the_wallboard_is_a_look(signed_in: Client) -> None:
    signed_in.get("/wallboard/")
    signed_in.get("/wallboard/")
    [event] = looks()
    assert event.details["page"] == "wallboard"


def record_of(client: Client) -> dict[str, str]:
    return dict(client.get("/appoints/export.json?preset=today").json()["rows"][0])


def test_a_reservation_is_a_look_at_its_number(signed_in: Client) -> None:
    row = record_of(signed_in)
    signed_in.get(f"/appoints/{row['appoint_id']}/?preset=today")
    event = looks()[-1]
    assert (event.kind, event.object_id) == ("reservation", row["appoint_id"])
    assert number_token(row["called_no"]) in event.numbers
    assert row["called_no"] not in repr(Event.objects.values().get(pk=event.pk))


def test_one_that_is_not_there_is_no_look(signed_in: Client) -> None:
    signed_in.get("/appoints/000/?preset=today")
    assert looks() == []


@pytest.mark.parametrize("name", ["number", "q"])
def test_who_looked_a_number_up_is_found_by_typing_it(signed_in: Client, name: str) -> None:
    number = record_of(signed_in)["called_no"]
    signed_in.get(f"{ASK}&{name}={number}")
    event = looks()[-1]
    assert number_token(number) in event.numbers
    assert event.details["filters"][name] == "•••"
    assert number not in repr(list(Event.objects.values()))


def test_a_number_is_found_with_and_without_its_country_code(signed_in: Client) -> None:
    Connection.objects.update(country_code="86", trunk_prefix="0")
    signed_in.get(f"{ASK}&number=013900000042")
    [event] = looks()
    for typed in ("+86 139 0000 0042", "13900000042", "0139-0000-0042", "008613900000042"):
        assert number_token(typed) in event.numbers


@pytest.mark.parametrize("suffix", ["csv", "json", "xlsx"])
def test_each_file_is_told(signed_in: Client, suffix: str) -> None:
    for _ in range(2):
        response = signed_in.get(f"/appoints/export.{suffix}?preset=today")
    assert [(each.action, each.way) for each in looks()] == [("file", "file")] * 2
    assert looks()[0].details["rows"] == int(response["X-Total-Count"])


def test_a_file_that_is_refused_is_not_told(signed_in: Client) -> None:
    assert signed_in.get("/appoints/export.csv?stat=due").status_code == 400
    assert looks() == []


@pytest.mark.parametrize("suffix", ["csv", "json", "xlsx"])
def test_a_log_that_cannot_be_written_refuses_a_file(
    signed_in: Client, refusing: object, suffix: str
) -> None:
    response = signed_in.get(f"/appoints/export.{suffix}?preset=today")
    assert response.status_code == 503
    assert "log of who takes a file cannot be written" in response.content.decode()


def test_a_log_that_cannot_be_written_leaves_the_page(signed_in: Client, refusing: object) -> None:
    assert signed_in.get(ASK).status_code == 200
