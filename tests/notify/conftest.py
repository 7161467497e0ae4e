from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from dashboard.environment.email import EmailSettings
from tests.notify.mail_server import MailServer
from tests.notify.receiver import Receiver

SMTP = "django.core.mail.backends.smtp.EmailBackend"


def set_up(settings: Settings, port: int, timeout: float = 5) -> None:
    """Let e-mail go to a server on loopback."""
    options = {"host": "127.0.0.1", "port": port, "timeout": timeout}
    settings.EMAIL = EmailSettings(SMTP, options, "Calls <calls@dashboard.example>")


@pytest.fixture
def mail_server(settings: Settings) -> Iterator[MailServer]:
    with MailServer().running() as server:
        set_up(settings, server.port)
        yield server


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    settings.WEBHOOK_HOSTS = ["127.0.0.1"]
    with Receiver().running() as server:
        yield server
