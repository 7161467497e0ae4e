"""People, connections, rows and loads, as the tests need them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from errno import ENOSPC
from typing import Any

import httpx
import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from django.utils.text import slugify

from appoints.access.models import Grant
from appoints.access.row_filter import EVERYTHING
from appoints.access.scope import Scope
from appoints.connections.models import Connection
from appoints.isales.client import Criteria
from appoints.isales.rows import parse_row
from appoints.isales.secret import Secret
from appoints.isales.signing import Signable
from appoints.isales.simulator import Simulator
from appoints.isales.simulator.answers import Answer as Answered
from appoints.query.time_range import EVER
from appoints.results.cache import CACHE
from appoints.saved_views.models import SavedView
from appoints.snapshots import crew, frame, leases, store
from appoints.snapshots.arrived import CHUNK
from appoints.snapshots.models import Snapshot
from appoints.snapshots.pool import POOL
from appoints.snapshots.reconcile import PageInfo
from appoints.snapshots.upstream import UpstreamRequest
from dashboard.accounts.models import Team, Token, User
from dashboard.accounts.session_store import SessionStore
from dashboard.accounts.sessions import RENEWED

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
MINUTE = 60_000  # milliseconds
PAGE = 10  # rows
PASSWORD = "correct horse battery"  # of every person


def person(
    name: str = "supervisor",
    *permissions: str,
    rights: tuple[str, ...] = ("see_numbers", "export_files"),
    **fields: Any,
) -> User:
    """A person who may sign in, see numbers in full and take files, and is no administrator."""
    made = User.objects.create_user(name, password=PASSWORD, **fields)
    has = User.user_permissions.through
    # Not remembered from test to test: one that empties the database gives them other IDs.
    by_name = Permission.objects.filter(codename__in=[*rights, *permissions])
    ids = by_name.values_list("pk", flat=True)
    has.objects.bulk_create([has(user_id=made.pk, permission_id=each) for each in ids])
    return made


def administrator(name: str = "administrator", **fields: Any) -> User:
    return User.objects.create_superuser(name, password=PASSWORD, **fields)


def browser_of(person: User) -> Client:
    """A browser in which this person has been signed in, with no trace of the sign-in itself."""
    session = SessionStore()
    session.update(
        {
            SESSION_KEY: str(person.pk),
            BACKEND_SESSION_KEY: "dashboard.accounts.backends.PasswordBackend",
            HASH_SESSION_KEY: person.get_session_auth_hash(),
            RENEWED: int(time.time()),
        }
    )
    session.save()
    browser = Client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return browser


def team_called(name: str, *members: User, **changes: Any) -> Team:
    """A team, its slug the name in small letters."""
    made = Team.objects.create(name=name, slug=slugify(name), **changes)
    made.members.add(*members)
    return made


def token_for(person: User, name: str = "Portal", *, days: int = 90, **fields: Any) -> str:
    """The text of a new token of this person."""
    return Token(person=person, name=name, **fields).store(days)


def saved_view(owner: User, name: str, query: str = "", **fields: Any) -> SavedView:
    view = SavedView(owner=owner, name=name, **fields)
    view.keep(query)
    view.save()
    return view


def raw(number: int, **changes: Any) -> dict[str, Any]:
    """A row as iSales sends it, reserved so many minutes after noon."""
    return {
        "appointId": f"{number:030}",
        "appointTime": round(NOON.timestamp() * 1000) + number * MINUTE,
        "calledNo": f"1390000{number:04}",
        "userAccount": f"agent{number % 3}",
        "taskId": f"{number % 2}",
        **changes,
    }


NOWHERE = "http://127.0.0.1:9"  # nobody listens there

Answer = Callable[[httpx.Request], httpx.Response]


def answer_with(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a function answer, or fail, in place of every call that would go over a socket."""
    transport = httpx.MockTransport(answer)
    monkeypatch.setattr(
        httpx.HTTPTransport, "handle_request", lambda _, request: transport.handle_request(request)
    )


def connection_to(base_url: str = NOWHERE, **changes: Any) -> Connection:
    """A stored connection to the iSales at this address, which everybody may see.

    Its pace has no limit.
    """
    fields = {
        "name": "Demo",
        "slug": "demo",
        "vdn": 1,
        "access_key": "AK",
        "secret_key": Secret("SK"),
        "max_per_second": 0,
    }
    connection = Connection.objects.create(base_url=base_url, **(fields | changes))
    Grant.objects.create(team=everybody(), connection=connection)
    return connection


def everybody() -> Team:
    """The team of all who may sign in."""
    values = {"name": "Everybody", "everybody": True}
    return Team.objects.get_or_create(slug="everybody", defaults=values)[0]


def whole(connection: Connection, *, masked: bool = False) -> Scope:
    """The scope of somebody who may see every row of a connection."""
    return Scope(
        row_filters=frozenset({(connection.pk, EVERYTHING)}),
        masked=masked,
        person=None,
        connections=Connection.objects.filter(pk=connection.pk),
    )


@contextmanager
def connected(base_url: str, **changes: Any) -> Iterator[Connection]:
    """A stored connection whose loads have ended afterwards."""
    cache.clear()
    CACHE.clear()
    yield connection_to(base_url, **changes)
    loads_ended()


def loads_ended() -> None:
    """Wait for the threads of loads: none may use the database after its test."""
    POOL.await_loads(time.monotonic() + 10)
    for thread in threading.enumerate():
        if thread.name.startswith("load-"):  # of a pool that a test has made
            thread.join(timeout=10)
    crew.await_calls(time.monotonic() + 10)


@contextmanager
def held(simulator: Simulator) -> Iterator[list[str]]:
    """Let no answer of iSales go out before the end of this block; yield the paths asked for."""
    answer, released, paths = simulator.answer, threading.Event(), list[str]()

    def late(address: str, request: Signable) -> Answered:
        paths.append(request.path)
        assert released.wait(60)
        return answer(address, request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(simulator, "answer", late)
        try:
            yield paths
        finally:
            released.set()


def fill_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no workbook find room on the disk."""

    def written(*_: object, **__: object) -> None:
        raise OSError(ENOSPC, "No space left on device")

    monkeypatch.setattr("xlsxturbo.dfs_to_xlsx", written)


def leased(connection: Connection) -> Snapshot:
    """A snapshot that is being loaded; no thread that has just ended another load takes it."""
    loads_ended()
    [begun] = store.begin_or_join(connection, [UpstreamRequest(Criteria(), EVER)])
    assert leases.take(begun)
    return begun


def at_hand(
    connection: Connection, data: list[Any], *, more: int = 0, loading: bool = False
) -> Snapshot:
    """A whole snapshot of everything that has just been loaded, or of what is loaded so far.

    ``more`` is how many more rows iSales reported.
    """
    CACHE.clear()  # IDs of snapshots begin anew with each test
    begun, now = leased(connection), timezone.now()
    rows = frame.plain([frame.Fetched(0, [parse_row(each) for each in data], now)])
    info = {0: PageInfo(len(data), len(data))}
    # As large as a load writes them.
    parts = enumerate(rows.iter_slices(CHUNK)) if data else [(0, rows)]
    store.write(begun, {number: ({} if number else info, part) for number, part in parts})
    counts = {"total": len(data) + more, "received": len(data), "as_of": now}
    if loading:
        leases.keep(begun, **counts)
    else:
        store.finish(begun, Snapshot.Status.WHOLE, **counts)
    return Snapshot.objects.get(pk=begun.pk)
