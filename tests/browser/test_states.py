"""What stands where rows would: while they load, where there are none, and without iSales."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from appoints.isales.simulator.names import AGENTS
from dashboard.operations import demo
from dashboard.operations.servers import end, start
from tests.browser.conftest import sign_in

ROWS = "table.appoints tbody tr"


class Own(NamedTuple):
    """A supervisor's page at a demo whose iSales may be hindered."""

    page: Page
    stack: demo.Stack


@pytest.fixture(scope="module")
def own(fragile: demo.Stack, chromium: Browser) -> Iterator[Own]:
    with chromium.new_context(base_url=fragile.address, locale="en-GB") as context:
        page = context.new_page()
        sign_in(page)
        yield Own(page, fragile)


def test_while_rows_load_their_places_are_kept(own: Own) -> None:
    page, isales = own.page, own.stack.children["simulator"]
    places = (".tiles", ".charts", ".bar", ".table-frame")
    tops = [f"document.querySelector('{each}').getBoundingClientRect().top" for each in places]
    isales.send_signal(signal.SIGSTOP)
    try:
        page.goto(f"/appoints/?preset=this-month&agent={AGENTS[0].account}")
        expect(page.locator(".found")).to_contain_text("Asking iSales…")
        before = [page.evaluate(top) for top in tops]
    finally:
        isales.send_signal(signal.SIGCONT)
    expect(page.locator(ROWS).first).to_be_visible(timeout=15_000)
    assert [page.evaluate(top) for top in tops] == before


@pytest.fixture
def without_isales(own: Own, fragile_folder: Path) -> Iterator[None]:
    isales = own.stack.children["simulator"]
    end({"simulator": isales})
    yield
    own.stack.children["simulator"] = start(isales.args[1:], demo.environment(fragile_folder))


@pytest.mark.usefixtures("without_isales")
def test_when_isales_is_gone_the_page_says_so_and_keeps_the_filters(own: Own) -> None:
    own.page.goto("/appoints/?from=2031-01-01&number=4711&state=failed")
    expect(own.page.get_by_role("alert")).to_contain_text("iSales did not answer")
    expect(own.page.get_by_label("Number", exact=True)).to_have_value("4711")
    expect(own.page.locator(".chips")).to_contain_text("Failed")
    expect(own.page.get_by_role("link", name="Try again")).to_be_visible()


def test_where_nothing_matches_one_click_brings_as_many_rows_as_it_says(blank: Page) -> None:
    blank.goto("/appoints/?preset=last-7d&state=failed&q=nobody-is-called-so")
    way_out = blank.locator(".suggestions a").first
    count = re.search(r"(\d+) calls", way_out.inner_text())
    assert count
    way_out.click()
    expect(blank.locator(".found strong").last).to_have_text(count[1])


def test_where_isales_has_nothing_another_time_is_a_click_away(blank: Page) -> None:
    blank.goto("/appoints/?from=2031-01-01&to=2031-01-02")
    expect(blank.get_by_role("heading", name="No reserved call")).to_be_visible()
    blank.locator(".suggestions").get_by_role("link", name="Last 7 days").click()
    expect(blank.locator(ROWS).first).to_be_visible()
