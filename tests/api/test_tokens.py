"""Who may read: each way to be refused, and in which shape."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from appoints.connections.models import Connection
from dashboard.accounts import token_text
from dashboard.accounts.models import User
from dashboard.audit.models import Event
from tests.api.conftest import reader_of
from tests.factories import browser_of, token_for

ROWS = "/api/v1/appoints/"
ADDRESSES = [ROWS, "/api/v1/summary/", "/api/v1/openapi.json"]


def refusal(response: object) -> tuple[int, str]:
    error = response.json()["error"]  # type: ignore[attr-defined]
    assert list(error) == ["code", "message", "fields"] and error["message"]
    assert response["Content-Type"] == "application/json"  # type: ignore[index]
    return response.status_code, error["code"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_is_only_signed_in_is_refused(
    supervisor: User, connection: Connection, address: str
) -> None:
    response = browser_of(supervisor).get(address)
    assert refusal(response) == (401, "no_token")
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic c3VwZXI6eA==", "Token {token}", "{token}", "Bearer{token}"],
)
def test_another_header_is_no_token(supervisor: User, header: str) -> None:
    sent = header.format(token=token_for(supervisor))
    assert refusal(Client().get(ROWS, headers={"Authorization": sent})) == (401, "no_token")


@pytest.mark.parametrize("sent", ["{token}x", "{token},Bearer {token}", "{other}", "é", "\x00"])
def test_what_is_no_token_of_ours_is_not_known(supervisor: User, sent: str) -> None:
    text = sent.format(token=token_for(supervisor), other=token_text.new())
    response = Client().get(ROWS, headers={"Authorization": f"Bearer {text}"})
    assert refusal(response) == (401, "unknown_token")


def test_the_scheme_is_read_in_any_case(supervisor: User, connection: Connection) -> None:
    sent = f"bearer {token_for(supervisor)}"
    assert Client().get(ROWS, headers={"Authorization": sent}).status_code == 200


def test_a_token_in_the_address_is_none(supervisor: User) -> None:
    response = Client().get(f"{ROWS}?token={token_for(supervisor)}")
    assert refusal(response) == (401, "no_token")


def test_a_token_counts_whoever_is_signed_in_beside_it(
    supervisor: User, connection: Connection
) -> None:
    browser = browser_of(supervisor)
    other = User.objects.create_user("other")
    response = browser.get(ROWS, headers={"Authorization": f"Bearer {token_for(other)}"})
    assert response["X-Numbers"] == "masked"
    assert Event.objects.get(action="look").actor == "other"


def test_each_way_to_be_refused_is_told_apart(reader: Client, supervisor: User) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        assert refusal(reader.get(ROWS)) == (401, "expired_token")
    User.objects.update(is_active=False)
    assert refusal(reader.get(ROWS)) == (401, "inactive_person")
    supervisor.delete()
    assert refusal(reader.get(ROWS)) == (401, "unknown_token")


def test_from_another_address_it_is_refused_and_the_log_says_so_once(
    supervisor: User, connection: Connection
) -> None:
    program = reader_of(supervisor, networks=["10.1.0.0/16"])
    assert program.get(ROWS, REMOTE_ADDR="10.1.2.3").status_code == 200
    for _ in range(2):
        assert refusal(program.get(ROWS, REMOTE_ADDR="10.2.0.1")) == (403, "wrong_address")
    [event] = Event.objects.filter(action="sign-in failed")
    assert (event.actor, event.way, event.address) == ("supervisor", "api", "10.2.0.1")
    assert (event.name, event.details) == ("Portal (supervisor)", {"refused": "address"})


def test_so_many_requests_a_minute_are_answered(reader: Client, settings: Settings) -> None:
    settings.API_PER_MINUTE = 2
    with time_machine.travel(timezone.now().replace(second=50), tick=False) as clock:
        assert [reader.get(ROWS).status_code for _ in range(2)] == [200, 200]
        response = reader.get(ROWS)
        assert (refusal(response), response["Retry-After"]) == ((429, "too_many_requests"), "10")
        clock.shift(10)
        assert reader.get(ROWS).status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_but_reading_is_possible(reader: Client, address: str, method: str) -> None:
    response = getattr(reader, method)(address)
    assert refusal(response) == (405, "method_not_allowed")
    assert response["Allow"] == "GET, HEAD"


def test_a_head_has_no_body(reader: Client) -> None:
    response = reader.head(ROWS)
    assert (response.status_code, response.content, response["X-Total-Count"]) == (200, b"", "30")


@pytest.mark.parametrize("address", ["/api/v1/", "/api/v1/nowhere/", "/api/v1/appoints/1/"])
def test_an_address_that_is_not_there_is_refused_in_the_same_shape(
    client: Client, db: None, address: str
) -> None:
    response = client.get(address)
    assert refusal(response) == (404, "not_found")
    assert response.json()["error"]["message"] == "No such page. How programs read: /api/"


def test_a_request_that_django_cannot_read_is_refused_in_the_same_shape(client: Client) -> None:
    assert refusal(client.get(ROWS, headers={"Host": "evil.example"})) == (400, "bad_request")
    zipped = {"Accept-Encoding": "gzip", "Host": "evil.example"}
    assert refusal(client.get(ROWS, headers=zipped)) == (400, "bad_request")


def test_trouble_with_the_database_is_told_in_the_same_shape(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr("appoints.api.authentication.token_of", locked)
    reader.raise_request_exception = False
    response = reader.get(ROWS)
    assert refusal(response) == (503, "service_unavailable")
    assert "database" in response.json()["error"]["message"] and response["Retry-After"]


def test_a_defect_is_told_in_the_same_shape(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appoints.api.authentication.token_of", lambda *_: 1 / 0)
    reader.raise_request_exception = False
    assert refusal(reader.get(ROWS)) == (500, "internal_server_error")
