"""A person asks for newer rows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db.models import F
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from appoints.access.models import Grant
from appoints.connections.models import Connection
from appoints.isales.simulator import Simulator
from appoints.snapshots.models import Snapshot
from tests.factories import browser_of, person
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


def fragment(client: Client, address: str, version: str = "") -> HttpResponse:
    """Ask as the page's own refresh does; ``version`` is that of the rows which it shows."""
    return client.get(address, headers={"HX-Request": "true", "If-None-Match": version})


def version_of(response: HttpResponse) -> str:
    return Screen(response).one("#answer").attributes["data-version"] or ""


@pytest.mark.usefixtures("noon_of_a_weekday")  # at midnight "today" has other rows at once
@pytest.mark.parametrize("preset", ["today", "overdue", "next-1h"])
def test_a_refresh_of_the_same_answer_brings_nothing(
    signed_in: Client, connection: Connection, preset: str
) -> None:
    address = f"/appoints/?preset={preset}"
    shown = version_of(signed_in.get(address))
    again = fragment(signed_in, address, shown)
    assert (again.status_code, again.content) == (204, b"")
    assert fragment(signed_in, address).status_code == 200


def test_what_looks_another_way_is_another_version(
    signed_in: Client, connection: Connection
) -> None:
    shown = version_of(signed_in.get("/appoints/?preset=last-7d"))
    for more in ("state=failed", "sort=-delay", "page=2", "per_page=25", "tz=Asia/Tokyo"):
        assert fragment(signed_in, f"/appoints/?preset=last-7d&{more}", shown).status_code == 200
    signed_in.cookies[settings.LANGUAGE_COOKIE_NAME] = "ar"
    assert fragment(signed_in, "/appoints/?preset=last-7d", shown).status_code == 200


def test_newer_rows_are_another_version(
    signed_in: Client, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appoints.pages.list.POLL_WAIT", 20)  # on a busy machine, too
    address = "/appoints/?state=reached"
    shown = version_of(signed_in.get(address))
    signed_in.get(link)
    assert fragment(signed_in, address, shown).status_code == 200


def test_a_call_that_comes_into_a_moving_range_is_another_version(
    signed_in: Client, connection: Connection, simulator: Simulator, settings: Any
) -> None:
    settings.APPOINTS_FRESH_FOR = timedelta(minutes=10)
    now = timezone.now().replace(microsecond=0)
    soon = round((now + timedelta(minutes=61)).timestamp() * 1000)
    simulator.listing.source = [{"appointId": "1", "appointTime": soon}]
    with time_machine.travel(now, tick=True):
        shown = version_of(signed_in.get("/appoints/?preset=next-1h&tz=UTC"))
    with time_machine.travel(now + timedelta(seconds=15), tick=True):
        assert fragment(signed_in, "/appoints/?preset=next-1h&tz=UTC", shown).status_code == 204
    with time_machine.travel(now + timedelta(minutes=2), tick=True):
        assert fragment(signed_in, "/appoints/?preset=next-1h&tz=UTC", shown).status_code == 200


def test_who_sees_less_has_a_version_of_their_own(
    signed_in: Client, connection: Connection
) -> None:
    shown = version_of(signed_in.get("/appoints/?preset=last-7d"))
    everybody = Grant.objects.get()
    everybody.agents = ["101"]
    everybody.save()
    limited = browser_of(person("north"))
    assert fragment(limited, "/appoints/?preset=last-7d", shown).status_code == 200
