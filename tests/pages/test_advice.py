"""What stands where rows would: what happened, what to do, and one thing to do first."""

from __future__ import annotations

import pytest
from django.test import Client

from appoints.connections.models import Connection
from appoints.isales.simulator import Simulator
from tests.factories import administrator, browser_of
from tests.screen import Screen, text_of

AGAIN, MEND, LEAVE = "Try again", "Open the connection", "Show all calls of today"
FIRST = {
    "401": MEND,
    "403": MEND,
    "code:0200001": LEAVE,
    **dict.fromkeys(("code:0200022", "418", "503", "cut", "close"), AGAIN),
}


@pytest.fixture
def administrators_browser(transactional_db: None) -> Client:
    return browser_of(administrator())


def first_act(response) -> str:
    """The words of the one prominent link; there must not be two."""
    (words,) = Screen(response).texts("section.empty-state a.btn-primary")
    return words


@pytest.mark.parametrize(("fault", "first"), FIRST.items())
def test_each_failure_has_a_title_advice_and_one_thing_to_do_first(
    administrators_browser: Client,
    connection: Connection,
    simulator: Simulator,
    fault: str,
    first: str,
) -> None:
    simulator.fault = fault
    response = administrators_browser.get("/appoints/?preset=last-7d&number=4711")
    title, advice = Screen(response).texts("section.empty-state h2, section.empty-state h2 + p")
    assert len(title) >= 10 and len(advice) >= 10
    assert first_act(response) == first


def test_who_cannot_mend_a_connection_is_told_what_to_say_to_whom(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    simulator.fault = "401"
    response = signed_in.get("/appoints/")
    assert first_act(response) == AGAIN
    assert "An administrator will want to know: connection Demo," in text_of(response)
    assert "/admin/" not in (Screen(response).one("section.empty-state").html or "/admin/")


def test_what_only_needs_time_is_tried_again_by_the_page(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    simulator.fault = "429:7"
    page = signed_in.get("/appoints/").content.decode()
    assert 'hx-trigger="every 7s"' in page
    assert '<noscript><meta http-equiv="refresh" content="7">' in page


def test_the_first_visit_shows_an_administrator_how_to_begin(
    administrators_browser: Client,
) -> None:
    response = administrators_browser.get("/appoints/")
    assert first_act(response) == "Add a connection"
    assert "manage.py check_connection" in text_of(response)


def test_the_first_visit_tells_others_whom_to_ask(signed_in: Client) -> None:
    response = signed_in.get("/appoints/")
    assert "Ask an administrator of this dashboard" in text_of(response)
    assert "/admin/" not in (Screen(response).one("section.empty-state").html or "/admin/")
    assert first_act(response) == "Look again"


def test_connections_that_are_switched_off_are_to_be_switched_on(
    administrators_browser: Client, connection: Connection
) -> None:
    Connection.objects.update(active=False)
    assert first_act(administrators_browser.get("/appoints/")) == "Open the connections"


@pytest.mark.parametrize("path", ["/nowhere", "/admin/appoints/"])
def test_an_error_page_leads_back(signed_in: Client, path: str) -> None:
    response = signed_in.get(path, follow=True)
    assert response.status_code in (403, 404)
    assert first_act(response) == "Go to the reservations"
