"""The list without a mouse."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from dashboard.operations import demo
from tests.browser.conftest import settle

ROWS = "table.appoints tbody tr"


def test_a_keyboard_alone_gets_from_the_sign_in_to_a_call_and_a_file(stranger: Page) -> None:
    press = stranger.keyboard.press
    stranger.goto("/appoints/?preset=last-7d")
    expect(stranger.get_by_label("Username")).to_be_focused()
    stranger.keyboard.type(demo.USER)
    press("Tab")
    stranger.keyboard.type(demo.PASSWORD)
    press("Enter")
    expect(stranger.locator(ROWS).first).to_be_visible()
    settle(stranger)  # for the keys come last

    press("/")
    stranger.keyboard.type("survey")
    press("Enter")
    expect(stranger.locator(".chips")).to_contain_text("with “survey”")
    settle(stranger)

    press("j")
    press("j")
    press("Enter")
    expect(stranger.locator(".timeline")).to_be_visible()
    stranger.go_back()  # Alt+Left is the window's, not the page's
    expect(stranger.locator(".chips")).to_contain_text("with “survey”")
    settle(stranger)

    press("e")
    with stranger.expect_download() as download:
        press("Enter")
    assert download.value.suggested_filename.endswith(".csv")


def test_the_skip_links_lead_to_the_calls(page: Page) -> None:
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the calls")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#calls$"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('table.appoints') !== null")


def test_keys_move_along_the_calls_mark_the_row_and_open_it(page: Page) -> None:
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator(f"{ROWS} .col-appoint_time a").first).to_be_focused()
    expect(page.locator(ROWS).first).to_have_css("outline-style", "solid")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/appoints/\d+/"))


def test_keys_reach_search_filters_and_help(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.locator("[name=q]")).to_be_focused()
    page.locator("[name=q]").blur()
    page.keyboard.press("f")
    expect(page.locator(".filter-form [name=number]")).to_be_focused()
    page.locator("[name=number]").blur()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def test_a_letter_in_a_field_is_a_letter(page: Page) -> None:
    page.locator("[name=q]").press_sequentially("jerk?")
    expect(page.locator("[name=q]")).to_have_value("jerk?")
    expect(page.locator("#keys")).not_to_be_visible()


def test_keys_can_be_switched_off(page: Page) -> None:
    page.keyboard.press("?")
    page.locator("#keys-on").uncheck()
    page.keyboard.press("Escape")
    expect(page.locator("#keys-on")).to_be_hidden()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.tagName") == "BODY"
