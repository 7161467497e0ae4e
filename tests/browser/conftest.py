"""Debian's Chromium before what ``make demo`` starts.

Fixtures last for this package, not the session: while Playwright runs, Django takes its thread
for an asynchronous one and refuses the database to every other test.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Error,
    Locator,
    Page,
    StorageState,
    ViewportSize,
    expect,
    sync_playwright,
)

from dashboard.operations import demo
from tests.browser import stacks

# A build machine has no sandbox to offer, and nothing here may look for the internet.
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--in-process-gpu",  # a process less, and a twelfth of the time
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--process-per-site",
    # The pages of a portal that tests make up have no server, so Chromium takes them for the
    # internet's, and these may show nothing of this machine. A frame for each page, instead of one
    # that goes from page to page, costs the browser a fourteenth of its time.
    "--disable-features=LocalNetworkAccessChecks,RenderDocument",
    "--test-third-party-cookie-phaseout",  # what works then works without it
]

SIZE: ViewportSize = {"width": 1280, "height": 720}  # Playwright's own


def sign_in(page: Page, name: str = demo.USER) -> None:
    """Sign in as one of the demo's people, and see today's calls."""
    page.goto("/")
    page.get_by_label("Username").fill(name)
    page.locator("input[name=password]").fill(demo.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/appoints/**")


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the demo keeps its database and keys."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="package")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demo that is set up, for all workers of xdist, which each have a part."""
    own = tmp_path_factory.getbasetemp()
    return stacks.set_up_once(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)


@pytest.fixture(scope="package")
def stack(made: Path, folder: Path) -> Iterator[demo.Stack]:
    """The demo on a free port, in a folder of its own."""
    with stacks.running(made, folder) as running:
        yield running


@pytest.fixture(scope="package")
def fragile_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fragile")


@pytest.fixture(scope="package")
def fragile(made: Path, fragile_folder: Path) -> Iterator[demo.Stack]:
    """A demo whose rows go stale as in ``make demo``, and whose parts a test may stop and start."""
    with stacks.running(made, fragile_folder, stacks.ONE_WORKER) as running:
        yield running


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Chromium without a window, which takes a third of the processor time less than with one."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium-headless-shell", args=SWITCHES
        )
        yield browser
        browser.close()


@contextmanager
def opened(
    browser: Browser, stack: demo.Stack, state: StorageState | None = None, **options: Any
) -> Iterator[BrowserContext]:
    """A supervisor's window. One page of it stays open, which keeps renderer and cache warm.

    A window of its own costs a test 1.5 s of processor time, a page of this one a third.
    """
    with browser.new_context(
        **{"base_url": stack.address, "storage_state": state, "locale": "en-GB", **options}
    ) as context:
        context.new_page().goto("/healthz")
        yield context


@contextmanager
def lent(window: BrowserContext, session: StorageState) -> Iterator[Page]:
    """A new page of a window, which is then as it was before."""
    yield window.new_page()
    for each in window.pages[1:]:
        each.close()
    restore(window, session)
    window.pages[0].evaluate("localStorage.clear()")


def restore(window: BrowserContext, session: StorageState) -> None:
    window.clear_permissions()
    window.clear_cookies()
    window.add_cookies(session["cookies"])


@pytest.fixture(scope="package")
def office(stack: demo.Stack, chromium: Browser) -> Iterator[BrowserContext]:
    """The window in which a supervisor signs in."""
    with opened(chromium, stack) as window:
        sign_in(window.pages[0])
        window.pages[0].goto("/healthz")
        yield window


@pytest.fixture(scope="package")
def session(office: BrowserContext) -> StorageState:
    """A supervisor's cookies: one sign-in for all pages that do not test it."""
    return office.storage_state()


@pytest.fixture
def blank(office: BrowserContext, session: StorageState) -> Iterator[Page]:
    """The window's other page, relative to the dashboard: as new, though a new one costs more."""
    page = office.pages[1] if office.pages[1:] else office.new_page()
    yield page
    for each in office.pages[2:]:
        each.close()
    restore(office, session)
    try:
        clean(page)
    except Error:  # it hangs where a test has failed
        page.close()


