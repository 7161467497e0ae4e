from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from dashboard.operations import demo
from tests.browser.conftest import sign_in


def test_a_stranger_is_asked_to_sign_in(stranger: Page) -> None:
    stranger.goto("/appoints/?state=overdue")

    expect(stranger).to_have_url(re.compile(r"/accounts/login/\?next="))
    expect(stranger.get_by_role("heading", name="Sign in")).to_be_visible()


def test_signing_in_leads_to_todays_calls(stranger: Page) -> None:
    sign_in(stranger)
    expect(stranger).to_have_url(re.compile(r"/appoints/\?preset=today$"))
    expect(stranger.locator("table.appoints tbody tr").first).to_be_visible()


def test_the_supervisor_of_a_team_sees_its_calls_and_no_number(stranger: Page) -> None:
    sign_in(stranger, demo.NORTH)
    expect(stranger.locator(".limits")).to_have_text(
        "Team North: 1 connection, 8 agents · numbers masked"
    )
