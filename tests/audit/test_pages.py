"""The pages of the log: for auditors, filtered, found by a number, as a file."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from dashboard.accounts.models import User
from dashboard.audit.log import Target, record
from dashboard.audit.models import Event
from dashboard.audit.origin import Origin
from dashboard.audit.tokens import number_token
from tests.factories import browser_of, person
from tests.screen import Screen, text_of

NUMBER = "13900000042"
ANA = Origin(7, "ana", "10.0.0.1", Event.Way.PAGE)
BEN = Origin(8, "ben", "10.0.0.2", Event.Way.FILE)


@pytest.fixture
def auditor(db: None) -> Client:
    return browser_of(person("auditor", "view_event"))


@pytest.fixture
def events(db: None) -> None:
    record(ANA, Event.Action.LOOK, Target("connection", "demo", "Demo"), {"rows": 3}, [NUMBER])
    record(BEN, Event.Action.FILE, Target("connection", "demo", "=1+1"), {"filters": {"task": "9"}})


def actors(response: HttpResponse) -> list[str]:
    assert response.status_code == 200
    return [event.actor for event in response.context["page"].object_list]


@pytest.mark.parametrize("path", ["/audit/", "/audit/export.csv"])
def test_nobody_signs_in_first(client: Client, db: None, path: str) -> None:
    assert client.get(path)["Location"] == f"/accounts/login/?next={path}"


@pytest.mark.parametrize("path", ["/audit/", "/audit/export.csv"])
def test_who_may_not_read_the_log_is_refused(client: Client, supervisor: User, path: str) -> None:
    client.force_login(supervisor)
    assert client.get(path).status_code == 403


def test_only_who_may_read_the_log_sees_the_way_to_it(auditor: Client, supervisor: User) -> None:
    link = 'href="/audit/"'
    assert link in auditor.get("/accounts/preferences/").content.decode()
    auditor.force_login(supervisor)
    assert link not in auditor.get("/accounts/preferences/").content.decode()


def test_the_newest_event_stands_first(auditor: Client, events: None) -> None:
    assert actors(auditor.get("/audit/"))[:3] == ["auditor", "ben", "ana"]


def test_a_time_that_comes_twice_is_shown_with_its_offset(auditor: Client, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    for hour in (0, 1):
        Event.objects.create(at=datetime(2026, 10, 25, hour, 30, tzinfo=UTC), action="look")
    shown = Screen(auditor.get("/audit/")).texts("td time")
    assert shown[-2:] == ["2026-10-25 02:30:00 +0100", "2026-10-25 02:30:00 +0200"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("who=AN", ["ana"]),
        ("action=file", ["ben"]),
        ("way=file", ["ben"]),
        (f"number={NUMBER}", ["ana"]),
        ("number=%2B139-0000-0042", ["ana"]),
        (f"number={number_token(NUMBER)}", ["ana"]),
        ("number=1390000004", []),
        ("number=139000000423", []),
    ],
)
def test_a_filter_finds(auditor: Client, events: None, query: str, found: list[str]) -> None:
    shown = actors(auditor.get(f"/audit/?{query}"))
    assert [actor for actor in shown if actor in ("ana", "ben")] == found


@pytest.mark.usefixtures("noon_of_a_weekday")  # at midnight the day of the events is another one
def test_a_range_of_days_holds_both_its_ends(auditor: Client, events: None) -> None:
    today = timezone.now().date()
    for first, last, some in ((0, 0, True), (1, 2, False), (-2, -1, False), (-1, 1, True)):
        days = [(today + timedelta(days=each)).isoformat() for each in (first, last)]
        shown = actors(auditor.get(f"/audit/?since={days[0]}&until={days[1]}"))
        assert ("ana" in shown) == some


@pytest.mark.parametrize(
    "query",
    ["since=2026-02-02&until=2026-02-01", "since=x", "action=x", "way=x", "number=%00", "who=%00"],
)
@pytest.mark.parametrize("path", ["/audit/", "/audit/export.csv"])
def test_a_wrong_filter_is_refused_with_nothing_shown(
    auditor: Client, events: None, path: str, query: str
) -> None:
    response = auditor.get(f"{path}?{query}")
    assert response.status_code == 400
    assert "10.0.0.1" not in response.content.decode()


@pytest.mark.parametrize("query", ["since=0001-01-01", "until=9999-12-31", "page=99", "page=x"])
def test_an_odd_filter_is_answered(auditor: Client, events: None, query: str) -> None:
    assert auditor.get(f"/audit/?{query}").status_code == 200


def test_an_unknown_parameter_is_named_on_the_page_and_refused_for_the_file(
    auditor: Client, events: None
) -> None:
    page, file = auditor.get("/audit/?whom=ana"), auditor.get("/audit/export.csv?whom=ana")
    assert (page.status_code, file.status_code) == (200, 400)
    assert "ignored: whom" in text_of(page)
    assert "whom: there is no such parameter" in file.content.decode()


def test_the_form_leads_to_an_address_without_the_number(auditor: Client, events: None) -> None:
    response = auditor.post("/audit/", {"number": NUMBER, "who": "ana"})
    assert response.status_code == 303
    assert NUMBER not in response["Location"]
    shown = auditor.get(response["Location"])
    assert actors(shown) == ["ana"]
    assert NUMBER not in shown.content.decode()


def test_whoever_asks_the_log_for_a_number_is_in_it(auditor: Client, events: None) -> None:
    auditor.get(f"/audit/?number={NUMBER}")
    shown = actors(auditor.get(f"/audit/?number={NUMBER}"))
    assert shown == ["auditor", "ana"]
    assert NUMBER not in repr(list(Event.objects.values()))


def test_the_pages_hold_every_event_once(
    auditor: Client, events: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.audit.views.PER_PAGE", 2)
    first = auditor.get("/audit/?way=file&who=e")
    assert first.context["page"].paginator.num_pages == 1
    whole = auditor.get("/audit/")
    pages = whole.context["page"].paginator.num_pages
    keys = [
        event.pk
        for number in range(1, pages + 1)
        for event in auditor.get(f"/audit/?page={number}").context["page"].object_list
    ]
    assert sorted(keys) == sorted(Event.objects.values_list("pk", flat=True))


def rows_of(response: HttpResponse) -> list[dict[str, str]]:
    text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text)))


def test_the_file_has_what_the_page_shows_as_values(auditor: Client, events: None) -> None:
    [row] = rows_of(auditor.get("/audit/export.csv?who=ana"))
    assert timezone.datetime.fromisoformat(row["at"]).utcoffset() is not None  # type: ignore[attr-defined]
    assert (row["person_id"], row["address"], row["action"]) == ("7", "10.0.0.1", "look")
    assert json.loads(row["details"]) == {"rows": 3}


def test_no_cell_of_the_file_runs_in_a_spreadsheet(auditor: Client, events: None) -> None:
    [row] = rows_of(auditor.get("/audit/export.csv?who=ben"))
    assert row["name"] == "'=1+1"


def test_a_file_of_the_log_is_in_the_log(auditor: Client, events: None) -> None:
    auditor.get("/audit/export.csv?who=ana")
    event = Event.objects.first()
    assert event and (event.actor, event.action, event.kind) == ("auditor", "file", "log")
