from __future__ import annotations

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from dashboard.database import OneLine
from dashboard.operations import health


@pytest.fixture(autouse=True)
def unasked() -> None:
    health.check_migrated.cache_clear()


def test_a_living_process_answers_ok_without_a_database(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")


@pytest.mark.django_db
def test_a_migrated_database_is_ready(client: Client) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (200, b"ok")


@pytest.mark.django_db
def test_a_missing_migration_is_not_ready(client: Client) -> None:
    MigrationRecorder.Migration.objects.filter(app="accounts").delete()
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"migrations missing")


@pytest.mark.django_db
def test_migrations_that_came_later_make_it_ready(client: Client) -> None:
    rows = MigrationRecorder.Migration.objects.filter(app="accounts")
    kept = list(rows)
    rows.delete()
    assert client.get("/readyz").status_code == 503
    MigrationRecorder.Migration.objects.bulk_create(kept)
    assert client.get("/readyz").status_code == 200


def test_a_silent_database_is_not_ready_and_the_log_says_why(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse() -> None:
        raise OperationalError("could not connect to db.internal as calls")

    monkeypatch.setattr(connection, "cursor", refuse)
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"database unavailable")
    record = caplog.records[0]
    OneLine().filter(record)
    assert record.getMessage() == (
        "not ready (database down: could not connect to db.internal as calls)"
    )


@pytest.mark.django_db
def test_once_ready_only_the_database_is_asked(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/readyz")
    with django_assert_num_queries(1):
        client.get("/readyz")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_any_host_is_answered_over_plain_http(
    client: Client, settings: Settings, path: str
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    assert client.get(path, HTTP_HOST="10.1.2.3:8000").status_code == 200
