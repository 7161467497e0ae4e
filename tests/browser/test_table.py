"""The table as people look at it all day: its head, rows, columns, times and copies."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, StorageState, expect

from appoints.query.columns import TABLE_COLUMNS
from dashboard.operations import demo
from tests.browser.conftest import choose_columns, refresh, settle

SOME, MANY = "/appoints/?per_page=25", "/appoints/?per_page=50"
ROWS = "table.appoints tbody tr"
# The words that lie, even partly, below a button of their row.
COVERED = """
[...document.querySelectorAll("table.appoints tbody .copy")].flatMap((button) => {
  const above = button.getBoundingClientRect();
  const words = document.createTreeWalker(button.closest("tr"), NodeFilter.SHOW_TEXT);
  const found = [];
  while (words.nextNode()) {
    const range = document.createRange();
    range.selectNodeContents(words.currentNode);
    const covered = [...range.getClientRects()].some((below) =>
      below.width > 1 && below.left < above.right - 4 && below.right > above.left + 4 &&
      below.top < above.bottom - 4 && below.bottom > above.top + 4);
    if (covered && words.currentNode.data.trim()) found.push(words.currentNode.data);
  }
  return found;
})
"""


@pytest.fixture
def table(blank: Page) -> Page:
    """The list, sorted by reserved time."""
    blank.goto(SOME)
    settle(blank)
    return blank


@pytest.fixture
def chooser(table: Page) -> Page:
    """The same with the columns unfolded."""
    table.locator(".columns-menu summary").click()
    expect(table.locator(".columns-menu .chooser")).to_be_visible()
    return table


@pytest.fixture
def saver(chooser: Page) -> Iterator[Page]:
    """The same for who saves columns; at the end they are the site's own again."""
    yield chooser
    choose_columns(chooser, 0)
    expect(chooser.get_by_text("These columns are kept for you.")).to_be_visible()


def expect_heads(page: Page, *names: str) -> None:
    """Wait for a table that begins with these columns."""
    for place, name in enumerate(names):
        head = page.locator("table.appoints th").nth(place)
        expect(head).to_have_text(re.compile(rf"^\s*{name}[\s▲▼]*$"))


def is_in_sight(page: Page, selector: str) -> bool:
    """Whether the first match is the topmost thing at its place."""
    return page.locator(selector).first.evaluate(
        """(element) => {
          const { left, top, height } = element.getBoundingClientRect();
          const found = document.elementFromPoint(left + 12, top + height / 2);
          return found !== null && element.contains(found);
        }"""
    )


def test_the_head_stays_in_sight_of_a_long_table(blank: Page) -> None:
    blank.goto(MANY)
    settle(blank)
    for width in (1000, 1280):
        blank.set_viewport_size({"width": width, "height": 800})
        blank.locator(ROWS).first.scroll_into_view_if_needed()
        blank.locator(ROWS).nth(40).scroll_into_view_if_needed()
        assert is_in_sight(blank, "th.col-state"), width


def test_all_of_a_head_sorts(table: Page) -> None:
    table.locator("th.col-called_no").click(position={"x": 4, "y": 4})
    expect(table).to_have_url(re.compile("sort=called_no"))


def test_columns_are_chosen_and_ordered_by_keyboard(saver: Page) -> None:
    saver.get_by_role("checkbox", name="Call status").press("Space")
    saver.get_by_role("checkbox", name="Late").press("Space")
    up = saver.get_by_role("button", name="Move Outcome up")
    up.press("Enter")
    expect(up).to_be_focused()
    up.press("Enter")
    expect(saver.locator(".chooser [role=status]")).to_have_text("Outcome: place 6 of 10")
    saver.get_by_role("button", name="Save").press("Enter")

    expect(saver).to_have_url(re.compile(r"per_page=25$"))
    expect(saver.get_by_text("These columns are kept for you.")).to_be_visible()
    expect(saver.locator("table.appoints th")).to_have_count(10)
    expect_heads(
        saver,
        *("State", "Reserved for", "Number", "Agent", "Task", "Outcome", "Type", "Call"),
        *("Business result", "Late"),
    )


