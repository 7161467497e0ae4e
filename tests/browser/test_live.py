"""The page that stays open: it refreshes itself, and has keys."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

ROWS = "table.appoints tbody tr"


def test_a_refresh_keeps_focus_and_place(page: Page) -> None:
    link = page.locator(f"{ROWS} .col-appoint_time a").nth(20)
    page.emulate_media(reduced_motion="reduce")  # no scrolling that goes on for a while
    link.focus()
    address, place = link.get_attribute("href"), page.evaluate("scrollY")
    assert place > 0
    with page.expect_response(re.compile("preset=today")):
        page.evaluate("refresh()")
    expect(page.locator(f'.col-appoint_time a[href="{address}"]')).to_be_focused()
    assert page.evaluate("scrollY") == place


def test_the_title_counts_what_is_overdue(page: Page) -> None:
    count = page.locator(".tile-overdue strong").inner_text().strip()
    assert page.title().startswith(f"({count}) " if count != "0" else "Reservations")


def test_how_often_it_refreshes_is_kept(page: Page) -> None:
    page.locator("#refresh").select_option("60")
    page.reload()
    expect(page.locator("#refresh")).to_have_value("60")


def test_keys_move_along_the_calls_and_open_one(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    first = page.locator(f"{ROWS} .col-appoint_time a").first
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/appoints/\d+/"))


def test_the_search_key_opens_the_search(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.locator("[name=q]")).to_be_focused()


def test_keys_can_be_switched_off(page: Page) -> None:
    page.keyboard.press("?")
    page.locator("#keys-on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.tagName") == "BODY"


def test_a_signed_out_page_says_so_and_keeps_its_filters(page: Page) -> None:
    page.context.clear_cookies()
    page.evaluate("refresh()")
    expect(page.locator("main")).to_contain_text("You are signed out")
    expect(page.locator("[name=password]")).to_have_count(0)
    expect(page.locator(".filter-form")).to_be_visible()
