from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from dashboard.operations import demo
from tests.browser.conftest import sign_in


@pytest.mark.parametrize("page", ["blank", "plain"], ids=["with scripts", "without scripts"])
def test_signing_in_leads_to_the_very_place_asked_for(
    stack: demo.Stack, page: str, request: pytest.FixtureRequest
) -> None:
    place = "/appoints/?preset=last-7d&sort=-appoint_time#calls"
    stranger: Page = request.getfixturevalue(page)
    stranger.context.clear_cookies()
    stranger.goto(place)
    expect(stranger.get_by_role("heading", name="Sign in")).to_be_visible()
    if page == "blank":
        # The way through another page; without scripts the fragment ends there.
        stranger.get_by_role("button", name="Español").click()
    stranger.get_by_role("textbox").first.fill(demo.USER)
    for password in ("wrong", demo.PASSWORD):
        stranger.locator("input[name=password]").fill(password)
        stranger.locator(".btn-primary").click()
    expect(stranger).to_have_url(f"{stack.address}{place}")
    expect(stranger.locator("table.appoints tbody tr").first).to_be_visible()


def test_the_supervisor_of_a_team_sees_its_calls_and_no_number(stranger: Page) -> None:
    sign_in(stranger, demo.NORTH)
    expect(stranger.locator(".limits")).to_have_text(
        "Team North: 1 connection, 8 agents · numbers masked"
    )
