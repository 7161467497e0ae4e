"""A secret key is told to the product through each door, and then looked for everywhere."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from traceback import TracebackException
from typing import Any, NoReturn

import pytest
from django.core.management import call_command
from django.db import connection as database
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from appoints.connections import limiter
from appoints.connections.models import Connection
from appoints.encryption import WrongKey
from appoints.isales import signing
from appoints.isales.client import Criteria
from appoints.isales.errors import NotAuthorised
from appoints.isales.secret import Secret
from appoints.isales.simulator import Options, Simulator

SK = "SK-seen-nowhere-7391"
LIST = "/admin/connections/connection/"
TALKERS = ("httpx", "httpcore", "django", "django.db.backends", "axes", "stamina", "appoints", "")


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator(Options(rows=20, access_key="AK", secret_key=Secret(SK))).running() as running:
        yield running


@pytest.fixture
def connection(transactional_db: None, simulator: Simulator, tmp_path: Path) -> Connection:
    """Store the key as an operator does."""
    path = tmp_path / "key"
    path.write_text(SK)
    words = ["--base-url", simulator.base_url, "--vdn", "1", "--access-key", "AK"]
    call_command("connection", "berlin", *words, "--secret-key-file", str(path), stdout=StringIO())
    return Connection.objects.get()


@pytest.fixture
def visitor(admin_client: Client, settings: Settings) -> Client:
    """Look at error pages as DEBUG shows them: with frames, locals and the request."""
    settings.DEBUG = True
    admin_client.raise_request_exception = False
    return admin_client


def change(connection: Connection) -> str:
    return reverse("admin:connections_connection_change", args=[connection.pk])


def check(connection: Connection) -> str:
    return reverse("admin:connections_connection_check", args=[connection.pk])


def ask(connection: Connection) -> None:
    with limiter.line(connection, wait=1) as line:
        line.list_page(Criteria(), 0, 10, budget=5)


def fields(connection: Connection) -> dict[str, Any]:
    names = "name slug base_url vdn access_key page_limit max_concurrency max_per_second"
    names += " range_field time_zone signed_headers"
    return {name: getattr(connection, name) for name in names.split()} | {"secret_key": SK}


def fail(*_: object, **__: object) -> NoReturn:
    raise RuntimeError("failed on purpose")


def everything(error: BaseException) -> str:
    """Return a traceback with its chain and the locals of every frame."""
    return "".join(TracebackException.from_exception(error, capture_locals=True).format())


def test_the_database_file_does_not_hold_it(connection: Connection, visitor: Client) -> None:
    assert visitor.post(change(connection), fields(connection)).status_code == 302
    token = Connection.objects.get().secret_key.token  # type: ignore[attr-defined]
    path = Path(database.settings_dict["NAME"])
    held = b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))
    assert token.encode() in held
    assert SK.encode() not in held


def test_no_log_holds_it(
    connection: Connection,
    visitor: Client,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in TALKERS:
        caplog.set_level(logging.DEBUG, logger=name)
    visitor.post(change(connection), fields(connection))
    visitor.post(check(connection))
    monkeypatch.setattr(signing.Signable, "canonical", fail)
    visitor.post(check(connection))
    written = caplog.text + "".join(f"{each.args}" for each in caplog.records)
    for talker in ("httpcore", "django.db.backends", "django.request"):
        assert any(each.name.startswith(talker) for each in caplog.records), talker
    assert SK not in written


@pytest.mark.parametrize(
    "place",
    [
        "appoints.isales.signing.Signable.canonical",
        "appoints.isales.client.AkskAuth.authorization",
        "httpx.HTTPTransport.handle_request",
        "appoints.isales.answers.read",
        "appoints.connections.limiter.Line.list_page",
        "appoints.connections.slots.check_callable",
    ],
)
def test_an_error_page_of_a_call_does_not_show_it(
    connection: Connection, visitor: Client, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setattr(place, fail)
    response = visitor.post(check(connection))
    assert response.status_code == 500
    assert b"failed on purpose" in response.content
    assert SK.encode() not in response.content


@pytest.mark.parametrize(
    "place",
    [
        "appoints.connections.models.Connection.save",
        "appoints.connections.models.Connection.full_clean",
        "appoints.admin.connections.ConnectionForm.clean",
        "appoints.admin.connections.ConnectionAdmin.log_change",
        "appoints.encryption.SecretFormField.validate",
        "appoints.encryption.cipher",
        "appoints.encryption.sealed",
    ],
)
def test_an_error_page_of_the_form_does_not_show_what_was_typed(
    connection: Connection, visitor: Client, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setattr(place, fail)
    response = visitor.post(change(connection), fields(connection))
    assert response.status_code == 500
    assert b"failed on purpose" in response.content
    assert SK.encode() not in response.content


def test_no_page_of_the_admin_shows_it(connection: Connection, visitor: Client) -> None:
    visitor.post(change(connection), fields(connection))
    pages = [LIST, change(connection), f"{LIST}{connection.pk}/history/", "/admin/"]
    pages.append(f"{LIST}{connection.pk}/delete/")
    for page in pages:
        response = visitor.get(page)
        assert response.status_code == 200
        assert SK.encode() not in response.content


@pytest.mark.parametrize("lookup", ["secret_key", "secret_key__startswith", "secret_key__gt"])
def test_the_list_cannot_be_asked_for_it(
    connection: Connection, visitor: Client, lookup: str
) -> None:
    assert visitor.get(f"{LIST}?{lookup}={SK}").headers["Location"] == f"{LIST}?e=1"


def test_a_dump_does_not_hold_it(connection: Connection) -> None:
    said = StringIO()
    call_command("dumpdata", stdout=said)
    assert '"secret_key": "fernet:' in said.getvalue()
    assert SK not in said.getvalue()


def test_the_commands_do_not_say_it(connection: Connection) -> None:
    said = StringIO()
    call_command("connection", "berlin", "--page-limit", "50", stdout=said)
    call_command("check_connection", "berlin", "--probe", stdout=said)
    call_command("rotate_credentials", stdout=said)
    assert "iSales accepted the signature" in said.getvalue()
    assert SK not in said.getvalue()


def test_the_trace_of_a_rejected_call_does_not_hold_it(connection: Connection) -> None:
    connection.access_key = "another"
    connection.save()
    with pytest.raises(NotAuthorised) as caught:
        ask(connection)
    assert SK not in everything(caught.value)


def test_the_trace_of_a_wrong_key_does_not_hold_it(
    connection: Connection, settings: Settings
) -> None:
    settings.CREDENTIAL_KEYS = ["dGVzdHMtb25seS05ODc2NTQzMjEwLWFiY2RlZmdoaWo="]
    with pytest.raises(WrongKey) as caught:
        ask(connection)
    assert SK not in everything(caught.value)


def test_the_trace_of_a_failed_signature_does_not_hold_it() -> None:
    with pytest.raises(UnicodeEncodeError) as caught:
        signing.signature(Secret(SK), "auth-v2/AK/now/host", "half a pair: \ud800")
    assert SK not in everything(caught.value)


def test_no_repr_on_the_way_to_a_call_shows_it(connection: Connection) -> None:
    fresh = Connection(**fields(connection) | {"secret_key": Secret(SK)})
    endpoint = fresh.endpoint()
    auth = signing.AkskAuth("AK", Secret(SK), signing.SigningOptions())
    held = [fresh, vars(fresh), endpoint, auth, vars(auth), connection, vars(connection)]
    assert SK not in repr(held)
