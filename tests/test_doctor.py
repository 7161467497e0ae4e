"""What the doctor says of an installation in order, and of others."""

from __future__ import annotations

import sqlite3
from base64 import b64encode
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from io import StringIO
from ipaddress import ip_network
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from cryptography import x509
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.management import call_command
from django.db import OperationalError
from django.db import connection as database
from django.utils import timezone
from pytest_django.fixtures import Settings

from appoints.alerts.models import Rule
from appoints.connections.models import Connection
from appoints.doctor import storage
from appoints.isales.errors import NotAuthorised, TooFast
from appoints.isales.secret import Secret
from dashboard.audit.models import Event
from dashboard.environment.single_sign_on import Saml
from dashboard.environment.ways_in import GroupMap
from tests.factories import answer_with, connection_to, person, saved_view

pytestmark = pytest.mark.django_db
SK = "SK-seen-nowhere-7391"
PAGE = {"resultCode": "0200000", "data": [], "totalCount": 0}


class Examined(NamedTuple):
    status: int
    text: str

    def line(self, subject: str) -> str:
        (found,) = [each for each in self.text.splitlines() if f" {subject}: " in each]
        return found


def doctor() -> Examined:
    said, status = StringIO(), 0
    try:
        call_command("doctor", stdout=said, no_color=True)
    except SystemExit as end:
        status = int(end.code or 0)
    return Examined(status, said.getvalue())


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[httpx.Request]:
    """What iSales is asked; its clock goes right."""
    return calls_to(monkeypatch, lambda: httpx.Response(200, json=PAGE, headers=date()))


