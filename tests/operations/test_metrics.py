"""What /metrics tells, and whom."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django.fixtures import Settings

from appoints.connections.models import Connection
from appoints.isales.errors import NotAuthorised
from appoints.isales.simulator import Simulator
from dashboard import metrics, metrics_folder
from dashboard.operations import servers
from dashboard.operations.request_record import IN_PROGRESS
from tests.factories import at_hand, connection_to, raw
from tests.gunicorn import gunicorn

TOKEN = "seen-nowhere-4711-0123456789-0123456789"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
PREFIX = "reserved_calls_"


@pytest.fixture
def token(settings: Settings) -> str:
    settings.METRICS_TOKEN = TOKEN
    return TOKEN


def values(text: str) -> dict[str, float]:
    """Return the value of each series of ours, by its name and labels."""
    found = re.findall(rf"^{PREFIX}(\S+(?:\{{.*\}})?) (\S+)$", text, re.MULTILINE)
    return {name: float(value) for name, value in found}


def scraped(client: Client) -> dict[str, float]:
    response = client.get("/metrics", headers=BEARER)
    assert response.status_code == 200
    return values(response.content.decode())


def test_without_a_token_of_the_operators_there_is_no_such_page(client: Client) -> None:
    for sent in ("", "Bearer ", f"Bearer {TOKEN}"):
        assert client.get("/metrics", headers={"Authorization": sent}).status_code == 404


@pytest.mark.parametrize("sent", ["", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer é"])
def test_another_token_is_refused(client: Client, token: str, sent: str) -> None:
    response = client.get("/metrics", headers={"Authorization": sent})
    assert response.status_code == 401 and response["WWW-Authenticate"] == "Bearer"
    assert PREFIX not in response.content.decode()


@pytest.mark.django_db
def test_who_is_signed_in_reads_no_metrics(admin_client: Client, token: str) -> None:
    assert admin_client.get("/metrics").status_code == 401


@pytest.mark.django_db
def test_a_scraper_reaches_a_machine_by_its_address_over_plain_http(
    client: Client, token: str, settings: Settings
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    response = client.get("/metrics", headers={**BEARER, "Host": "10.1.2.3:8000"})
    assert response.status_code == 200


@pytest.mark.django_db
def test_requests_are_counted_by_their_route(signed_in: Client, token: str) -> None:
    name = 'http_requests_total{method="GET",route="appoints:detail",status="404"}'
    IN_PROGRESS.set(0)  # an earlier test may have left a file unread
    before = scraped(signed_in).get(name, 0)
    for number in ("13900001234", "1" * 30):
        signed_in.get(f"/appoints/{number}/?number=13900001234")
        signed_in.get(f"/{number}/", REQUEST_METHOD="INVENTED")
    found = scraped(signed_in)
    assert found[name] == before + 2
    assert found['http_requests_total{method="other",route="none",status="404"}'] >= 2
    assert "13900001234" not in str(found) and "1" * 30 not in str(found)


@pytest.mark.django_db
def test_a_sign_in_that_fails_is_counted(client: Client, token: str) -> None:
    name = 'sign_in_failures_total{way="password"}'
    before = scraped(client).get(name, 0)
    client.post("/accounts/login/", {"username": "nobody", "password": "wrong"})
    assert scraped(client)[name] == before + 1


@pytest.mark.django_db
def test_what_the_database_holds_is_read_at_each_scrape(client: Client, token: str) -> None:
    connection = connection_to(max_per_second=10)
    at_hand(connection, [raw(number) for number in range(7)])
    found = scraped(client)
    assert found['results{connection="demo"}'] == 1
    assert found['result_rows{connection="demo"}'] == 7
    assert found['result_bytes{connection="demo"}'] > 100
    assert 0 <= found['result_oldest_seconds{connection="demo"}'] < 60
    assert found['loads_waiting{connection="demo"}'] == 0
    assert found['connection_pace_per_minute{connection="demo"}'] == 600
    assert found['connection_resting{connection="demo"}'] == 0
    connection.rest(NotAuthorised("401"))
    assert scraped(client)['connection_resting{connection="demo"}'] == 1


def test_a_database_that_is_down_leaves_what_the_process_counts(
    client: Client, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_registry: object) -> bytes:
        raise OperationalError("could not connect to db.internal")

    real = metrics.generate_latest
    monkeypatch.setattr(
        metrics, "generate_latest", lambda it: refuse(it) if it is metrics.STORED else real(it)
    )
    found = scraped(client)
    assert found["database_up"] == 0 and "http_requests_in_progress" in found


@pytest.mark.django_db(transaction=True)
def test_requests_to_isales_are_counted_by_what_came_of_them(
    signed_in: Client, token: str, connection: Connection, simulator: Simulator
) -> None:
    signed_in.get("/appoints/?preset=today")
    simulator.fault = "500"
    signed_in.get("/appoints/?from=2020-01-01&to=2020-01-02")
    found = scraped(signed_in)
    assert found['isales_requests_total{connection="demo",outcome="answered"}'] >= 1
    assert found['isales_requests_total{connection="demo",outcome="unexpected_answer"}'] >= 1
    assert found['isales_request_seconds_count{connection="demo"}'] >= 2


class Server(NamedTuple):
    port: int
    pid: int

    def workers(self) -> set[int]:
        found = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return {int(pid) for pid in found.split()}


@pytest.fixture
def server(transactional_db: None) -> Iterator[Server]:
    port = servers.free_port()
    started = gunicorn(port, workers=2, METRICS_TOKEN=TOKEN)
    children = {"dashboard": started}
    try:
        servers.wait_for(port, "/readyz", children)
        yield Server(port, started.pid)
    finally:
        servers.end(children)


def get(port: int, path: str) -> str:
    client = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        client.request("GET", path, headers=BEARER)
        return client.getresponse().read().decode()
    finally:
        client.close()


def counting() -> set[int]:
    """The processes whose gauges are told; other servers may run on this machine."""
    folders = metrics_folder.place().glob(f"{metrics_folder.PREFIX}*")
    files = [each for folder in folders for each in folder.glob("gauge_livesum_*.db")]
    return {int(each.stem.rpartition("_")[2]) for each in files}


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + servers.START_TIMEOUT
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_two_workers_are_one_sum_and_what_a_dead_one_counted_stays(server: Server) -> None:
    login = 'http_requests_total{method="GET",route="login",status="200"}'
    wait_until(lambda: len(server.workers() & counting()) == 2)
    count = 20
    for _ in range(count):
        get(server.port, "/accounts/login/")
    assert values(get(server.port, "/metrics"))[login] == count
    dead = min(server.workers())
    os.kill(dead, signal.SIGKILL)
    wait_until(lambda: dead not in counting())
    get(server.port, "/accounts/login/")
    text = get(server.port, "/metrics")
    found = values(text)
    assert len(found) == len(re.findall(rf"^{PREFIX}", text, re.MULTILINE)), "a series twice"
    assert not [each for each in found if "pid=" in each]
    assert found[login] == count + 1
    assert found["http_requests_in_progress"] == 1
