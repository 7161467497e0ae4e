"""A wallboard on a screen for a fortnight: never a stale number that looks fresh."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from dashboard.operations import demo
from dashboard.operations.servers import end, wait_for
from tests.browser.conftest import sign_in
from tests.browser.stacks import ONE_WORKER

DAY = "24:00:00"
DATABASE = """<div id="answer" data-trouble="locked"><section role="alert">
<h2>The dashboard's database is locked.</h2><p>Try again.</p></section></div>"""
ADDRESS = "/wallboard/?preset=last-7d"


class Wall(NamedTuple):
    """A wallboard before a demo whose parts may be stopped. Its clock is moved."""

    page: Page
    stack: demo.Stack
    folder: Path

    @property
    def banner(self) -> Locator:
        return self.page.locator("#outdated")

    @property
    def distances(self) -> list[str]:
        return self.page.locator("#answer time.relative-time").all_inner_texts()

    def expect_live(self, timeout: float = 15_000) -> None:
        tile = self.page.locator("#answer:not(.is-outdated) .tile-overdue")
        expect(tile).to_be_visible(timeout=timeout)
        expect(self.banner).to_be_hidden(timeout=timeout)

    def expect_outdated(self, why: str) -> None:
        expect(self.banner).to_be_visible()
        expect(self.banner).to_contain_text(why)
        expect(self.page.locator("#answer.is-outdated")).to_have_count(1)

    def pass_by(self, seconds: int) -> None:
        """Let time pass on the wall, each of its seconds."""
        self.page.clock.run_for(seconds * 1000)

    def come_back(self) -> None:
        """Let the wall ask again, until it is live."""
        for _attempt in range(20):
            self.pass_by(11)
            with suppress(AssertionError):
                self.expect_live(timeout=500)
                break
        self.expect_live()

    def signal_dashboard(self, number: signal.Signals) -> None:
        os.killpg(self.stack.children["dashboard"].pid, number)

    def in_database(self, statement: str) -> None:
        with sqlite3.connect(self.folder / "demo.sqlite3", timeout=10) as database:
            database.execute(statement)


@pytest.fixture(scope="module")
def hung(fragile: demo.Stack, fragile_folder: Path, chromium: Browser) -> Iterator[Wall]:
    with chromium.new_context(base_url=fragile.address, locale="en-GB") as context:
        page = context.new_page()
        sign_in(page)
        page.clock.install()
        yield Wall(page, fragile, fragile_folder)


@pytest.fixture
def wall(hung: Wall) -> Wall:
    """The wallboard, live."""
    hung.page.goto(ADDRESS)
    expect(hung.page.locator(".tile-overdue")).to_be_visible(timeout=15_000)
    hung.expect_live()
    return hung


def test_each_day_of_a_fortnight_it_is_live_again_after_the_night(wall: Wall) -> None:
    for _day in range(14):
        with wall.page.expect_response(re.compile("/wallboard/")):
            wall.page.clock.fast_forward(DAY)
        wall.expect_live()


def test_after_a_night_asleep_yesterdays_numbers_do_not_look_fresh(wall: Wall) -> None:
    wall.page.route("**/wallboard/?*", lambda route: None)  # the answer is on its way
    wall.page.clock.fast_forward(DAY)
    wall.expect_outdated("Nothing new since")
    wall.page.unroute_all()
    wall.pass_by(16)  # the request's time is out, another follows
    wall.expect_live()


def test_a_server_that_restarts_is_gone_for_a_while_and_then_live_again(wall: Wall) -> None:
    port = int(wall.stack.address.rpartition(":")[2])
    end({"dashboard": wall.stack.children["dashboard"]})
    wall.pass_by(50)
    wall.expect_outdated("The dashboard does not answer")
    before = wall.distances
    wall.page.clock.fast_forward(DAY)
    expect(wall.banner).to_contain_text("1 d")
    assert wall.distances == before
    wall.stack.children["dashboard"] = demo.start_dashboard(
        port, {**demo.environment(wall.folder), **ONE_WORKER}
    )
    wait_for(port, "/readyz", wall.stack.children)
    wall.come_back()


