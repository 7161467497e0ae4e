"""How long messages are kept, and that keys may change."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import time_machine
from cryptography.fernet import Fernet
from django.core.management import call_command
from pytest_django import Settings

from appoints.alerts import deliveries, incidents, retention
from appoints.alerts.models import Delivery, Incident, Rule
from dashboard.accounts.models import User
from dashboard.notify.outcome import Outcome
from tests.alerts.made import SECRET, rule_of


def test_messages_end_after_thirty_days_and_what_still_holds_stays(
    ana: User, clock: time_machine.Traveller
) -> None:
    over, holding = rule_of(ana, name="Over"), rule_of(ana, name="Holding")
    for rule in (over, holding):
        incidents.observe(rule, True, {})
    for delivery in deliveries.waiting():
        assert deliveries.claim(delivery)
        deliveries.settle(delivery, Outcome())
    incidents.observe(over, False, {})
    clock.shift(retention.KEPT - timedelta(minutes=1))
    call_command("purge", stdout=StringIO())
    assert Delivery.objects.count() == 3
    clock.shift(timedelta(minutes=2))
    call_command("purge", stdout=StringIO())
    # The message of the end still waits, for nobody has sent it.
    assert set(Delivery.objects.values_list("rule__name", "status")) == {("Over", "waiting")}
    assert set(Incident.objects.values_list("rule__name", flat=True)) == {"Over", "Holding"}
    deliveries.drop(Delivery.objects.all(), "ended")
    clock.shift(retention.KEPT + timedelta(minutes=1))
    call_command("purge", stdout=StringIO())
    assert Delivery.objects.count() == 0
    assert [each.rule for each in Incident.objects.all()] == [holding]


def test_questions_and_secrets_follow_the_first_key(ana: User, settings: Settings) -> None:
    rule = rule_of(ana, query="preset=today&number=13900001234", url="https://hooks.example/")
    old, new = settings.CREDENTIAL_KEYS[0], Fernet.generate_key().decode()
    settings.CREDENTIAL_KEYS = [new, old]
    call_command("rotate_credentials", stdout=StringIO())
    settings.CREDENTIAL_KEYS = [new]
    found = Rule.objects.get(pk=rule.pk)
    assert found.query == "preset=today&number=13900001234"
    assert found.secret.reveal() == SECRET
    settings.CREDENTIAL_KEYS = [old]
    assert Rule.objects.get(pk=rule.pk).query is None
