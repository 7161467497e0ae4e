from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from cryptography.fernet import Fernet
from pytest_django.fixtures import Settings

from appoints.connections import limiter
from appoints.connections.check import check
from appoints.connections.models import Connection
from appoints.isales.errors import NotAuthorised
from tests.factories import Answer, answer_with, connection_to

PAGE = {"resultCode": "0200000", "data": [{"appointId": "1"}], "totalCount": 1}

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection() -> Connection:
    return connection_to("https://isales.example")


class Wire:
    """Answers each call with what the test puts here."""

    def __init__(self) -> None:
        self.answer: Answer = lambda request: httpx.Response(200, json=PAGE)
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self.answer(request)


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    wire = Wire()
    answer_with(wire, monkeypatch)
    return wire


def refuse(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED]")


def result(code: str, description: str) -> Answer:
    return lambda request: httpx.Response(200, json={"resultCode": code, "resultDesc": description})


def page(rows: int, total: int) -> Answer:
    answer = {"resultCode": "0200000", "data": [{"appointId": str(i)} for i in range(rows)]}
    return lambda request: httpx.Response(200, json={**answer, "totalCount": total})


def rejected(ahead: float) -> Answer:
    moment = datetime.now(UTC) + timedelta(seconds=ahead)
    return lambda request: httpx.Response(
        401, headers={"Date": format_datetime(moment, usegmt=True)}
    )


def test_a_success_tells_rows_total_and_time(connection: Connection, wire: Wire) -> None:
    wire.answer = page(100, 1234)
    verdict = check(connection)
    assert verdict.ok
    assert "sent 100 of 1234 reserved calls from a day ago to a day ahead, in" in str(verdict)


def test_one_request_is_sent_for_two_days_with_both_ends(
    connection: Connection, wire: Wire
) -> None:
    connection.page_limit = 50
    connection.save()
    check(connection)
    (request,) = wire.asked
    asked = json.loads(request.content)
    assert asked["endTime"] - asked["beginTime"] == pytest.approx(2 * 86_400_000, abs=1000)
    assert (asked["limit"], asked["offset"]) == (50, 0)


def test_a_success_ends_a_rest_and_says_so(connection: Connection, wire: Wire) -> None:
    connection.rest(NotAuthorised("401"))
    assert "rest is over" in str(check(connection))
    connection.refresh_from_db()
    assert not connection.resting


def test_a_short_page_is_remarked(connection: Connection, wire: Wire) -> None:
    wire.answer = page(50, 1234)
    verdict = check(connection)
    assert verdict.ok
    assert "fewer rows than the 100 asked for" in str(verdict)
    assert "--page-limit 50" in str(verdict)


def test_a_connection_that_is_not_active_is_remarked(connection: Connection, wire: Wire) -> None:
    connection.active = False
    connection.save()
    assert "nobody sees it" in str(check(connection))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (refuse, "CA certificate"),
        (refuse, "CERTIFICATE_VERIFY_FAILED"),
        (lambda request: httpx.Response(403), "have this server's address put on its list"),
        (result("0200001", "limit exceeds 50"), "“limit exceeds 50”"),
        (result("0200001", "limit exceeds 50"), "try --page-limit 50"),
        (result("0200001", ""), "The signature was accepted."),
        (result("0300000", ""), "0300000"),
        (lambda request: httpx.Response(404, html="<h1>"), "is iSales itself there?"),
        (lambda request: httpx.Response(200, html="<h1>"), "https://isales.example"),
        (lambda request: httpx.Response(429, headers={"Retry-After": "90"}), "90 seconds"),
    ],
)
def test_each_failure_says_what_to_do(
    connection: Connection, wire: Wire, answer: Answer, said: str
) -> None:
    wire.answer = answer
    verdict = check(connection)
    assert not verdict.ok
    assert said in str(verdict)


@pytest.mark.parametrize(
    ("code", "advised"),
    [
        ("0200001", True),
        ("02000003", True),
        ("02000005", True),
        ("02000007", True),
        ("0200006", False),
        ("0200007", False),
        ("0200011", False),
        ("02000002", False),
        ("02000010", False),
        ("04000002", False),
        ("0300000", False),
    ],
)
def test_a_smaller_page_is_advised_only_where_a_parameter_was_refused(
    connection: Connection, wire: Wire, code: str, *, advised: bool
) -> None:
    wire.answer = result(code, "")
    assert ("--page-limit 50" in str(check(connection))) is advised


@pytest.mark.parametrize("status", [400, 404])
@pytest.mark.parametrize("answer", [{}, {"json": {"resultCode": "0404404"}}])
def test_a_platform_without_reservations_is_told_of_the_release_and_the_ports(
    connection: Connection, wire: Wire, status: int, answer: dict[str, object]
) -> None:
    wire.answer = lambda request: httpx.Response(status, **answer)
    words = str(check(connection))
    assert all(each in words for each in ("25.200.0", "28080", "28050"))


def test_a_parameter_that_was_refused_with_400_is_no_matter_of_the_release(
    connection: Connection, wire: Wire
) -> None:
    wire.answer = lambda request: httpx.Response(400, json={"resultCode": "0200001"})
    assert "25.200.0" not in str(check(connection))


def test_a_small_page_that_is_refused_is_not_told_to_be_smaller(
    connection: Connection, wire: Wire
) -> None:
    connection.page_limit = 50
    connection.save()
    wire.answer = result("0200001", "")
    assert "--page-limit" not in str(check(connection))


class TestRejected:
    @pytest.mark.parametrize(
        ("ahead", "said"), [(300, "seconds ahead of"), (-300, "seconds behind")]
    )
    def test_clocks_that_differ_are_told(
        self, connection: Connection, wire: Wire, ahead: float, said: str
    ) -> None:
        wire.answer = rejected(ahead)
        words = str(check(connection))
        assert said in words
        assert any(f"{seconds} seconds" in words for seconds in (299, 300, 301))

    def test_clocks_that_agree_are_not(self, connection: Connection, wire: Wire) -> None:
        wire.answer = rejected(0)
        assert "clock" not in str(check(connection))

    def test_the_other_form_of_the_signature_is_named(
        self, connection: Connection, wire: Wire
    ) -> None:
        wire.answer = rejected(0)
        assert "it is host-only now; try three-headers" in str(check(connection))

    def test_a_form_of_ones_own_is_called_so(self, connection: Connection, wire: Wire) -> None:
        connection.milliseconds = True
        connection.save()
        wire.answer = rejected(0)
        assert "one of your own now; try host-only, three-headers" in str(check(connection))

    def test_it_is_one_request_and_puts_the_connection_to_rest(
        self, connection: Connection, wire: Wire
    ) -> None:
        wire.answer = rejected(0)
        assert "at rest: only a check that succeeds ends it" in str(check(connection))
        connection.refresh_from_db()
        assert connection.resting
        assert len(wire.asked) == 1


def test_a_lost_key_is_told_and_nothing_is_sent(
    connection: Connection, wire: Wire, settings: Settings
) -> None:
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
    connection.refresh_from_db()
    verdict = check(connection)
    assert not verdict.ok
    assert "Put back the CREDENTIAL_KEYS" in str(verdict)
    assert not wire.asked


def test_lines_in_use_are_told(
    connection: Connection, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    Connection.objects.update(max_concurrency=1)
    monkeypatch.setattr("appoints.connections.check.WAIT", 0)
    with limiter.line(Connection.objects.get(), wait=0):
        assert "lines to iSales are in use" in str(check(connection))
