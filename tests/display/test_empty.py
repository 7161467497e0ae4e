"""Where nothing matches: which filter to leave out, and how many rows that brings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import parse_qsl

import pytest
from django.test import Client

from appoints.connections.models import Connection
from appoints.isales.simulator import Simulator
from tests.screen import Screen, address_of, number_of, text_of, total_of, words_of

pytestmark = pytest.mark.usefixtures("noon_of_a_weekday")


def suggestions(response) -> Iterator[tuple[str, int | None, dict[str, str]]]:
    """Each filter to leave out: its words, its rows, and what is asked without it."""
    for link in Screen(response).all("a.btn:has(> .visually-hidden)"):
        asked = dict(parse_qsl(address_of(link).removeprefix("?")))
        rows = link.css_first("b")
        found = number_of(words_of(rows).split()[0]) if rows else None
        yield words_of(link.css_first("bdi")), found, asked


EMPTY: list[dict[str, str]] = [
    {"preset": "tomorrow", "state": "failed"},
    {"state": "reached", "cause_group": "customer"},
    {"state": "upcoming", "late": "1", "call_type": "2"},
    {"q": "no such words", "state": "failed", "late": "1"},
]


def test_each_count_is_what_one_gets_without_the_filter(
    signed_in: Client, connection: Connection
) -> None:
    for asked in EMPTY:
        found = list(suggestions(signed_in.get("/appoints/", asked)))
        counts = [rows for _, rows, _ in found]
        assert found, asked
        assert counts == sorted(counts, reverse=True), asked
        brought = [total_of(signed_in.get("/appoints/", without)) for _, _, without in found]
        assert counts == brought, asked


def test_where_no_single_filter_is_to_blame_all_go_together(
    signed_in: Client, connection: Connection
) -> None:
    ((words, rows, asked),) = suggestions(
        signed_in.get("/appoints/", {"q": "nobody", "cause": "99999", "state": "due"})
    )
    assert words == "Due, cause 99999, with “nobody”"
    assert rows == total_of(signed_in.get("/appoints/", asked))


def test_where_isales_has_nothing_its_own_filters_and_other_times_are_offered(
    signed_in: Client, connection: Connection
) -> None:
    page = signed_in.get("/appoints/?from=2031-01-01&to=2031-01-02&task=1&state=failed&number=4711")
    found = list(suggestions(page))
    assert [rows for _, rows, _ in found] == [None] * 3
    assert all(asked["state"] == "failed" for _, _, asked in found)
    assert "Or look at another time: Last 7 days Next 7 days" in text_of(page)


def test_nothing_is_not_dressed_up_as_rows(signed_in: Client, connection: Connection) -> None:
    words = text_of(signed_in.get("/appoints/?q=no+such+words"))
    for each in ("Page 1 of 1", "Rows a page", "Export", "Columns"):
        assert each not in words


def test_that_nothing_is_overdue_is_good_news(signed_in: Client, connection: Connection) -> None:
    page = signed_in.get("/appoints/?preset=tomorrow&state=overdue")
    assert "empty-state-good" in page.content.decode()
    assert re.search(r"None of the \d+ reserved calls here is overdue", text_of(page))
    other = signed_in.get("/appoints/?preset=tomorrow&state=overdue&q=nobody")
    assert "empty-state-good" not in other.content.decode()


def test_past_the_last_page_a_link_leads_back(signed_in: Client, connection: Connection) -> None:
    page = signed_in.get("/appoints/?page=99")
    assert "There is no page 99 of these" in text_of(page)
    assert 'class="btn btn-primary" href="?connection=demo&amp;page=12"' in page.content.decode()


def test_a_number_in_another_writing_is_found_in_one_step(
    signed_in: Client, connection: Connection, simulator: Simulator
) -> None:
    numbers = [str(row.get("calledNo")) for row in simulator.rows()]
    number = next(each for each in numbers if each.startswith("+86"))
    page = Screen(signed_in.get("/appoints/", {"number": number.removeprefix("+86")}))
    [link] = [each for each in page.all("a") if words_of(each).startswith("Look for a part")]
    found = signed_in.get("/appoints/" + address_of(link))
    assert number in found.content.decode()


def test_a_number_of_a_range_is_looked_for_at_any_time(
    signed_in: Client, connection: Connection
) -> None:
    asked = {"number": "+4711", "connection": connection.slug}
    address = f"connection={connection.slug}&amp;number=%2B4711"
    link = f'<a href="?{address}">Look for +4711 at any time</a>'
    for more, links in [({"preset": "today"}, 1), ({"from": "2026-01-01"}, 1), ({}, 0)]:
        page = signed_in.get("/appoints/", {**asked, **more}).content.decode()
        assert page.count(link) == links