def test_a_server_that_hangs_is_no_live_one(wall: Wall) -> None:
    wall.signal_dashboard(signal.SIGSTOP)
    try:
        wall.pass_by(50)
        wall.expect_outdated("The dashboard does not answer")
    finally:
        wall.signal_dashboard(signal.SIGCONT)
    wall.come_back()


def test_a_short_interruption_is_not_told(wall: Wall) -> None:
    wall.page.route("**/wallboard/?*", lambda route: route.abort())
    wall.pass_by(35)
    wall.expect_live()
    wall.page.unroute_all()
    wall.come_back()


def test_a_database_that_is_gone_is_told_and_then_live_again(wall: Wall) -> None:
    away = wall.folder / "away"
    away.mkdir()
    # What was written last, as the session, may be in the log beside it.
    files = list(wall.folder.glob("demo.sqlite3*"))
    for file in files:
        file.rename(away / file.name)
    try:
        for _ in range(8):
            wall.pass_by(11)
        wall.expect_outdated("The dashboard's database")
    finally:
        for file in files:
            (away / file.name).rename(file)
    wall.come_back()


@pytest.mark.parametrize("answer", ["<h1>Welcome to the network</h1>", ""])
def test_what_some_proxy_says_is_not_taken_for_an_answer(wall: Wall, answer: str) -> None:
    wall.page.route("**/wallboard/?*", lambda route: route.fulfill(body=answer))
    wall.pass_by(50)
    wall.expect_outdated("The dashboard does not answer")
    wall.page.unroute_all()
    wall.come_back()


def test_an_answer_that_a_proxy_kept_is_no_new_one(wall: Wall) -> None:
    with wall.page.expect_response(re.compile("/wallboard/")) as asked:
        wall.pass_by(31)
    kept = asked.value.text()
    wall.page.route("**/wallboard/?*", lambda route: route.fulfill(body=kept))
    wall.pass_by(31)
    wall.pass_by(60)
    wall.expect_outdated("The dashboard does not answer")
    wall.page.unroute_all()
    wall.come_back()


def test_a_database_that_fails_is_named_beside_the_last_rows(wall: Wall) -> None:
    wall.page.route("**/wallboard/?*", lambda route: route.fulfill(body=DATABASE))
    for _ in range(8):
        wall.pass_by(11)
    wall.expect_outdated("The dashboard's database is locked. Try again.")
    expect(wall.page.locator("#answer .tile-overdue")).to_be_visible()
    wall.page.unroute_all()
    wall.come_back()


def test_where_no_script_came_the_numbers_lose_their_colour_all_the_same(wall: Wall) -> None:
    wall.page.route("**/*.js", lambda route: route.abort())
    wall.page.reload()
    tiles = wall.page.locator(".tiles")
    assert tiles.evaluate("each => getComputedStyle(each).filter") == "none"
    tiles.evaluate("each => each.getAnimations().forEach((one) => one.finish())")
    assert tiles.evaluate("each => getComputedStyle(each).filter") == "grayscale(1)"
    wall.page.unroute_all()


def test_rows_that_isales_keeps_from_renewing_are_not_live(wall: Wall) -> None:
    wall.stack.children["simulator"].send_signal(signal.SIGSTOP)
    try:
        wall.in_database("UPDATE snapshots_snapshot SET as_of = datetime(as_of, '-1 hour')")
        with wall.page.expect_response(re.compile("/wallboard/")):
            wall.pass_by(31)
        wall.expect_outdated("iSales sends nothing newer")
        expect(wall.banner).to_contain_text("1 h")
    finally:
        wall.stack.children["simulator"].send_signal(signal.SIGCONT)
    wall.come_back()


def test_who_is_signed_out_sees_no_number_and_a_sign_in_elsewhere_brings_them_back(
    wall: Wall,
) -> None:
    wall.in_database("DELETE FROM accounts_session")
    wall.pass_by(31)
    expect(wall.page.get_by_role("alert")).to_contain_text("You are signed out")
    expect(wall.page.locator(".tile, .appoints, time:visible")).to_have_count(0)
    other = wall.page.context.new_page()
    sign_in(other)
    other.close()
    wall.come_back()
