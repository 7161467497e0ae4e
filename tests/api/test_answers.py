"""Rows and summaries as programs read them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from appoints.access.models import Grant
from appoints.connections.models import Connection
from appoints.query.columns import FILE_COLUMNS
from appoints.snapshots.models import Snapshot
from dashboard.accounts.models import Preferences, User
from dashboard.audit.models import Event
from tests.api.conftest import asked_for_no_names, reader_of
from tests.factories import at_hand, browser_of, person, raw, team_called

ROWS, SUMMARY = "/api/v1/appoints/", "/api/v1/summary/"


def ids(found: dict[str, Any]) -> list[str]:
    return [row["appoint_id"].lstrip("0") for row in found["rows"]]


def test_an_answer_is_the_json_file_with_its_page(reader: Client, supervisor: User) -> None:
    query = "?agent=agent0,agent1&sort=-appoint_time&tz=Asia/Kathmandu"
    found = reader.get(f"{ROWS}{query}&per_page=15").json()
    file = browser_of(supervisor).get(f"/appoints/export.json{query}").json()
    names = ["connection", "as_of", "zone", "total", "masked", "page", "pages", "rows"]
    assert list(found) == names
    assert (found["page"], found["pages"], found["masked"]) == (1, 2, False)
    assert found["rows"] == file["rows"][:15]
    assert (found["connection"], found["zone"], found["total"]) == ("demo", "Asia/Kathmandu", 20)
    exact, whole = map(datetime.fromisoformat, (found["as_of"], file["as_of"]))
    assert exact.replace(microsecond=0) == whole
    assert list(found["rows"][0]) == list(FILE_COLUMNS)


def test_headers_say_how_many_how_old_and_whether_in_full(reader: Client) -> None:
    response = reader.get(ROWS)
    found = response.json()
    told = [response[name] for name in ("X-Total-Count", "X-Data-As-Of", "X-Numbers")]
    assert told == ["30", found["as_of"], "full"]
    assert response["Content-Type"] == "application/json"


def test_a_page_past_the_end_is_empty_and_says_where_the_end_is(reader: Client) -> None:
    response = reader.get(f"{ROWS}?page=99")
    found = response.json()
    assert (response.status_code, found["rows"], found["page"], found["pages"]) == (200, [], 99, 1)


def test_the_summary_counts_each_choice(reader: Client) -> None:
    found = reader.get(f"{SUMMARY}?agent=agent0&per_page=1").json()
    names = ["connection", "as_of", "zone", "total", "masked", "counts"]
    assert (list(found), found["total"]) == (names, 10)
    agents = {line["value"]: line["rows"] for line in found["counts"]["agent"]}
    tasks = {line["value"]: line["rows"] for line in found["counts"]["task"]}
    assert agents == {"agent0": 10, "agent1": 10, "agent2": 10}
    assert tasks == {"0": 5, "1": 5}


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("colour=red", "colour", "there is no such parameter."),
        ("excel=1", "excel", "there is no such parameter."),
        ("per_page=1001", "per_page", "Ensure this value is less than or equal to 1000."),
        ("per_page=0", "per_page", "Ensure this value is greater than or equal to 1."),
        ("page=x", "page", "Enter a whole number."),
        (
            "preset=someday",
            "preset",
            "“someday” is not possible here. Possible: overdue, next-15m, next-1h, rest-of-today,",
        ),
        ("state=due&state=lost", "state", "“lost” is not possible here. Possible: overdue, due,"),
        ("late=yes", "late", "“yes” is not possible here. Possible: 1"),
        ("sort=colour", "sort", "“colour” is not possible here. Possible: appoint_id, state,"),
        ("as_of=never", "as_of", "Give it as an earlier answer says it."),
        ("as_of=2026-01-01T00:00Z&as_of=2026-01-02T00:00Z", "as_of", "Give it as an earlier"),
        ("connection=nowhere", "connection", "There is no connection nowhere. Known: demo"),
    ],
)
@pytest.mark.parametrize("address", [ROWS, SUMMARY])
def test_a_wrong_parameter_is_named(
    reader: Client, address: str, query: str, field: str, words: str
) -> None:
    response = reader.get(f"{address}?{query}")
    error = response.json()["error"]
    assert response.status_code == (404 if field == "connection" else 400)
    assert error["code"] == ("not_found" if field == "connection" else "wrong_parameters")
    assert list(error["fields"]) == [field] and error["fields"][field][0].startswith(words)
    assert error["message"].startswith(f"{field}: ")


def test_a_wrong_connection_is_told_with_those_that_the_person_may_see(
    connection: Connection,
) -> None:
    Grant.objects.all().delete()
    Grant.objects.create(team=team_called("North", ana := person("ana")), connection=connection)
    asked_for_no_names(name="Others", slug="others").grants.all().delete()
    said = [
        reader_of(ana, slug).get(f"{ROWS}?connection={slug}").json()["error"]["message"]
        for slug in ("others", "nowhere")
    ]
    words = "connection: There is no connection %s. Known: demo"
    assert said == [words % "others", words % "nowhere"]


def test_what_has_not_changed_is_not_sent_again(reader: Client) -> None:
    first = reader.get(ROWS)
    again = reader.get(ROWS, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    other = reader.get(f"{ROWS}?page=2", headers={"If-None-Match": first["ETag"]})
    assert other.status_code == 200 and other["ETag"] != first["ETag"]


def test_whose_numbers_are_masked_reads_masked_ones(connection: Connection) -> None:
    reader = reader_of(person("ana", rights=()))
    response = reader.get(ROWS)
    assert response["X-Numbers"] == "masked" and response.json()["masked"] is True
    assert "1390000" not in response.content.decode()
    assert list(reader.get(f"{ROWS}?sort=called_no").json()["error"]["fields"]) == ["sort"]
    assert reader.get(f"{ROWS}?q=1390000").json()["total"] == 0


def test_a_program_needs_no_right_to_take_files(connection: Connection) -> None:
    assert reader_of(person("ana", rights=())).get(ROWS).status_code == 200


@pytest.mark.parametrize("address", [ROWS, SUMMARY])
def test_a_program_reads_what_its_person_may_see(connection: Connection, address: str) -> None:
    Grant.objects.all().delete()
    ana = person("ana")
    Grant.objects.create(team=team_called("North", ana), connection=connection, agents=["agent0"])
    response = reader_of(ana).get(address)
    assert response.json()["total"] == 10
    assert "agent1" not in response.content.decode()


def test_who_may_see_no_connection_reads_nothing(connection: Connection) -> None:
    Grant.objects.all().delete()
    response = reader_of(person("ana")).get(ROWS)
    assert (response.status_code, response.json()["error"]["code"]) == (404, "no_connection")


def test_a_failure_is_in_the_language_of_the_person(reader: Client, supervisor: User) -> None:
    Preferences.objects.create(user=supervisor, language="es")
    assert "Introduzca" in reader.get(f"{ROWS}?page=x").json()["error"]["message"]


def test_many_pages_are_one_look_by_the_api_with_this_token(reader: Client) -> None:
    for page in (1, 2, 3):
        reader.get(f"{ROWS}?per_page=10&page={page}&state=overdue&q=13900000042")
    [event] = Event.objects.filter(action="look")
    assert (event.actor, event.way, event.kind) == ("supervisor", "api", "connection")
    assert event.details["page"] == "api:appoints"
    assert event.details["token"] == "Portal (supervisor)"
    assert event.details["filters"] == {"state": "overdue", "q": "•••"}


def test_what_cannot_be_had_says_why_and_when_to_ask_again(reader: Client) -> None:
    Snapshot.objects.all().delete()
    response = reader.get(ROWS)
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (504, "no_answer")
    assert "iSales did not answer" in error["message"]


def test_more_rows_than_are_fetched_are_refused(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    Snapshot.objects.all().delete()
    monkeypatch.setattr(
        "appoints.snapshots.waiting.load", lambda *_: Snapshot(status=Snapshot.Status.TOO_MANY)
    )
    response = reader.get(f"{ROWS}?state=failed")
    assert (response.status_code, response.json()["error"]["code"]) == (422, "too_many_rows")


def test_rows_that_are_coming_are_worth_another_try(
    reader: Client, connection: Connection, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    Snapshot.objects.update(status=Snapshot.Status.LOADING)
    coming = Snapshot.objects.get()
    monkeypatch.setattr("appoints.snapshots.waiting.load", lambda *_: coming)
    response = reader.get(ROWS)
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert response.json()["error"]["code"] == "loading"


def test_counts_that_differ_are_refused(reader: Client) -> None:
    Snapshot.objects.update(total=31)
    response = reader.get(ROWS)
    assert (response.status_code, response.json()["error"]["code"]) == (502, "counts_differ")
    assert "iSales reported 31 rows, 30 were received." in response.json()["error"]["message"]


def test_another_connection_is_asked_for_by_its_name(reader: Client) -> None:
    at_hand(asked_for_no_names(slug="south", name="South"), [raw(7)])
    assert ids(reader.get(f"{ROWS}?connection=south").json()) == ["7"]
