"""Calls that moved to a day whose rows are older: pages say so, files are not sent."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from appoints.connections.models import Connection
from appoints.encryption import encrypt
from appoints.isales.simulator import Simulator
from appoints.snapshots.models import Snapshot
from tests.screen import Screen


@pytest.fixture
def _lacking(signed_in: Client, connection: Connection, simulator: Simulator) -> None:
    """All of today is at hand but for a call that moved there, and iSales fails."""
    signed_in.get("/appoints/?preset=today")
    Snapshot.objects.update(expected=encrypt(json.dumps({"1": "139"}).encode()))
    simulator.fault = "html"


@pytest.mark.usefixtures("_lacking")
@pytest.mark.parametrize("page", ["/appoints/", "/wallboard/"])
def test_a_page_names_the_days_that_lack_calls(signed_in: Client, page: str) -> None:
    notices = Screen(signed_in.get(f"{page}?preset=today")).texts(".notice")
    assert sum("Calls were moved to" in each for each in notices) == 1


@pytest.mark.usefixtures("_lacking")
def test_a_file_is_not_sent(signed_in: Client) -> None:
    assert signed_in.get("/appoints/export.csv?preset=today").status_code in (502, 503)


def test_a_file_waits_for_the_day_that_lacks_a_call(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    signed_in.get("/appoints/?preset=today")
    Snapshot.objects.update(expected=encrypt(json.dumps({"1": "139"}).encode()))
    simulator.calls.clear()
    assert signed_in.get("/appoints/export.csv?preset=today").status_code == 200
    assert simulator.list_calls
