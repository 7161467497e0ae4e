"""A person asks for newer rows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client

from appoints.connections.models import Connection
from appoints.isales.simulator import Simulator
from appoints.snapshots.models import Snapshot
from tests.screen import Screen, words_of


@pytest.fixture
def link(signed_in: Client, connection: Connection, simulator: Simulator) -> str:
    """The link of a page whose rows took a minute to load and came three minutes ago."""
    page = signed_in.get("/appoints/?state=reached").content.decode()
    Snapshot.objects.update(
        worked=60.0,
        as_of=F("as_of") - timedelta(minutes=3),
        ended=F("ended") - timedelta(minutes=2),
    )
    simulator.calls.clear()
    [link] = [link for link in Screen(page).all(".as-of a") if words_of(link) == "refresh"]
    return f"/appoints/{link.attributes['href']}"


def test_opening_the_page_again_asks_nothing_yet(
    signed_in: Client, link: str, simulator: Simulator
) -> None:
    signed_in.get("/appoints/?state=reached")
    assert simulator.list_calls == []


def test_the_link_brings_newer_rows_and_leads_back_to_the_address(
    signed_in: Client, link: str, simulator: Simulator
) -> None:
    response = signed_in.get(link)
    assert response.status_code == 302
    assert "refresh" not in response["Location"]
    assert "state=reached" in response["Location"]
    assert "means nothing here" not in signed_in.get(response["Location"]).content.decode()
    assert simulator.list_calls


def test_a_script_gets_them_at_once(
    signed_in: Client, link: str, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appoints.pages.list.POLL_WAIT", 20)  # on a busy machine, too
    response = signed_in.get(link, headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert simulator.list_calls
    assert "refresh=1" not in response.content.decode().replace('refresh=1">refresh', "")


def test_clicks_without_end_cost_no_more_than_the_pace_allows(
    signed_in: Client, link: str, simulator: Simulator
) -> None:
    for _ in range(5):
        signed_in.get(link, follow=True)
    assert len({call.body["offset"] for call in simulator.list_calls}) == len(simulator.list_calls)
