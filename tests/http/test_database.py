"""What is said while the database is down, locked or full: a real SQLite in each such state."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.signals import request_started
from django.db import DatabaseError, IntegrityError, OperationalError, connection, connections
from django.db.backends.signals import connection_created
from django.test import Client
from django.utils import timezone

from appoints.connections.models import Connection
from appoints.isales.simulator import Simulator
from appoints.saved_views.models import SavedView
from appoints.snapshots.models import Chunk, Snapshot
from dashboard import database
from tests.factories import PASSWORD, administrator, loads_ended
from tests.screen import text_of

WORDS = {"down": "database does not answer", "locked": "database is locked"}


pytestmark = pytest.mark.of_database("sqlite")


@pytest.fixture
def client(transactional_db: None) -> Client:
    """A signed-in client whose request fails as in production."""
    client = Client(raise_request_exception=False)
    client.force_login(administrator("chief"))
    return client


@contextmanager
def told_to_every_connection(pragma: str) -> Iterator[None]:
    def tell(connection: Any, **_: object) -> None:
        connection.connection.execute(pragma)

    connections.close_all()
    connection_created.connect(tell)
    try:
        yield
    finally:
        connection_created.disconnect(tell)
        connections.close_all()
        loads_ended()  # a thread keeps its connection for a moment


@contextmanager
def down() -> Iterator[None]:
    known = connection.settings_dict["NAME"]
    connections.close_all()
    connection.settings_dict["NAME"] = "/nowhere/database.sqlite3"
    try:
        yield
    finally:
        connection.settings_dict["NAME"] = known
        connections.close_all()


@contextmanager
def locked() -> Iterator[None]:
    with ExitStack() as held:
        other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
        held.callback(other.close)
        held.enter_context(told_to_every_connection("PRAGMA busy_timeout = 50"))
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def full() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")  # or what earlier tests left behind has room
    with told_to_every_connection("PRAGMA max_page_count = 1"):
        yield


STATES: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "down": down,
    "locked": locked,
}


@pytest.mark.parametrize("state", ["down", "locked"])
@pytest.mark.parametrize(
    "path", ["/appoints/", "/appoints/4711/", "/wallboard/", "/choices/agent/"]
)
def test_a_page_says_that_it_is_the_database(
    client: Client, connection: Connection, state: str, path: str
) -> None:
    with STATES[state]():
        answer = client.get(path)
    assert answer.status_code == 503
    assert WORDS[state] in text_of(answer)
    assert answer["Retry-After"] == "5"
    assert 'role="alert"' in answer.content.decode()


@pytest.mark.parametrize("path", ["/", "/views/", "/accounts/preferences/", "/admin/"])
def test_every_other_page_says_so_too(client: Client, path: str) -> None:
    with down():
        answer = client.get(path)
    assert (answer.status_code, "does not answer" in text_of(answer)) == (503, True)


@pytest.mark.parametrize("state", ["down", "locked"])
@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json"])
def test_in_place_of_a_file_comes_plain_text(
    client: Client, connection: Connection, state: str, suffix: str
) -> None:
    with STATES[state]():
        answer = client.get(f"/appoints/export.{suffix}")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert WORDS[state] in answer.content.decode() and "<" not in answer.content.decode()


@pytest.mark.parametrize("state", ["down", "locked"])
def test_a_form_that_cannot_be_stored_says_so(client: Client, state: str) -> None:
    with STATES[state]():
        answer = client.post("/accounts/preferences/", {"time_zone": "Europe/Berlin"})
    assert (answer.status_code, WORDS[state] in text_of(answer)) == (503, True)


@pytest.mark.parametrize("state", ["down", "locked"])
def test_a_sign_in_that_cannot_be_stored_says_so(client: Client, state: str) -> None:
    form = {"username": "chief", "password": PASSWORD}
    with STATES[state]():
        answer = Client(raise_request_exception=False).post("/accounts/login/", form)
    assert (answer.status_code, WORDS[state] in text_of(answer)) == (503, True)


def let_the_session_be_renewed(client: Client) -> None:
    """Let the next request write to the database whatever it asks for."""
    session = client.session
    session["renewed"] = 0
    session.save()


def test_a_session_that_cannot_be_stored_is_no_bad_request(client: Client) -> None:
    """Django takes it for one that was deleted meanwhile."""
    let_the_session_be_renewed(client)
    with locked():
        answer = client.get("/accounts/preferences/")
    assert (answer.status_code, "database is locked" in text_of(answer)) == (503, True)


def test_a_pages_own_refresh_says_so_and_goes_on(client: Client, connection: Connection) -> None:
    with down():
        answer = client.get("/appoints/?preset=today&page=2", headers={"HX-Request": "true"})
    page = " ".join(answer.content.decode().split())
    assert answer.status_code == 200 and "<html" not in page
    asks_again = 'hx-get="/appoints/?preset=today&amp;page=2" hx-trigger="every 5s"'
    assert f'id="answer" data-trouble="down" {asks_again}' in page
    assert "database does not answer" in page


@pytest.mark.parametrize("state", ["down", "locked"])
def test_a_walls_own_refresh_can_be_told_from_a_dashboard_that_is_gone(
    client: Client, connection: Connection, state: str
) -> None:
    let_the_session_be_renewed(client)
    with STATES[state]():
        answer = client.get("/wallboard/?preset=today", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["Retry-After"]) == (200, "5")
    assert f'data-trouble="{state}"' in answer.content.decode()
    assert WORDS[state] in text_of(answer)


@pytest.mark.usefixtures("noon_of_a_weekday")
@pytest.mark.parametrize("path", ["/appoints/", "/wallboard/"])
def test_rows_at_hand_stay_while_the_database_is_locked(
    client: Client, connection: Connection, path: str
) -> None:
    client.get(path)
    Snapshot.objects.update(as_of=timezone.now() - timedelta(minutes=5))
    with locked():
        answer = client.get(path)
    assert answer.status_code == 200
    assert WORDS["locked"] in text_of(answer)
    assert "rows below are 5 min old" in text_of(answer)
    assert 'class="appoints' in answer.content.decode()


@pytest.mark.django_db
def test_a_file_that_takes_the_place_of_another_is_read_at_the_next_request(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "calls.sqlite3"
    held = connection.copy()
    monkeypatch.setitem(held.settings_dict, "NAME", str(path))
    monkeypatch.setattr(database, "connection", held)
    for number in (1, 2):
        path.unlink(missing_ok=True)
        with closing(sqlite3.connect(path)) as made, made:
            made.execute(f"CREATE TABLE number AS SELECT {number} AS it")
        database.close_moved()
        with held.cursor() as cursor:
            assert cursor.execute("SELECT it FROM number").fetchone() == (number,)
    held.close()


@pytest.mark.django_db
def test_a_connection_to_a_file_that_stays_is_kept() -> None:
    connection.ensure_connection()
    kept = connection.connection
    request_started.send(sender=None)
    assert connection.connection is kept


def test_a_load_that_cannot_be_stored_ends_and_says_why(
    client: Client, connection: Connection, simulator: Simulator
) -> None:
    with full():
        answer = client.get("/appoints/")
        again = client.get("/appoints/export.csv")
    assert (answer.status_code, answer.get("Retry-After")) == (503, "60"), text_of(answer)
    assert "database is full" in text_of(answer)
    assert (again.status_code, again["Retry-After"]) == (503, "60")
    assert not Chunk.objects.exists()
    assert client.get("/appoints/").status_code == 200


def test_a_load_whose_end_cannot_be_stored_is_taken_up_again(
    client: Client, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = threading.Event()

    def refuse(*_: object, **__: object) -> None:
        raise OperationalError("the server closed the connection")

    def refuse_the_end(*_: object, **__: object) -> None:
        ended.set()
        refuse()

    with monkeypatch.context() as broken:
        broken.setattr("appoints.snapshots.store.write", refuse)
        broken.setattr("appoints.snapshots.store.finish", refuse_the_end)
        broken.setattr("django.conf.settings.APPOINTS_PAGE_WAIT", 0.5)
        client.get("/appoints/")
        assert ended.wait(20)
        assert "Asking iSales" in text_of(client.get("/appoints/"))
    Snapshot.objects.update(leased_until="2026-01-01T00:00Z")
    assert client.get("/appoints/").status_code == 200
    assert Snapshot.objects.get().status == Snapshot.Status.WHOLE


def test_a_whole_result_stays_whole_when_tidying_up_fails(
    client: Client, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr("appoints.snapshots.retention.purge", refuse)
    assert client.get("/appoints/").status_code == 200
    assert Snapshot.objects.get().status == Snapshot.Status.WHOLE


def test_an_unmigrated_database_says_what_to_do(client: Client) -> None:
    with database_without(SavedView._meta.db_table):
        answer = client.get("/views/")
    assert (answer.status_code, "manage.py migrate" in text_of(answer)) == (503, True)


@contextmanager
def database_without(table: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO elsewhere")
        try:
            yield
        finally:
            cursor.execute(f"ALTER TABLE elsewhere RENAME TO {table}")


def test_a_defect_is_no_trouble_of_the_database(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def defect(*_: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT FROM WHERE")

    monkeypatch.setattr("dashboard.accounts.models.Preferences.of", defect)
    answer = client.get("/accounts/preferences/")
    assert (answer.status_code, "Something broke here" in text_of(answer)) == (500, True)


class Driver(Exception):
    def __init__(self, **codes: str) -> None:
        vars(self).update(codes)


@pytest.mark.parametrize(
    ("error", "codes", "kind"),
    [
        (OperationalError, {"sqlstate": "53100"}, "full"),
        (OperationalError, {"sqlstate": "55P03"}, "locked"),
        (OperationalError, {"sqlstate": "57P01"}, "down"),
        (OperationalError, {}, "down"),
        (DatabaseError, {"sqlstate": "25006"}, "read-only"),
        (DatabaseError, {"sqlite_errorname": "SQLITE_CORRUPT"}, "down"),
        (OperationalError, {"sqlite_errorname": "SQLITE_BUSY_SNAPSHOT"}, "locked"),
        (OperationalError, {"sqlite_errorname": "SQLITE_IOERR_WRITE"}, "down"),
        (OperationalError, {"sqlite_errorname": "SQLITE_IOERR_SHMSIZE"}, "full"),
        (OperationalError, {"sqlite_errorname": "SQLITE_READONLY_DBMOVED"}, "read-only"),
        (IntegrityError, {"sqlstate": "23505"}, ""),
    ],
)
def test_an_error_is_told_by_its_code(
    error: type[Exception], codes: dict[str, str], kind: str
) -> None:
    found = error("words")
    found.__cause__ = Driver(**codes)
    later = SessionInterrupted("deleted")
    later.__context__ = found
    assert [database.kind_of(each) for each in (found, later)] == [kind, kind]


def test_the_log_has_one_line_for_each(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with down():
        client.get("/accounts/preferences/")
    (record,) = [each for each in caplog.records if each.levelname == "ERROR"]
    assert database.OneLine().filter(record) and record.exc_info is None
    assert "(database down: unable to open database file)" in record.getMessage()


def test_a_command_names_a_database_that_is_down_in_two_lines(tmp_path: Path) -> None:
    bare = {
        "PATH": os.environ["PATH"],
        "DEBUG": "1",
        "DATABASE_URL": f"sqlite:///{tmp_path}/nowhere/db.sqlite3",
    }
    line = [sys.executable, "manage.py", "purge", "--skip-checks"]
    done = subprocess.run(
        line, cwd=Path(__file__).parents[2], env=bare, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "database does not answer" in done.stderr
    assert "Traceback" not in done.stderr and done.stderr.count("\n") == 2
