from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from dashboard import demo


def test_a_stranger_is_asked_to_sign_in(stranger: Page) -> None:
    stranger.goto("/appoints/?state=overdue")

    expect(stranger).to_have_url(re.compile(r"/accounts/login/\?next="))
    expect(stranger.get_by_role("heading", name="Sign in")).to_be_visible()


def test_signing_in_leads_to_todays_calls(stranger: Page) -> None:
    stranger.goto("/")
    stranger.get_by_label("Username").fill(demo.USER)
    stranger.locator("input[name=password]").fill(demo.PASSWORD)
    stranger.get_by_role("button", name="Sign in").click()

    expect(stranger).to_have_url(re.compile(r"/appoints/\?preset=today$"))
    expect(stranger.locator("table.appoints tbody tr").first).to_be_visible()
