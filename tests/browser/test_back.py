"""After Back and forward, what the controls show is what the address asks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from dashboard.operations import demo
from tests.browser.conftest import SWITCHES, settle

ASKED = "/appoints/?preset=last-7d&state=failed"
# The controls that show something else than the server said.
CHANGED = """
[...document.querySelectorAll("input, select, textarea")].filter((each) =>
  each.matches("[type=checkbox], [type=radio]") ? each.checked !== each.defaultChecked
  : each.matches("select:not(#refresh)") ? [...each.options].some((one, at) =>
      one.selected !== (each.querySelector("[selected]") ? one.defaultSelected : at === 0))
  : !each.matches("select") && each.value !== each.defaultValue
).map((each) => each.name || each.id)
"""
CHANGE_ALL = """
for (const each of document.querySelectorAll("form :is(input, select, textarea), [form]")) {
  if (each.matches("[type=hidden], [disabled]")) continue;
  if (each.matches("[type=checkbox], [type=radio]")) each.checked = !each.checked;
  else if (each.matches("[type=datetime-local]")) each.value = "2026-01-31T09:30";
  else if (each.matches("select")) each.selectedIndex = each.options.length - 1;
  else if (each.matches("input, textarea")) each.value = "4711";
}
"""


@pytest.mark.parametrize(
    "path",
    [
        ASKED,
        "/columns/?next=/appoints/",
        "/choices/agents/?preset=last-7d",
        "/views/new/?preset=today",
        "/accounts/preferences/",
    ],
)
def test_what_was_changed_and_left_is_gone_after_back(blank: Page, path: str) -> None:
    blank.goto(path)
    settle(blank)
    blank.evaluate(CHANGE_ALL)
    assert blank.evaluate(CHANGED)
    blank.goto("/views/")
    blank.go_back()
    settle(blank)
    assert blank.url.endswith(path)
    assert blank.evaluate(CHANGED) == []


def test_the_next_search_after_back_carries_nothing_along(blank: Page) -> None:
    blank.goto(ASKED)
    settle(blank)
    blank.locator(".filter-form [name=number]").fill("4711")
    blank.locator(".more > summary").click()
    blank.get_by_label("Upcoming", exact=True).check()
    blank.locator(".chips a").first.click()
    blank.go_back()
    settle(blank)
    blank.locator(".filter-form [name=q]").fill("a")
    blank.locator(".filter-form > button[type=submit]").click()
    blank.wait_for_url("**q=a**")
    assert "number" not in blank.url and "upcoming" not in blank.url
    assert "state=failed" in blank.url


def test_a_reload_shows_what_the_address_asks(blank: Page) -> None:
    blank.goto(ASKED)
    settle(blank)
    blank.evaluate(CHANGE_ALL)
    blank.reload()
    settle(blank)
    assert blank.evaluate(CHANGED) == []


@pytest.fixture
def keeping(stack: demo.Stack, session: StorageState, chromium: Browser) -> Iterator[Page]:
    """A page of a browser that keeps pages as they were left, which Playwright switches off."""
    browser = chromium.browser_type.launch(
        executable_path="/usr/bin/chromium",  # the one without a window keeps no page
        args=[*SWITCHES, "--enable-features=CacheControlNoStoreEnterBackForwardCache"],
        ignore_default_args=["--disable-back-forward-cache"],
    )
    with browser.new_context(base_url=stack.address, storage_state=session) as context:
        yield context.new_page()
    browser.close()


def test_a_page_that_the_browser_kept_is_loaded_anew(keeping: Page) -> None:
    keeping.goto("/columns/?next=/appoints/")
    keeping.evaluate("window.kept = true")
    keeping.evaluate(CHANGE_ALL)
    keeping.goto("/views/")
    with keeping.expect_response("**/columns/**"):
        keeping.go_back(wait_until="commit")
    expect(keeping.get_by_role("heading", name="Columns of the list")).to_be_visible()
    keeping.wait_for_function("window.kept === undefined")
    assert keeping.evaluate(CHANGED) == []
