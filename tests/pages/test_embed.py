"""The list in a portal's frame; how the frame is signed in, tests/accounts/test_frames.py tells."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from dashboard.accounts.models import User
from dashboard.audit.models import Event
from tests.factories import at_hand, browser_of, connection_to, raw
from tests.screen import Screen, ids_of, text_of

QUERY = "preset=last-7d&q=x&per_page=25"


@pytest.fixture
def frame(supervisor: User, settings: Settings) -> Client:
    """The supervisor's browser, and thirty calls at hand."""
    settings.FRAME_ANCESTORS = ["https://portal.example"]
    cache.clear()
    at_hand(connection_to(), [raw(number) for number in range(30)])
    return browser_of(supervisor)


def test_a_frame_shows_the_rows_of_the_list_without_what_stands_around_them(frame: Client) -> None:
    response = frame.get("/embed/?agent=agent1&sort=-appoint_time")
    shown = Screen(response)
    assert shown.links("tbody a") == Screen(
        frame.get("/appoints/?agent=agent1&sort=-appoint_time")
    ).links("tbody a")
    assert shown.all("form, .filters, .shell-header, .shell-footer, .files, .link-menu") == []
    assert "csrftoken" not in response.cookies


@pytest.mark.parametrize("query", ["", "?q=nothing-like-it", "?from=never", "?page=9"])
def test_a_link_leads_to_the_frame_or_to_a_tab_of_its_own(frame: Client, query: str) -> None:
    for headers in ({}, {"HX-Request": "true"}):
        links = Screen(frame.get(f"/embed/{query}", headers=headers)).all("a")
        away = [each for each in links if (each.attributes["href"] or "")[:1] not in ("?", "#", "")]
        assert {each.attributes.get("target") for each in away} <= {"_blank"}
        assert {each.attributes.get("rel") for each in away} <= {"noopener"}


def test_a_wrong_address_of_a_frame_says_what_is_wrong(frame: Client) -> None:
    response = frame.get("/embed/?from=never")
    assert response.status_code == 400
    assert Screen(response).texts("[role=alert] p")[0] == "The address of this frame is wrong."
    assert " From: " in text_of(response)
    assert ids_of(response) == []


def test_a_refresh_of_a_frame_brings_its_rows_and_no_menus(frame: Client) -> None:
    part = Screen(frame.get("/embed/", headers={"HX-Request": "true"}))
    assert len(part.all("#calls tbody tr")) == 30
    assert part.all("#filter-menus, .shell-header") == []
    again = frame.get("/embed/?refresh=1&state=due")["Location"]
    assert again == "/embed/?connection=demo&state=due"


def test_a_look_by_a_frame_is_recorded_as_one(frame: Client) -> None:
    frame.get("/embed/")
    details: Any = Event.objects.get(action=Event.Action.LOOK).details
    assert details["page"] == "embed"
