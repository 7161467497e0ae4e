"""E-mail goes to a real server, and what that says of it is known."""

from __future__ import annotations

import socket

import pytest
from pytest_django import Settings

from dashboard.notify import email
from dashboard.notify.email import Attachment, Email
from dashboard.notify.outcome import Outcome
from tests.notify.conftest import set_up
from tests.notify.mail_server import MailServer

FILE = Attachment("rows.csv", "número\r\n1\r\n".encode(), "text/csv")


def message(**changes: object) -> Email:
    fields = {"to": "ana@example.com", "subject": "Überfällig: 3", "text": "3 calls\n呼叫\n"}
    return Email(**{**fields, "id": "abc", "language": "de", **changes})  # type: ignore[arg-type]


def test_a_message_arrives_as_it_was_written(mail_server: MailServer) -> None:
    assert email.send(message(files=[FILE])) == Outcome()
    [found] = mail_server.messages
    body = found.get_body()
    assert body is not None
    assert (found["Subject"], found["To"]) == ("Überfällig: 3", "ana@example.com")
    assert found["From"] == "Calls <calls@dashboard.example>"
    assert body.get_content().splitlines() == ["3 calls", "呼叫"]
    [file] = found.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("rows.csv", "número\r\n1\r\n")


def test_each_try_has_the_same_id_and_asks_for_no_answer(mail_server: MailServer) -> None:
    for _ in range(2):
        email.send(message())
    ids = {found["Message-ID"] for found in mail_server.messages}
    assert ids == {"<abc@dashboard.example>"}
    assert {found["Auto-Submitted"] for found in mail_server.messages} == {"auto-generated"}


def test_a_subject_of_several_lines_adds_no_header(mail_server: MailServer) -> None:
    assert email.send(message(subject="a\r\nBcc: eve@example.com")).is_sent
    assert mail_server.messages[0]["Subject"] == "a Bcc: eve@example.com"
    assert len(mail_server.receivers) == 1


@pytest.mark.parametrize(
    ("command", "reply", "expected"),
    [
        ("RCPT", "550 no such mailbox", Outcome("bounced", "550 no such mailbox")),
        ("RCPT", "450 greylisted", Outcome("bounced", "450 greylisted", again=True)),
        ("CONTENT", "552 too large", Outcome("mail-refused", "552 too large")),
        ("CONTENT", "451 later", Outcome("mail-refused", "451 later", again=True)),
        ("MAIL", "553 not you", Outcome("mail-refused", "553 not you")),
    ],
)
def test_what_the_server_refuses_is_said_in_its_words(
    mail_server: MailServer, command: str, reply: str, expected: Outcome
) -> None:
    mail_server.refuse[command] = reply
    assert email.send(message()) == expected


def test_a_server_that_is_not_there_may_be_tried_again(settings: Settings) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        set_up(settings, free.getsockname()[1])
        found = email.send(message())
    assert (found.kind, found.again) == ("mail-unreachable", True)


def test_a_server_that_says_nothing_is_left_after_its_time(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        set_up(settings, silent.getsockname()[1], timeout=0.05)
        found = email.send(message())
    assert (found.kind, found.again) == ("too-slow", True)


def test_without_a_server_nothing_is_sent(settings: Settings) -> None:
    settings.EMAIL = None
    assert not email.is_set_up()
    assert email.send(message()) == Outcome("no-email")