CLEAR = """() => {
  localStorage.clear();
  sessionStorage.clear();
  return matchMedia("print, (prefers-reduced-motion)").matches;
}"""


def clean(page: Page) -> None:
    """Undo what a test has done to a page. The next test goes elsewhere."""
    page.unroute_all()
    if page.evaluate(CLEAR):
        page.emulate_media(media="null", reduced_motion="null")
    if page.viewport_size != SIZE:
        page.set_viewport_size(SIZE)
    page.mouse.move(0, 0)


# A busy machine may take three times as long as this one.
expect.set_options(timeout=15_000)


def settle(page: Page) -> None:
    """Wait until the page is whole and has the rows that it opened for.

    None will take their place unasked: what is read at once then, without waiting, stands. A click
    that leads elsewhere has waited for the next page to begin; a key has not.
    """
    page.wait_for_load_state()
    expect(page.locator("#answer[hx-trigger^=every]")).to_have_count(0)
    page.wait_for_load_state()  # without scripts it is another page that has them


def follow(link: Locator) -> None:
    """Go where a link or a button leads; on a busy machine the way begins after the click."""
    with link.page.expect_navigation():
        link.click()
    settle(link.page)


def choose_columns(page: Page, shown: int) -> None:
    """Show so many columns of the site's order; none stands for the site's own."""
    page.goto("/columns/?next=/views/")  # a page that costs less than the list
    if not shown:
        follow(page.locator(".chooser-actions [name=reset]"))
        return
    page.evaluate(
        """(shown) => document.querySelectorAll(".chooser input[type=checkbox]").forEach(
          (box, place) => { box.checked = box.disabled || place < shown; })""",
        shown,
    )
    follow(page.locator(".chooser-actions .btn-primary"))


REFRESH = """async (newer) => {
  if (newer) delete document.querySelector("#answer").dataset.version;
  const list = document.querySelector('script[src*="/js/list."]').src;
  const [name] = (await (await fetch(list)).text()).match(/refresh[.\\w]*[.]js/);
  const { refresh } = await import(new URL(name, list));
  await new Promise((heard) => {
    document.addEventListener("htmx:afterRequest", () => heard(), { once: true });
    refresh();
  });
}"""


def refresh(page: Page, *, newer: bool = True) -> None:
    """Refresh the answer as the page does by itself in its time, and wait for what comes.

    Rows come as if they were ``newer``; else the same ones are left as they are.
    """
    page.evaluate(REFRESH, newer)


@pytest.fixture
def page(blank: Page) -> Page:
    """A supervisor's page at the list of today, with few rows, which are drawn in less time."""
    blank.goto("/appoints/?preset=today&per_page=25")
    settle(blank)
    return blank


@pytest.fixture(scope="package")
def timed(stack: demo.Stack, chromium: Browser, session: StorageState) -> Iterator[BrowserContext]:
    with opened(chromium, stack, session) as window:
        yield window


@pytest.fixture
def apart(timed: BrowserContext, session: StorageState) -> Iterator[Page]:
    """A supervisor's new page, whose clock a test may move."""
    timed.clock.install()
    with lent(timed, session) as page:
        yield page


@pytest.fixture(scope="package")
def scriptless(
    stack: demo.Stack, chromium: Browser, session: StorageState
) -> Iterator[BrowserContext]:
    with opened(chromium, stack, session, java_script_enabled=False) as window:
        yield window


@pytest.fixture
def plain(scriptless: BrowserContext, session: StorageState) -> Iterator[Page]:
    """A supervisor's new page without scripts."""
    with lent(scriptless, session) as page:
        yield page


@pytest.fixture
def stranger(blank: Page) -> Page:
    """A page before sign-in; addresses are relative to the dashboard."""
    blank.context.clear_cookies()
    return blank
