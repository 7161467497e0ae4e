"""``make screenshots``: look at the pages, and keep the pictures of the README true."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

from dashboard.operations import demo
from dashboard.operations.servers import ROOT, free_port
from tests.browser.conftest import SWITCHES, settle

FOLDER = ROOT / ".readme"


class Shot(NamedTuple):
    """A picture: its file, address, size in pixels, colours, and language."""

    name: str
    path: str
    width: int = 1280
    height: int = 860
    dark: bool = False
    language: str = "en-GB"


SHOTS = (
    Shot("list", "/appoints/?preset=today"),
    Shot("detail", "/appoints/?preset=today&state=failed"),
    Shot("wallboard", "/wallboard/", 1920, 1080, dark=True),
    Shot("phone", "/appoints/?preset=today", 390, 844),
    Shot("dark", "/appoints/?preset=today&state=overdue", dark=True),
    Shot("arabic", "/appoints/?preset=last-7d", language="ar"),
)


def main() -> None:
    """Take every picture of a demo of its own."""
    folder = Path(tempfile.mkdtemp(prefix="reserved-calls-screenshots-"))
    with demo.running(folder, free_port()) as stack, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=SWITCHES)
        for shot in SHOTS:
            _take(browser, stack.address, shot)
            print(FOLDER / f"{shot.name}.png")
        browser.close()


def _take(browser: Browser, address: str, shot: Shot) -> None:
    with browser.new_context(
        base_url=address,
        locale=shot.language,
        viewport={"width": shot.width, "height": shot.height},
        color_scheme="dark" if shot.dark else "light",
    ) as context:
        page = context.new_page()
        page.goto("/accounts/login/")
        page.locator("[name=username]").fill(demo.USER)
        page.locator("[name=password]").fill(demo.PASSWORD)
        page.locator("main button[type=submit]").first.click()
        page.goto(shot.path)
        page.locator(".appoints tbody tr").first.wait_for()
        if shot.name != "wallboard":
            settle(page)
        if shot.name == "detail":
            page.locator(".appoints tbody .col-appoint_time a").first.click()
            page.locator(".timeline").wait_for()
        page.screenshot(path=FOLDER / f"{shot.name}.png")


if __name__ == "__main__":
    main()