def test_a_step_leads_over_columns_that_are_not_shown(chooser: Page) -> None:
    chooser.get_by_role("checkbox", name="Talk time").check()
    chooser.get_by_role("button", name="Move Talk time up").click()
    expect(chooser.locator(".chooser [role=status]")).to_have_text("Talk time: place 10 of 11")


def test_a_column_is_drawn_to_its_place(saver: Page) -> None:
    lines = saver.locator(".chooser li")
    lines.filter(has_text="Outcome").drag_to(lines.first, target_position={"x": 60, "y": 4})
    saver.get_by_role("button", name="Save").last.click()
    expect(saver.locator("table.appoints th").first).to_have_text("Outcome")


def test_the_menu_of_columns_comes_into_sight_with_its_button(chooser: Page) -> None:
    save = chooser.locator(".chooser-actions").get_by_role("button", name="Save")
    box = save.bounding_box()
    assert box and box["y"] + box["height"] <= 720


@pytest.fixture
def wide(blank: Page) -> Iterator[Page]:
    """A long list with every column."""
    choose_columns(blank, len(TABLE_COLUMNS))
    blank.goto(MANY)
    settle(blank)
    yield blank
    choose_columns(blank, 0)


def test_many_columns_scroll_in_their_frame_under_their_head(wide: Page) -> None:
    expect(wide.locator("table.appoints th")).to_have_count(len(TABLE_COLUMNS))
    assert wide.evaluate("document.documentElement.scrollWidth") <= 1280
    wide.locator(ROWS).nth(40).scroll_into_view_if_needed()
    assert is_in_sight(wide, "th.col-state")

    frame = wide.locator(".table-frame")
    place = "(frame) => [frame.scrollLeft, frame.scrollTop]"
    frame.evaluate("(frame) => frame.scrollTo(300, 900)")
    refresh(wide)
    assert frame.evaluate(place) == [300, 900]


def test_the_menu_of_columns_fits_a_phone(chooser: Page) -> None:
    chooser.set_viewport_size({"width": 390, "height": 800})
    box = chooser.locator(".columns-menu .menu-list").bounding_box()
    assert box
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    assert chooser.evaluate("document.documentElement.scrollWidth") <= 390


def test_on_a_phone_rows_are_small_cards_and_a_menu_sorts_them(table: Page) -> None:
    table.set_viewport_size({"width": 390, "height": 800})
    heights = [row.bounding_box()["height"] for row in table.locator(ROWS).all()]
    assert sorted(heights)[12] < 200
    table.locator(".sort-menu summary").click()
    table.locator(".sort-menu").get_by_role("link", name="Number").click()

    expect(table).to_have_url(re.compile("sort=called_no"))
    expect(table.locator(".sort-menu [aria-current]")).to_contain_text("Number")
    settle(table)
    assert table.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_scripts_columns_are_moved_step_by_step(plain: Page) -> None:
    plain.goto(SOME)
    plain.locator(".columns-menu summary").click()
    plain.get_by_role("link", name="Choose and order columns").click()
    plain.get_by_role("button", name="Move Number up").click()
    plain.get_by_role("button", name="Move Number up").click()
    plain.get_by_role("link", name="Back to the list").click()
    expect_heads(plain, "Number", "State", "Reserved for")
    expect(plain.locator(".copy")).to_have_count(0)

    plain.go_back()
    plain.get_by_role("button", name="Reset").click()
    expect_heads(plain, "State", "Reserved for", "Number")


def test_times_stay_right_while_the_page_stands_open(apart: Page) -> None:
    apart.goto("/appoints/?state=upcoming&sort=-appoint_time&per_page=25")
    settle(apart)
    off = apart.locator(f"{ROWS} time.relative-time").first
    shown = off.inner_text()
    days = int(re.search(r"in (\d+) d", shown)[1])
    apart.clock.fast_forward(48 * 3600 * 1000)
    expect(off).to_contain_text(re.compile(rf"in ({days - 2}|{days - 3}) d"))
    expect(off.locator("xpath=ancestor::tr")).to_have_class("row-upcoming")

    refresh(apart)
    expect(off).to_contain_text(
        re.compile(rf"in ({days}|{days - 1}) d")
    )  # the server's time is the one that counts


