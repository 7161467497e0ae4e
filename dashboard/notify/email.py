"""E-mail by Django's mail backends, with what became of it."""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.module_loading import import_string

from dashboard.notify.outcome import NOT_SET_UP, SENT, Outcome, failed

TEMPORARY = range(400, 500)  # SMTP's replies after which another try may help


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of an e-mail."""

    name: str
    content: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Email:
    """A message to one address. ``id`` is the same in each try, so that mail programs know it."""

    to: str
    subject: str
    text: str
    id: str
    language: str
    files: Sequence[Attachment] = ()


def is_set_up() -> bool:
    """Tell whether the operator has set up e-mail (EMAIL_URL)."""
    return settings.EMAIL is not None


def send(email: Email) -> Outcome:
    """Hand an e-mail to the mail server; each step waits a few seconds at most."""
    return _tried(lambda backend, sender: backend.send_messages([_message(email, sender)]))


def reach() -> Outcome:
    """Reach the mail server, sign in and leave, without a message."""

    def come_and_go(backend: Any, _sender: str) -> None:
        backend.open()
        backend.close()

    return _tried(come_and_go)


def _tried(action: Callable[[Any, str], object]) -> Outcome:
    """Let an action have Django's backend and our address; return what the server said to it."""
    chosen = settings.EMAIL
    if chosen is None:
        return NOT_SET_UP
    # Django 6.1 and newer want the name of a backend; 5.2 does not look at it.
    backend = import_string(chosen.backend)(alias="default", **chosen.options)
    try:
        action(backend, chosen.sender)
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        return failed("bounced", _said(code, words), again=code in TEMPORARY)
    except smtplib.SMTPAuthenticationError as error:
        return failed("mail-sign-in", _said(error.smtp_code, error.smtp_error), again=True)
    except smtplib.SMTPConnectError as error:
        return failed("mail-unreachable", _said(error.smtp_code, error.smtp_error), again=True)
    except smtplib.SMTPResponseException as error:
        said = _said(error.smtp_code, error.smtp_error)
        return failed("mail-refused", said, again=error.smtp_code in TEMPORARY)
    except (OSError, smtplib.SMTPException) as error:
        # smtplib tells of a time-out as of a server that hung up.
        slow = isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)
        return failed("too-slow" if slow else "mail-unreachable", error, again=True)
    return SENT


def _message(email: Email, sender: str) -> EmailMessage:
    host = sender.rpartition("@")[2].strip("> ")
    headers = {
        "Message-ID": f"<{email.id}@{host}>",
        "Content-Language": email.language,
        # Nobody's absence note is to answer.
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    subject = " ".join(email.subject.split())
    message = EmailMessage(subject, email.text, sender, [email.to], headers=headers)
    for file in email.files:
        message.attach(file.name, file.content, file.content_type)
    return message


def _said(code: int, words: bytes | str) -> str:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return f"{code} {text}"
