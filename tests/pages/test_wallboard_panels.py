"""A wallboard may show sections of Insight in place of its charts."""

from __future__ import annotations

import pytest
from django.test import Client

from appoints.connections.models import Connection
from tests.screen import Screen


def test_the_address_says_which_sections_stand_in_place_of_the_charts(
    signed_in: Client, connection: Connection
) -> None:
    page = Screen(signed_in.get("/wallboard/?preset=today&show=load,silence"))
    assert [each.attributes["id"] for each in page.all(".wall-panel h2")] == [
        "wall-silence",
        "wall-load",
    ]
    assert not page.all(".charts")
    [again] = page.values("#answer", "hx-get")
    assert again == "?connection=demo&preset=today&show=silence,load"


@pytest.mark.parametrize("show", ["", "&show=nothing"])
def test_without_it_the_charts_are_there(
    signed_in: Client, connection: Connection, show: str
) -> None:
    page = Screen(signed_in.get(f"/wallboard/?preset=today{show}"))
    assert page.all(".charts") and not page.all(".wall-panel")


def test_a_panel_leads_to_its_page_and_its_figures_to_their_rows(
    signed_in: Client, connection: Connection
) -> None:
    page = Screen(signed_in.get("/wallboard/?preset=today&show=silence"))
    links = page.links(".wall-panel a")
    assert links[0] == "/insight/silence/?connection=demo&preset=today"
    assert all(link.startswith(("/appoints/?", "/insight/")) for link in links)
