"""One message: made as its person may see it now, and handed over."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from django.conf import settings
from django.utils import timezone, translation

from appoints.alerts import messages, report
from appoints.alerts.models import Delivery, Rule
from appoints.alerts.questions import Asked, asked
from appoints.alerts.transmitting import Send
from appoints.encryption import WrongKey
from appoints.isales.errors import HostRefused
from appoints.isales.hosts import WEBHOOKS
from appoints.isales.transport import Transport, request_deadline
from dashboard.accounts.models import Preferences
from dashboard.notify import email, webhook
from dashboard.notify.email import Email
from dashboard.notify.outcome import Outcome, failed
from dashboard.notify.webhook import Webhook

WEBHOOK_TIME = 10.0  # seconds for all of a webhook


class NoRights(Exception):
    """The person may not ask what the rule asks, or not any more."""


def made(delivery: Delivery, wait: float) -> Send:
    """Return what sends a message; it touches no database.

    ``wait`` is how many seconds the rows of a report may take. Raises NoRights, FiguresMissing.
    """
    with as_person(delivery.rule):
        found = asked(delivery.rule, delivery.slot)
        if found is None:
            raise NoRights
        return _made(delivery, found, wait)


def _made(delivery: Delivery, found: Asked, wait: float) -> Send:
    if delivery.channel == Delivery.Channel.WEBHOOK:
        hook = messages.webhook(delivery, found)
        return lambda: post(hook)
    if not delivery.rule.person.email:
        return lambda: failed("no-address")
    if delivery.rule.is_report:
        message = report.email(delivery, found, wait)
    else:
        message = messages.email(delivery, found)
    return lambda: mail(message)


def mail(message: Email) -> Outcome:
    """Hand an e-mail over."""
    return email.send(message)


def post(hook: Webhook) -> Outcome:
    """Post a webhook, if its host may be called."""
    request_deadline.set(time.monotonic() + WEBHOOK_TIME)
    try:
        return webhook.send(hook, Transport(_tls(), settings.WEBHOOK_HOSTS, WEBHOOKS))
    except HostRefused:
        return failed("host-refused")
    except WrongKey:
        return failed("no-secret")


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


@contextmanager
def as_person(rule: Rule) -> Iterator[None]:
    """Write in the language and the zone of a rule's person."""
    own = Preferences.of(rule.person)
    language = own.language if own.language in dict(settings.LANGUAGES) else rule.language
    with translation.override(language or settings.LANGUAGE_CODE), timezone.override(own.zone):
        yield
