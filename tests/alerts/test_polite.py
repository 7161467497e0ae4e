"""Alerts ask iSales no more than pages would: what is at hand is shared by all who ask."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

from appoints.alerts.models import Rule
from appoints.connections.models import Connection
from appoints.isales.simulator import Simulator
from dashboard.accounts.models import User
from tests.alerts.made import rule_of
from tests.factories import browser_of, person

pytestmark = pytest.mark.usefixtures("noon_of_a_weekday")


@pytest.fixture
def people(connection: Connection) -> list[User]:
    """Three people, each with every kind of alert, on the same day."""
    found = [person(f"person {number}", email="ana@example.com") for number in range(3)]
    kinds = [kind for kind in Rule.Kind.values if kind != Rule.Kind.REPORT]
    for each in found:
        for kind in kinds:
            rule_of(each, kind, limit=60)
    return found


def test_twelve_alerts_cost_as_many_calls_as_one_page(
    connection: Connection, simulator: Simulator, people: list[User]
) -> None:
    browser_of(people[0]).get("/appoints/?preset=today")
    of_a_page = len(simulator.list_calls)
    simulator.calls.clear()
    connection.snapshots.all().delete()
    call_command("notify", stdout=StringIO())
    assert 0 < len(simulator.list_calls) <= of_a_page
    assert {rule.checked["trouble"] for rule in Rule.objects.all()} == {""}


def test_rows_at_hand_are_used_without_a_call(
    connection: Connection, simulator: Simulator, people: list[User]
) -> None:
    browser_of(people[0]).get("/appoints/?preset=today")
    simulator.calls.clear()
    call_command("notify", stdout=StringIO())
    assert simulator.list_calls == []
