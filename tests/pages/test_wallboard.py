"""The wallboard: what needs action, with nothing to operate, and never a stale screen as if new."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from appoints.connections.models import Connection
from appoints.isales.simulator import Simulator
from appoints.snapshots.models import Snapshot
from tests.factories import held
from tests.screen import Screen

PART = {"HX-Request": "true"}


def distances(page: str) -> list[str]:
    """Return how far off the calls of a page are, in its words."""
    return Screen(page).texts("time.relative-time")


def test_it_shows_what_the_list_counts_without_its_chrome(
    signed_in: Client, connection: Connection
) -> None:
    board = signed_in.get("/wallboard/?preset=today")
    counts = {tile.value: tile.rows for tile in board.context["board"].tiles}
    shown = {calls.state: calls.total for calls in board.context["board"].to_act_on}
    assert shown == {name: counts[name] for name in ("due", "overdue")}
    page = board.content.decode()
    assert "shell-header" not in page and "<form" not in page


def test_without_a_question_it_is_about_today(signed_in: Client, connection: Connection) -> None:
    assert signed_in.get("/wallboard/").context["address"] == "connection=demo&preset=today"


def test_unknown_parameters_are_named_and_ignored(
    signed_in: Client, connection: Connection
) -> None:
    board = signed_in.get("/wallboard/?preset=today&show=load&agnet=101")
    assert Screen(board.content.decode()).texts(".notice") == [
        "The address has a parameter that means nothing here and was ignored: agnet."
    ]


def test_it_costs_isales_nothing_beside_the_list(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    signed_in.get("/appoints/?preset=today")
    asked = len(simulator.calls)
    signed_in.get("/wallboard/?preset=today")
    assert len(simulator.calls) == asked


@pytest.mark.parametrize("query", ["preset=never", "per_page=7"])
def test_what_is_wrong_is_explained_by_the_list(
    signed_in: Client, connection: Connection, query: str
) -> None:
    assert signed_in.get(f"/wallboard/?{query}").headers["Location"] == f"/appoints/?{query}"


def test_a_wall_that_can_show_nothing_says_so_and_goes_on_asking(
    signed_in: Client, connection: Connection
) -> None:
    Connection.objects.update(active=False)
    part = signed_in.get("/wallboard/?connection=demo&preset=today", headers=PART)
    page = part.content.decode()
    assert "cannot show this now" in page and 'class="tile' not in page
    assert 'hx-get="?connection=demo&amp;preset=today"' in page and 'data-every="30"' in page
    assert 'href="/appoints/?connection=demo&amp;preset=today"' in page


def test_too_many_rows_are_for_the_list(
    signed_in: Client, connection: Connection, settings
) -> None:
    settings.APPOINTS_MOST_ROWS = 10
    response = signed_in.get("/wallboard/?preset=last-7d")
    assert response.headers["Location"] == "/appoints/?preset=last-7d"


def test_a_failure_of_isales_is_said_and_the_page_goes_on_asking(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    simulator.fault = "html"
    page = signed_in.get("/wallboard/")
    assert page.status_code == 502
    assert 'data-every="30"' in page.content.decode()
    assert signed_in.get("/wallboard/", headers=PART).status_code == 200


def test_older_rows_stand_with_their_age_where_newer_ones_fail(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:

    signed_in.get("/wallboard/")
    Snapshot.objects.update(as_of=timezone.now() - timedelta(minutes=9))
    simulator.fault = "html"
    page = signed_in.get("/wallboard/").content.decode()
    assert "The rows below are 9 min old." in page
    assert "is-outdated" in page
    assert 'class="tile tile-overdue"' in page


def test_rows_that_are_as_old_as_rows_may_be_are_live(
    signed_in: Client, connection: Connection
) -> None:
    signed_in.get("/wallboard/")
    page = signed_in.get("/wallboard/").content.decode()
    assert "is-outdated" not in page and 'data-limit="90"' in page


def test_distances_do_not_go_on_ageing_over_rows_that_are_old(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    last = timezone.localdate()  # by name: midnight may pass within three hours
    address = f"/wallboard/?from={last - timedelta(days=6)}&to={last}"
    first = distances(signed_in.get(address).content.decode())
    simulator.fault = "html"
    with time_machine.travel(timezone.now() + timedelta(hours=3)):
        later = distances(signed_in.get(address).content.decode())
    assert first and first == later


def test_while_rows_load_no_count_of_a_part_is_shown(
    signed_in: Client, connection: Connection, simulator: Simulator, settings: Any
) -> None:
    settings.APPOINTS_PAGE_WAIT = 0
    with held(simulator):
        page = Screen(signed_in.get("/wallboard/?preset=last-7d"))
    assert page.all("[data-every='2']"), "the rows are here already"
    assert not any(
        each[-1:].isdigit() for each in page.values("[aria-label^=Overdue]", "aria-label")
    )


def test_a_signed_out_wall_says_so(client: Client, db: None) -> None:
    assert "Sign in again" in client.get("/wallboard/", headers=PART).content.decode()