def calls_to(
    monkeypatch: pytest.MonkeyPatch, answer: Callable[[], httpx.Response]
) -> list[httpx.Request]:
    asked: list[httpx.Request] = []

    def transport(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answer()

    answer_with(transport, monkeypatch)
    return asked


def date(ahead: float = 0) -> dict[str, str]:
    moment = datetime.now(UTC) + timedelta(seconds=ahead)
    return {"Date": format_datetime(moment, usegmt=True)}


@pytest.fixture
def good(settings: Settings, asked: list[httpx.Request]) -> Connection:
    settings.SECRET_KEY = "correct horse battery staple, and many words more 0123456789"
    settings.ALLOWED_HOSTS = ["calls.example"]
    settings.SECURE_SSL_REDIRECT = True
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.1")]
    return connection_to("https://isales.example", secret_key=Secret(SK))


def test_an_installation_in_order_has_neither_warnings_nor_secrets(
    good: Connection, asked: list[httpx.Request], settings: Settings
) -> None:
    saved_view(person(), "Mine", "number=13900001234")
    found = doctor()
    assert found.status == 0 and found.text.endswith(" ok, 0 warning, 0 wrong\n")
    assert "secret keys 1, saved views 1" in found.line("CREDENTIAL_KEYS")
    assert "Nothing more was asked" in found.line("connection demo") and len(asked) == 1
    for secret in (SK, settings.SECRET_KEY, *settings.CREDENTIAL_KEYS, "13900001234"):
        assert secret not in found.text


@pytest.mark.parametrize(
    ("name", "value", "subject", "words"),
    [
        ("DEBUG", True, "settings", "DEBUG is on"),
        ("SECRET_KEY", "short", "SECRET_KEY", "can be guessed"),
        ("ALLOWED_HOSTS", ["*"], "ALLOWED_HOSTS", "any name"),
        ("ALLOWED_HOSTS", ["localhost"], "ALLOWED_HOSTS", "only this machine"),
        ("SECURE_SSL_REDIRECT", False, "HTTPS", "plain text"),
        ("TRUSTED_PROXIES", [], "TRUSTED_PROXIES", "none: behind a proxy"),
        ("TRUSTED_PROXIES", [ip_network("10.0.0.0/8")], "TRUSTED_PROXIES", "10.0.0.0/8: everybody"),
        ("FRAME_ANCESTORS", ["http://a.example"], "FRAME_ANCESTORS", "http://a.example"),
        ("FRAME_ANCESTORS", ["https://*"], "FRAME_ANCESTORS", "strangers"),
    ],
)
def test_a_setting_that_harms_is_a_warning(
    good: Connection, settings: Settings, name: str, value: Any, subject: str, words: str
) -> None:
    setattr(settings, name, value)
    found = doctor()
    assert found.status == 0
    assert found.line(subject).startswith("warning: ") and words in found.line(subject)


def test_another_key_is_wrong_and_asks_nothing(
    good: Connection, asked: list[httpx.Request], settings: Settings
) -> None:
    saved_view(person(), "Mine", "q=x")
    settings.CREDENTIAL_KEYS = [Fernet.generate_key().decode()]
    found = doctor()
    assert found.status == 1 and asked == []
    assert "opens the secret key of demo, 1 saved view." in found.line("CREDENTIAL_KEYS")
    assert found.line("connection demo").startswith("wrong:   ")


def test_what_system_checks_find_is_told(good: Connection, settings: Settings) -> None:
    settings.GROUP_MAP = GroupMap({"ops": frozenset({"nobodys"})}, {})
    assert "the team nobodys" in doctor().line("check")


@pytest.mark.parametrize("answer", [OperationalError("password=x"), False])
def test_a_database_that_does_not_work_ends_the_examination(
    good: Connection, monkeypatch: pytest.MonkeyPatch, answer: Exception | bool
) -> None:
    def is_migrated() -> bool:
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(storage, "is_migrated", is_migrated)
    found = doctor()
    assert found.status == 1 and "password" not in found.text
    assert "manage.py migrate" in found.text or "DATABASE_URL" in found.text
    assert found.line("database").startswith("wrong: ") and "connection demo" not in found.text


@pytest.mark.of_database("sqlite")
def test_sqlite_that_begins_to_write_too_late_is_wrong(
    good: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(database.settings_dict["OPTIONS"], "transaction_mode", "DEFERRED")
    assert "begins DEFERRED and journals by wal" in doctor().line("database")


@pytest.mark.of_database("sqlite")
def test_a_file_that_may_only_be_read_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "db.sqlite3"
    with closing(sqlite3.connect(file)) as made:
        made.executescript("PRAGMA journal_mode = wal; CREATE TABLE django_migrations (id)")
    opened = database.copy()
    opened.settings_dict["NAME"] = f"file:{file}?mode=ro"
    opened.settings_dict["OPTIONS"] = {**opened.settings_dict["OPTIONS"], "uri": True}
    monkeypatch.setattr(storage, "connection", opened)
    with closing(opened):
        found = storage.look_at_database()
    assert found == storage._said("read-only")


@pytest.mark.of_database("sqlite")
def test_a_folder_that_is_not_there_is_wrong(
    good: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(database.settings_dict, "NAME", "/nowhere/db.sqlite3")
    found = doctor()
    assert found.status == 1 and "/nowhere" in found.text and "No such file" in found.text


@pytest.mark.parametrize(("free", "grade", "status"), [(2**29, "warning", 0), (2**20, "wrong", 1)])
def test_a_disk_that_is_nearly_full_is_named(
    good: Connection, monkeypatch: pytest.MonkeyPatch, free: int, grade: str, status: int
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": free}))
    found = doctor()
    assert found.status == status and f"{grade}:" in found.text and "Make room" in found.text


def test_a_connection_at_rest_is_wrong_and_not_asked(
    good: Connection, asked: list[httpx.Request]
) -> None:
    good.rest(NotAuthorised("401"))
    found = doctor()
    assert found.status == 1 and asked == []
    assert "check_connection demo" in found.line("connection demo")


def test_a_connection_that_is_quiet_or_not_active_is_not_asked(
    good: Connection, asked: list[httpx.Request]
) -> None:
    connection_to("https://other.example", slug="other", active=False)
    good.keep_quiet(TooFast("429", 60))
    found = doctor()
    assert found.status == 0 and asked == []
    assert found.line("connection demo").startswith("warning: ")
    assert found.line("connection other").startswith("ok: ")


def test_a_refused_signature_is_asked_once_and_wrong(
    good: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = calls_to(monkeypatch, lambda: httpx.Response(401, headers=date(-90)))
    found = doctor()
    assert found.status == 1 and len(asked) == 1
    assert "seconds behind this server's" in found.line("connection demo")


@pytest.mark.parametrize(("ahead", "words"), [(90, "s behind"), (-90, "s ahead")])
def test_a_clock_that_differs_is_a_warning(
    good: Connection, monkeypatch: pytest.MonkeyPatch, ahead: int, words: str
) -> None:
    calls_to(monkeypatch, lambda: httpx.Response(200, json=PAGE, headers=date(ahead)))
    found = doctor()
    line = found.line("clock against demo")
    assert line.startswith("warning: ") and words in line and "NTP" in line
    assert "The clock of iSales is" in found.line("connection demo")


def test_an_answer_without_a_date_is_a_warning(
    good: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls_to(monkeypatch, lambda: httpx.Response(200, json=PAGE))
    assert "sent no Date" in doctor().line("clock against demo")


def test_what_purge_should_have_dropped_two_days_ago_is_named(
    good: Connection, settings: Settings
) -> None:
    for days in (1, 3, 4):
        at = timezone.now() - settings.AUDIT_KEPT_FOR - timedelta(days=days)
        Event.objects.create(at=at, way="page", action="look")
    line = doctor().line("purge")
    assert (
        line.startswith("warning: ") and "events 2 are past" in line and "manage.py purge" in line
    )
    call_command("purge", stdout=StringIO())
    assert doctor().line("purge").startswith("ok: ")


@pytest.mark.parametrize(
    ("token", "grade", "words"),
    [
        ("", "ok:", "not set"),
        ("short", "warning:", "can be guessed"),
        ("0" * 40, "warning:", "can be guessed"),
        ("seen-nowhere-4711-and-long-enough-0123", "ok:", "long enough"),
    ],
)
def test_the_token_of_the_scraper_is_looked_at(
    good: Connection, settings: Settings, token: str, grade: str, words: str
) -> None:
    settings.METRICS_TOKEN = token
    found = doctor()
    line = found.line("metrics")
    assert line.startswith(grade) and words in line and (not token or token not in found.text)


def test_a_folder_for_counts_that_takes_none_is_wrong(
    good: Connection, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.METRICS_TOKEN = "seen-nowhere-4711-and-long-enough-0123"
    monkeypatch.setattr("os.access", lambda *_: False)
    assert "no folder can be made in" in doctor().line("metrics")


@pytest.mark.parametrize(("hosts", "grade"), [(["203.0.113.0/24"], "ok:"), ([], "wrong:")])
def test_a_webhook_that_may_not_be_called_is_wrong(
    good: Connection, settings: Settings, hosts: list[str], grade: str
) -> None:
    settings.WEBHOOK_HOSTS = hosts
    rule = Rule(person=person(), kind=Rule.Kind.OVERDUE, name="Late", url="https://203.0.113.7/x")
    rule.keep("")
    rule.save()
    line = doctor().line("webhooks")
    assert line.startswith(grade) and ("203.0.113.7" in line) == (grade == "wrong:")


@pytest.mark.parametrize(
    ("days", "grade", "words"),
    [(300, "ok:", "valid until"), (20, "warning:", "ends on"), (-1, "warning:", "ended on")],
)
def test_the_certificate_of_a_saml_provider_is_looked_at(
    good: Connection, settings: Settings, days: int, grade: str, words: str
) -> None:
    settings.SAML = Saml({"x509cert": certificate(days)})
    line = doctor().line("SAML")
    assert line.startswith(grade) and words in line


def test_a_certificate_that_cannot_be_read_is_wrong(good: Connection, settings: Settings) -> None:
    settings.SAML = Saml({"x509certMulti": {"signing": ["AAAA"]}})
    assert "cannot be read" in doctor().line("SAML")


def certificate(days: int) -> str:
    """A certificate that ends in so many days, as metadata hold it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([]), datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    dated = builder.not_valid_before(now - timedelta(days=400))
    signed = dated.not_valid_after(now + timedelta(days=days)).sign(key, hashes.SHA256())
    return b64encode(signed.public_bytes(Encoding.DER)).decode()


def test_files_that_were_not_collected_are_wrong(
    good: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "appoints.doctor.set_up.staticfiles_storage", type("Storage", (), {"hashed_files": {}})
    )
    assert "collectstatic" in doctor().line("static files")
