"""The page that stays open and refreshes itself."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import refresh, settle, sign_in

ROWS = "table.appoints tbody tr"
# The rows of these tests stay fresh, so that nothing else comes; but the page does not know.
AGE = "for (const each of document.querySelectorAll('[data-fresh]')) each.dataset.fresh = 20"


def open_list(page: Page, address: str) -> None:
    page.goto(address)
    settle(page)
    page.evaluate(AGE)


def test_a_refresh_keeps_focus_and_place(blank: Page) -> None:
    blank.goto("/appoints/?preset=last-7d")  # a Sunday alone has few rows
    settle(blank)
    link = blank.locator(f"{ROWS} .col-appoint_time a").nth(20)
    blank.emulate_media(reduced_motion="reduce")  # no scrolling that goes on for a while
    link.focus()
    address, place = link.get_attribute("href"), blank.evaluate("scrollY")
    assert place > 0
    refresh(blank)
    expect(blank.locator(f'.col-appoint_time a[href="{address}"]')).to_be_focused()
    assert blank.evaluate("scrollY") == place


BEGIN_TO_SCROLL = """document.addEventListener("htmx:beforeSwap", () => scrollTo(0, 0), {
  once: true, capture: true,
})"""


def test_a_refresh_lets_a_scroll_that_is_under_way_go_on(blank: Page) -> None:
    blank.goto("/appoints/?preset=last-7d")
    settle(blank)
    blank.evaluate("scrollTo({ top: 900, behavior: 'instant' })")
    blank.evaluate(BEGIN_TO_SCROLL)
    refresh(blank)
    expect(blank.locator("html")).to_have_js_property("scrollTop", 0)


@pytest.mark.parametrize("selector", [".columns-menu summary", "#calls"])
def test_a_refresh_keeps_the_focus_on_other_things_too(page: Page, selector: str) -> None:
    page.locator(selector).focus()
    refresh(page)
    expect(page.locator(f"#answer:not(.htmx-swapping) {selector}")).to_be_focused()


def test_the_title_counts_what_is_overdue(page: Page) -> None:
    count = page.locator(".tile-overdue strong").inner_text().strip()
    assert page.title().startswith(f"({count}) " if count != "0" else "Reservations")


def test_the_page_refreshes_itself_as_often_as_chosen(apart: Page) -> None:
    open_list(apart, "/")
    apart.locator("#refresh").select_option("30")
    apart.clock.run_for(29_000)
    with apart.expect_response(re.compile("preset=today")):
        apart.clock.run_for(3_000)


@pytest.mark.parametrize(
    "busy",
    [
        "document.querySelector('.columns-menu').open = true",
        "getSelection().selectAllChildren(document.querySelector('.appoints td'))",
        "Object.defineProperty(document, 'hidden', {value: true, configurable: true})",
    ],
    ids=["an open menu", "a selection", "a hidden tab"],
)
def test_it_waits_while_a_person_is_at_something(apart: Page, busy: str) -> None:
    asked: list[str] = []
    open_list(apart, "/")
    apart.locator("#refresh").select_option("30")
    apart.evaluate(busy)
    apart.on("request", lambda request: asked.append(request.url))
    apart.clock.run_for(40_000)
    assert not [each for each in asked if "preset=today" in each]


def test_a_tab_that_comes_back_is_refreshed_at_once_if_that_is_due(apart: Page) -> None:
    open_list(apart, "/")
    apart.locator("#refresh").select_option("30")
    apart.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    apart.clock.run_for(40_000)
    apart.evaluate("Object.defineProperty(document, 'hidden', {value: false})")
    with apart.expect_response(re.compile("preset=today")):
        apart.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_what_takes_long_to_load_is_refreshed_seldom_and_says_so(page: Page) -> None:
    page.evaluate("document.querySelector('[data-fresh]').dataset.fresh = 90")
    page.locator("#refresh").select_option("30")
    expect(page.locator("#live-note")).to_have_text(
        "This takes long to load: refreshed every 90 s."
    )
    page.locator("#refresh").select_option("300")
    expect(page.locator("#live-note")).to_have_text("")


AHEAD = """(clock) => document.addEventListener("htmx:beforeSend", () => {
  const now = clock.now.bind(clock);
  clock.now = () => now() + 2 * 60 * 60 * 1000;
}, { once: true })"""
PACE = """async () => {
  const list = document.querySelector('script[src*="/js/list."]').src;
  const [name] = (await (await fetch(list)).text()).match(/refresh[.\\w]*[.]js/);
  document.querySelector("[data-fresh]").dataset.fresh = 0;
  return (await import(new URL(name, list))).pace();
}"""


@pytest.mark.parametrize(("clock", "most"), [("Date", 120), ("performance", 300)])
def test_two_hours_that_a_computer_sleeps_amid_a_refresh_do_not_count_as_work(
    page: Page, clock: str, most: int
) -> None:
    page.locator("#refresh").select_option("30")
    page.evaluate(f"({AHEAD})({clock})")
    refresh(page)
    assert 30 <= page.evaluate(PACE) <= most


def test_a_refresh_that_can_bring_nothing_new_says_so(page: Page) -> None:
    page.evaluate("document.querySelector('[data-newer]').dataset.newer = 90")
    page.keyboard.press("r")
    expect(page.locator("#live-note")).to_contain_text("Still fresh. iSales is asked again in ")


def test_a_refresh_by_hand_keeps_the_page_and_is_obeyed_while_rows_are_fresh(page: Page) -> None:
    page.evaluate("document.querySelector('[data-fresh]').dataset.fresh = 90")
    page.evaluate("document.querySelector('[data-newer]').dataset.newer = 0")
    page.evaluate("window.still = true")
    with page.expect_response(re.compile("preset=today.*&refresh=1")):
        page.locator(".as-of a").click()
    assert page.evaluate("window.still")


def test_new_and_changed_rows_are_marked_and_told_once(page: Page) -> None:
    new, changed = page.evaluate(
        """() => {
          const [first, , third] = document.querySelectorAll(".appoints tbody tr");
          first.querySelector(".number").textContent = "1";
          third.remove();
          return [third, first].map((row) => row.querySelector(".col-appoint_time a").pathname);
        }"""
    )
    refresh(page)
    for call, words in ((new, "new"), (changed, "changed")):
        row = page.locator(ROWS).filter(has=page.locator(f'a[href^="{call}"]'))
        expect(row.locator(".mark")).to_have_text(words)
    # The simulated centre lives on, and may have changed more meanwhile.
    count = page.locator(".is-changed").count()
    expect(page.locator("#live-note")).to_have_text(f"New or changed calls: {count}")


def test_a_refresh_that_would_bring_the_same_rows_leaves_them(page: Page) -> None:
    page.evaluate("document.querySelector('#answer').dataset.still = ''")
    with page.expect_response("**/appoints/?*") as came:
        refresh(page, newer=False)
    assert came.value.status == 204
    expect(page.locator("#answer[data-still]")).to_be_visible()
    expect(page.locator("#outdated")).to_be_hidden()


def test_rows_that_come_from_the_next_page_are_not_called_new(blank: Page) -> None:
    blank.goto("/appoints/?preset=last-7d&per_page=25")
    settle(blank)
    blank.evaluate("document.querySelector('.appoints tbody tr:last-child').remove()")
    refresh(blank)
    expect(blank.locator(ROWS)).to_have_count(25)
    expect(blank.locator(".is-changed")).to_have_count(0)


def test_the_focus_of_a_row_that_is_gone_goes_to_the_one_in_its_place(page: Page) -> None:
    links = page.locator(f"{ROWS} .col-appoint_time a")
    links.nth(3).evaluate("each => each.setAttribute('href', '/appoints/gone/')")
    links.nth(3).focus()
    refresh(page)
    expect(links.nth(3)).to_be_focused()


def test_a_refresh_that_brings_no_rows_leaves_those_that_are_there(page: Page) -> None:
    count = page.locator(ROWS).count()
    said = "<section class='empty-state' role='alert'><h2>iSales does not answer</h2></section>"
    page.route("**/appoints/?*", lambda route: route.fulfill(body=f"<div id=answer>{said}</div>"))
    refresh(page)
    expect(page.get_by_role("alert").filter(has_text="iSales does not answer")).to_be_in_viewport()
    expect(page.locator(ROWS)).to_have_count(count)

    page.unroute_all()
    refresh(page)
    expect(page.locator("#refresh-failure")).to_be_empty()


def test_what_some_proxy_says_is_not_taken_for_an_answer(page: Page) -> None:
    page.route(
        "**/appoints/?*", lambda route: route.fulfill(body="<h1>Welcome to the network</h1>")
    )
    refresh(page)
    expect(page.locator("#outdated")).to_be_in_viewport()
    expect(page.locator(ROWS).first).to_be_visible()


def test_how_often_it_refreshes_is_kept(page: Page) -> None:
    page.locator("#refresh").select_option("60")
    page.reload()
    expect(page.locator("#refresh")).to_have_value("60")


def test_a_signed_out_page_says_so_and_keeps_its_rows_and_filters(page: Page) -> None:
    page.context.clear_cookies()
    refresh(page)
    expect(page.locator("main")).to_contain_text("You are signed out")
    expect(page.locator("[name=password]")).to_have_count(0)
    expect(page.locator(ROWS).first).to_be_visible()
    expect(page.locator("#refresh")).to_be_disabled()
    page.get_by_role("link", name="Sign in again").click()
    expect(page).to_have_url(re.compile("login/.next=.*preset%3Dtoday"))


def test_a_sign_in_in_another_tab_brings_the_page_back(apart: Page) -> None:
    open_list(apart, "/appoints/?preset=last-7d")
    apart.context.clear_cookies()
    refresh(apart)
    expect(apart.locator("#refresh-failure")).to_contain_text("You are signed out")
    expect(apart.locator("#outdated")).to_contain_text("Nothing new since")
    apart.clock.run_for(11_000)
    expect(apart.locator("#refresh-failure")).to_contain_text("You are signed out")
    other = apart.context.new_page()
    sign_in(other)
    other.close()
    with apart.expect_event("load"):
        apart.clock.run_for(11_000)
    expect(apart.locator("#refresh")).to_be_enabled()
    expect(apart.locator("#outdated, #refresh-failure *")).to_have_count(1)
    expect(apart.locator("#outdated")).to_be_hidden()


def test_rows_that_come_old_say_at_once_how_old(apart: Page) -> None:
    def old(route: Route) -> None:
        response = route.fetch()
        table = '<table class="appoints"'
        body = response.text().replace(table, f'<p class="stale"></p>{table}', 1)
        route.fulfill(response=response, body=body)

    open_list(apart, "/appoints/?preset=last-7d")
    apart.route("**/appoints/?*", old)
    apart.reload()
    expect(apart.locator("#outdated")).to_contain_text(re.compile(r"\(\d+ (s|min) ago\)"))
    apart.unroute_all()


def test_rows_that_are_not_refreshed_any_more_do_not_look_live(apart: Page) -> None:
    open_list(apart, "/appoints/?preset=last-7d")
    apart.locator("#refresh").select_option("30")
    apart.route("**/appoints/?*", lambda route: route.abort())
    apart.clock.run_for(32_000)
    expect(apart.locator("#outdated")).to_be_in_viewport()
    expect(apart.locator("#outdated")).to_contain_text("Nothing new since")
    expect(apart.locator("#answer.is-outdated")).to_have_count(1)
    before = apart.locator("#answer time.relative-time").all_inner_texts()
    apart.clock.fast_forward("48:00:00")
    apart.clock.run_for(16_000)
    expect(apart.locator("#outdated")).to_contain_text("2 d ago")
    assert apart.locator("#answer time.relative-time").all_inner_texts() == before

    apart.unroute_all()
    apart.clock.run_for(32_000)
    expect(apart.locator("#answer:not(.is-outdated)")).to_be_visible()
    expect(apart.locator("#outdated")).to_be_hidden()


HIDE = "Object.defineProperty(document, 'hidden', {value: true, configurable: true})"
COUNT = "document.querySelector('.tile-overdue strong')"


def come_young(route: Route) -> None:
    response = route.fetch()
    body = re.sub(r'data-age="\d+"', 'data-age="0"', response.text())
    route.fulfill(response=response, body=body)


@pytest.fixture
def hidden(apart: Page) -> Page:
    """A tab that the person leaves for another; its rows show a count that is not true any more."""
    open_list(apart, "/appoints/?preset=last-7d")
    apart.locator("#refresh").select_option("30")
    apart.evaluate(f"{COUNT}.textContent = '4711'")
    apart.evaluate("delete document.querySelector('#answer').dataset.version")
    apart.evaluate(HIDE)
    return apart


def test_a_hidden_tab_keeps_the_count_in_its_title_true(hidden: Page) -> None:
    # Rows that the tests before have loaded, minutes ago on a slow machine, come as if just loaded.
    hidden.route("**/appoints/?*", come_young)
    with hidden.expect_response(re.compile("preset=last-7d")):
        hidden.clock.run_for(130_000)
    expect(hidden).to_have_title(re.compile(r"^\((?!4711)\d+\) "))
    # Its rows wait for the person, who is to see what is new among them.
    assert hidden.evaluate(f"{COUNT}.textContent") == "4711"


@pytest.mark.parametrize("cause", ["the refresh is off", "the server is gone", "signed out"])
def test_a_hidden_tab_marks_a_count_that_is_old(hidden: Page, cause: str) -> None:
    if cause == "the refresh is off":
        hidden.locator("#refresh").select_option("0")
    elif cause == "signed out":
        hidden.context.clear_cookies()
    else:
        hidden.route("**/appoints/?*", lambda route: route.abort())
    hidden.clock.run_for(200_000)
    at = hidden.locator(".as-of").get_attribute("data-at")
    expect(hidden).to_have_title(re.compile(rf"^\(\d+ at {at}\) "))
    hidden.clock.fast_forward("13:00:00")
    expect(hidden).to_have_title(re.compile("^Reservations"))


def test_a_tab_that_the_browser_freezes_says_of_when_its_count_is(blank: Page) -> None:
    blank.goto("/appoints/?preset=last-7d")
    settle(blank)
    blank.evaluate("document.dispatchEvent(new Event('freeze'))")
    expect(blank).to_have_title(re.compile(r"^\(\d+ at \d\d:\d\d:\d\d\) "))
