"""Refusals are one line in the log; a defect of ours tells where it happened."""

from __future__ import annotations

import logging
from unittest.mock import patch

import pytest
from django.test import Client

from dashboard.operations import health


def lines(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [each for each in caplog.records if each.name == "django.request"]


@pytest.mark.parametrize(
    ("path", "status"), [("/audit/", 403), ("/nowhere/", 404), ("/appoints/x/", 404)]
)
def test_a_page_that_is_refused_has_no_traceback(
    signed_in: Client, caplog: pytest.LogCaptureFixture, path: str, status: int
) -> None:
    assert signed_in.get(path).status_code == status
    (line,) = lines(caplog)
    assert line.exc_info is None


def test_a_page_that_fails_has_its_traceback(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    client.raise_request_exception = False
    with patch.object(health, "readiness", side_effect=LookupError):
        assert client.get("/readyz").status_code == 500
    (line,) = lines(caplog)
    assert line.exc_info
