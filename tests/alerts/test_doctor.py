"""What the doctor says of e-mail and of alerts that are to be checked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from appoints.alerts.models import Rule
from appoints.doctor import messages
from dashboard.accounts.models import User
from tests.alerts.made import rule_of
from tests.notify.mail_server import MailServer


def said() -> list[str]:
    return [str(each) for each in messages.look()]


def test_without_rules_nothing_is_missing(db: None, settings: Settings) -> None:
    settings.EMAIL = None
    assert [each.partition(":")[0] for each in said()] == ["ok", "ok"]


def test_a_mail_server_that_is_missing_is_named(ana: User, settings: Settings) -> None:
    settings.EMAIL = None
    rule_of(ana)
    assert said()[0].startswith("warning: EMAIL_URL: not set, though 1 alerts")


def test_a_mail_server_is_reached_without_a_message(mail_server: MailServer, db: None) -> None:
    assert said()[0] == "ok:      EMAIL_URL: the mail server answers."
    assert mail_server.messages == []


def test_a_mail_server_that_is_gone_is_told(mail_server: MailServer, db: None) -> None:
    mail_server.shutdown()
    mail_server.server_close()
    assert said()[0].startswith("wrong:   EMAIL_URL: The mail server could not be reached.")


@pytest.mark.parametrize(("minutes", "grade"), [(1, "ok"), (30, "wrong")])
def test_alerts_that_nothing_checks_are_told(ana: User, minutes: int, grade: str) -> None:
    rule_of(ana)
    Rule.objects.update(
        created=timezone.now() - timedelta(hours=1),
        checked_at=timezone.now() - timedelta(minutes=minutes),
    )
    assert said()[1].startswith(f"{grade}:")
