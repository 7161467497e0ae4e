"""What stands where rows would: while they load, and where there are none."""

from __future__ import annotations

import re
import signal

from playwright.sync_api import Page, expect

from dashboard import demo

ROWS = "table.appoints tbody tr"


def test_while_rows_load_their_places_are_kept(blank: Page, stack: demo.Stack) -> None:
    isales = stack.children["simulator"]
    places = (".tiles", ".charts", ".bar", ".table-frame")
    tops = [f"document.querySelector('{each}').getBoundingClientRect().top" for each in places]
    isales.send_signal(signal.SIGSTOP)
    try:
        blank.goto("/appoints/?preset=this-month&agent=101,105")
        expect(blank.locator(".found")).to_contain_text("Asking iSales…")
        before = [blank.evaluate(top) for top in tops]
    finally:
        isales.send_signal(signal.SIGCONT)
    expect(blank.locator(ROWS).first).to_be_visible(timeout=15_000)
    assert [blank.evaluate(top) for top in tops] == before


def test_where_nothing_matches_one_click_brings_as_many_rows_as_it_says(blank: Page) -> None:
    blank.goto("/appoints/?preset=last-7d&state=failed&q=nobody-is-called-so")
    way_out = blank.locator(".exits a").first
    count = re.search(r"(\d+) calls", way_out.inner_text())
    assert count
    way_out.click()
    expect(blank.locator(".found strong").last).to_have_text(count[1])


def test_where_isales_has_nothing_another_time_is_a_click_away(blank: Page) -> None:
    blank.goto("/appoints/?from=2031-01-01&to=2031-01-02")
    expect(blank.get_by_role("heading", name="No reserved call")).to_be_visible()
    blank.locator(".exits").get_by_role("link", name="Last 7 days").click()
    expect(blank.locator(ROWS).first).to_be_visible()
