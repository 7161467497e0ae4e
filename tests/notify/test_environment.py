"""EMAIL_URL says which mail server, and as whom the dashboard writes."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from dashboard.environment.email import EmailSettings, email

SMTP = "django.core.mail.backends.smtp.EmailBackend"
HOSTS = ["calls.example", "localhost"]


@pytest.fixture(autouse=True)
def environ(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.delenv("EMAIL_URL", raising=False)
    monkeypatch.delenv("EMAIL_URL_FILE", raising=False)
    return monkeypatch


def read(environ: pytest.MonkeyPatch, url: str) -> EmailSettings | None:
    environ.setenv("EMAIL_URL", url)
    return email(HOSTS)


def test_without_it_no_email_is_set_up() -> None:
    assert email(HOSTS) is None


def test_it_names_server_user_and_sender(environ: pytest.MonkeyPatch) -> None:
    url = "smtp+tls://ana:p%40ss@mail.example:587/?from=Calls%20%3Ccalls%40corp.example%3E"
    found = read(environ, url)
    options = {"host": "mail.example", "port": 587, "username": "ana", "password": "p@ss"}
    options = {**options, "use_tls": True, "timeout": 10}
    assert found == EmailSettings(SMTP, options, "Calls <calls@corp.example>")
    assert "p@ss" not in repr(found)


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("smtp://mail.example:25", "reserved-calls@calls.example"),
        ("smtp+ssl://ana%40corp.example:x@mail.example:465", "ana@corp.example"),
        ("smtp://ana:x@mail.example", "reserved-calls@calls.example"),
        ("consolemail://", "reserved-calls@calls.example"),
        ("filemail:////tmp/mails", "reserved-calls@calls.example"),
    ],
)
def test_without_a_sender_the_user_or_the_dashboard_writes(
    environ: pytest.MonkeyPatch, url: str, sender: str
) -> None:
    found = read(environ, url)
    assert found is not None
    assert found.sender == sender


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mail.example", "must be like"),
        ("https://user:secret@mail.example", "must be like"),
        ("smtp://user:secret@mail.example:x", "must be like"),
        ("smtp://", "names no mail server"),
        ("smtp://mail.example/?from=nobody", "is no e-mail address"),
        ("smtp://mail.example/?from=a%40b.example%0ABcc%3A%20c", "is no e-mail address"),
    ],
)
def test_what_is_wrong_is_said_without_the_password(
    environ: pytest.MonkeyPatch, url: str, words: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=words) as raised:
        read(environ, url)
    assert "secret" not in str(raised.value)
