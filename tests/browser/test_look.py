"""What the style sheets do: a wall, paper, colours and rows of one's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from dashboard.operations import demo
from tests.browser.conftest import opened, settle

ROWS = "table.appoints tbody tr"


def test_the_wallboard_is_read_from_afar_and_fits_its_screen(blank: Page) -> None:
    blank.set_viewport_size({"width": 1920, "height": 1080})
    blank.goto("/wallboard/?preset=last-7d")  # just after midnight nothing of today is overdue
    row = blank.locator(".wall-overdue .called_no, .wall-overdue .number").first
    assert float(row.evaluate("each => parseFloat(getComputedStyle(each).fontSize)")) >= 28
    assert blank.evaluate("document.documentElement.scrollHeight") <= 1080
    assert blank.evaluate("document.documentElement.scrollWidth") <= 1920
    rows = blank.locator(".wall-overdue tbody tr").first.bounding_box()
    room = blank.locator(".wall-overdue .wall-rows").bounding_box()
    assert rows and room and room["height"] % rows["height"] < 1, "a row is cut in two"
    expect(blank.get_by_role("banner")).to_have_count(0)


def test_a_wallboard_that_is_not_heard_says_so_and_keeps_its_calls(apart: Page) -> None:
    apart.goto("/wallboard/?preset=last-7d")
    apart.route("**/wallboard/?*", lambda route: route.abort())
    apart.clock.run_for(120_000)
    expect(apart.get_by_role("alert")).to_contain_text("does not answer")
    expect(apart.locator(".tile-overdue")).to_be_visible()


def test_overdue_and_due_are_told_apart_without_colour(page: Page) -> None:
    edges = {
        state: page.locator(ROWS).first.evaluate(
            """(row, state) => {
              row.className = `row-${state}`;
              const edge = getComputedStyle(row.cells[0]);
              return edge.borderInlineStartStyle + edge.borderInlineStartWidth;
            }""",
            state,
        )
        for state in ("overdue", "due", "upcoming")
    }
    assert len(set(edges.values())) == 3, edges


def test_what_is_new_is_told_in_the_same_colours_on_every_row(page: Page) -> None:
    colours = page.locator(ROWS).first.evaluate(
        """(row) => {
          const mark = document.createElement("small");
          mark.className = "mark";
          row.cells[0].append(mark);
          return ["overdue", "due", "upcoming"].map((state) => {
            row.className = `row-${state} is-changed`;
            return getComputedStyle(mark).color;
          });
        }"""
    )
    assert len(set(colours)) == 1, colours


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_every_menu_opens_within_the_screen(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    outside = page.evaluate(
        """async () => {
          const found = [];
          for (const menu of document.querySelectorAll("details.menu")) {
            if (getComputedStyle(menu).display === "none") continue;
            for (const each of document.querySelectorAll("details.menu[open]")) each.open = false;
            for (let at = menu; at; at = at.parentElement.closest("details")) at.open = true;
            await new Promise((done) => setTimeout(done, 50)); // a script turns some
            const { left, right, width } = menu.querySelector(".menu-list").getBoundingClientRect();
            if (!width || left < 0 || right > document.documentElement.clientWidth)
              found.push(`${menu.className}: ${left} to ${right}`);
          }
          return found;
        }"""
    )
    assert outside == []


def test_on_paper_there_is_nothing_to_operate(page: Page) -> None:
    page.emulate_media(media="print")
    for words in ("Export", "Columns", "Filters", "Refresh", "Wallboard", "As a table"):
        for each in page.get_by_text(words, exact=True).all():
            expect(each).not_to_be_visible()
    expect(page.locator(".chips")).to_have_text("Today", use_inner_text=True)
    expect(page.locator(".as-of")).to_contain_text("times in")


def test_colours_and_rows_follow_what_a_person_chose(page: Page) -> None:
    room = "parseFloat(getComputedStyle(document.querySelector('.appoints td')).paddingBlockStart)"
    comfortable = page.evaluate(room)
    page.goto("/accounts/preferences/")
    page.get_by_label("Colours").select_option("dark")
    page.get_by_label("Rows").select_option("dense")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your preferences are saved.")).to_be_visible()
    page.goto("/")
    settle(page)
    assert 0 < page.evaluate(room) < comfortable
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    page.goto("/accounts/preferences/")
    page.get_by_label("Colours").select_option("")
    page.get_by_label("Rows").select_option("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your preferences are saved.")).to_be_visible()


@pytest.fixture(scope="module")
def arabic(stack: demo.Stack, chromium: Browser, session: StorageState) -> Iterator[Page]:
    with opened(chromium, stack, session, locale="ar") as window:
        yield window.pages[0]


@pytest.mark.parametrize("width", [390, 1280])
def test_in_arabic_it_runs_from_the_right_and_numbers_from_the_left(
    arabic: Page, width: int
) -> None:
    arabic.set_viewport_size({"width": width, "height": 900})
    arabic.goto("/appoints/?preset=last-7d")
    settle(arabic)
    expect(arabic.locator("html")).to_have_attribute("dir", "rtl")
    number = arabic.locator(".appoints .number").first
    assert number.evaluate("each => getComputedStyle(each).direction") == "ltr"
    assert arabic.evaluate("document.documentElement.scrollWidth") <= width