def test_what_is_overdue_says_by_how_much(table: Page) -> None:
    table.goto("/appoints/?preset=overdue")
    expect(table.locator(f"{ROWS} time.relative-time").first).to_have_text(
        re.compile(r"\d (h|min) overdue$")
    )


def test_a_number_an_id_and_a_link_are_copied(stack: demo.Stack, table: Page) -> None:
    table.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=stack.address)
    row = table.locator(ROWS).first
    link = row.locator(".col-appoint_time a")
    expect(row.locator(".copy").first).to_be_hidden()
    link.focus()
    table.keyboard.press("Tab")
    table.keyboard.press("Enter")

    appoint_id = re.search(r"/appoints/([^/]+)/", link.get_attribute("href") or "")[1]
    expect(table.locator("#copied")).to_have_text(f"Copied: {appoint_id}")
    assert table.evaluate("navigator.clipboard.readText()") == appoint_id

    number = row.locator(".number").inner_text().strip()
    row.hover()
    row.get_by_role("button", name=f"Copy number {number}").click()
    expect(table.locator("#copied")).to_have_text(f"Copied: {number}")
    assert table.evaluate("navigator.clipboard.readText()") == number

    table.get_by_text("Copy link").click()
    table.get_by_label("The wallboard").check()
    table.get_by_role("button", name="Copy", exact=True).click()
    expect(table.locator("#copied")).to_contain_text("/wallboard/?")
    address = table.get_by_label("Address").locator("visible=true").input_value()
    assert table.evaluate("navigator.clipboard.readText()") == address

    table.keyboard.press("Escape")
    link.click()
    table.get_by_role("button", name=f"Copy ID {appoint_id}").click()
    expect(table.locator("#copied")).to_have_text(f"Copied: {appoint_id}")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_no_button_lies_over_words_on_a_phone(
    stack: demo.Stack, chromium: Browser, session: StorageState, language: str
) -> None:
    with chromium.new_context(
        base_url=stack.address,
        storage_state=session,
        locale=language,
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
    ) as context:
        page = context.new_page()
        page.goto("/appoints/?per_page=25")
        expect(page.locator(f"{ROWS} .copy").nth(40)).to_be_visible()
        settle(page)
        assert page.evaluate(COVERED) == []


def test_copying_needs_no_clipboard_of_a_secure_page(apart: Page) -> None:
    apart.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    apart.goto(SOME)
    settle(apart)
    apart.evaluate(
        "addEventListener('copy', () => { window.taken = document.activeElement.value })"
    )
    row = apart.locator(ROWS).first
    row.hover()
    button = row.get_by_role("button", name="Copy number")
    button.click()
    assert apart.evaluate("window.taken") == row.locator(".number").inner_text().strip()
    expect(button).to_be_focused()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("text", ["x" * 500, "long words " * 50])
def test_no_text_is_too_long_for_the_grid(table: Page, width: int, text: str) -> None:
    table.set_viewport_size({"width": width, "height": 800})
    chosen = table.locator(f"{ROWS}:has(.cause)").first
    before = chosen.bounding_box()
    table.evaluate(
        """(text) => {
          const cells = ".cut bdi, .number, .code, .cause > span, .odd";
          const row = document.querySelector("table.appoints tbody tr:has(.cause)");
          for (const cell of row.querySelectorAll(cells)) cell.textContent = text;
        }""",
        text,
    )
    assert table.evaluate("document.documentElement.scrollWidth") <= width
    after = chosen.bounding_box()
    assert before and after
    assert after["height"] < before["height"] + 250


def test_a_card_says_what_a_value_is_that_does_not_say_so_itself(table: Page) -> None:
    table.set_viewport_size({"width": 390, "height": 800})
    cell = table.locator(f"{ROWS} td.col-call_type").first
    label = cell.evaluate("(cell) => getComputedStyle(cell, '::before').content")
    assert label == '"Type: "'
