"""The list as people use it, in Chromium."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import follow, refresh, settle


def rows(page: Page):
    return page.locator("table.appoints tbody tr")


def column(page: Page, name: str) -> list[str]:
    return page.locator(f"td.col-{name}").all_inner_texts()


def total(page: Page) -> int:
    return int(page.locator(".found strong").last.inner_text().replace(",", ""))


def unfold(page: Page) -> None:
    page.get_by_text("More filters").click()


def show(part: Page | Locator) -> None:
    """Send the filters; what is on the page then answers them."""
    follow(part.get_by_role("button", name="Show").first)


@pytest.fixture
def everything(blank: Page) -> Page:
    blank.goto("/appoints/?per_page=25")
    settle(blank)
    return blank


def test_a_number_finds_its_calls(everything: Page) -> None:
    number = column(everything, "called_no")[0].strip()
    everything.get_by_label("Number", exact=True).fill(number)
    show(everything)

    assert {each.strip() for each in column(everything, "called_no")} == {number}
    expect(everything.locator(".chips")).to_contain_text(f"number {number}")


def menu(page: Page, name: str) -> Locator:
    found = page.locator("#filter-menus details", has=page.locator("summary", has_text=name))
    found.locator("summary").click()
    return found


def test_a_pasted_column_of_agents_finds_their_calls(everything: Page) -> None:
    accounts = sorted({each.split("\n")[-1] for each in column(everything, "agent_name")})[:2]
    agents = menu(everything, "Agents")
    agents.get_by_label("also a pasted column").fill("\n".join([*accounts, "nobody"]))
    show(agents)

    expect(everything.locator(".chips")).to_contain_text(", nobody")
    expect(everything.locator(".absent")).to_have_text("No call here by agent nobody.")
    assert {each.split("\n")[-1] for each in column(everything, "agent_name")} == set(accounts)


def test_agents_are_found_by_typing_and_chosen_by_keyboard(everything: Page) -> None:
    agents = menu(everything, "Agents")
    expect(agents.get_by_placeholder("Find")).to_be_focused()
    expect(agents.locator(".choice-list[data-whole]")).to_have_count(0)  # all have come
    everything.keyboard.type("emilie")
    everything.keyboard.press("ArrowDown")
    everything.keyboard.press("Space")
    everything.keyboard.press("Enter")

    expect(everything.locator(".chips")).to_contain_text("agent Émilie Laurent")
    settle(everything)
    assert {each.split("\n")[0] for each in column(everything, "agent_name")} == {"Émilie Laurent"}


@pytest.mark.parametrize("width", [390, 1000, 1280])
def test_every_menu_opens_within_the_page(blank: Page, width: int) -> None:
    blank.set_viewport_size({"width": width, "height": 900})
    blank.goto("/appoints/?preset=today&agent=101&task=1106025101&state=failed")
    settle(blank)
    if width == 390:
        blank.locator(".collapsible > summary").click()
    for summary in blank.locator(".filters .menu > summary").all():
        summary.click()
        expect(blank.locator("html")).to_have_js_property("scrollWidth", width)
        blank.keyboard.press("Escape")


def test_what_is_wrong_with_every_field_fits_the_page(blank: Page) -> None:
    blank.goto("/appoints/?page=x&per_page=7&view=zzz&connection=zzz&number=" + "9" * 99)
    assert blank.evaluate("document.documentElement.scrollWidth") <= 1280


def test_a_ticked_agent_survives_a_refresh(everything: Page) -> None:
    agents = menu(everything, "Agents")
    box = agents.get_by_role("checkbox").first
    box.check()
    everything.keyboard.press("Escape")
    refresh(everything)
    agents.locator("summary").click()

    expect(box).to_be_checked()


def test_a_task_is_offered_with_its_calls_and_by_name(everything: Page) -> None:
    tasks = menu(everything, "Task")
    follow(tasks.get_by_role("link", name="Renewal wave"))
    assert {each.split("\n")[0] for each in column(everything, "task_name")} == {"Renewal wave"}
    tasks = menu(everything, "Task")
    tasks.get_by_label("ID or name").fill("winback")
    show(tasks)

    assert {each.split("\n")[0] for each in column(everything, "task_name")} == {"Winback"}
    expect(everything.locator(".chips")).to_contain_text("task Winback")


def test_a_range_takes_the_place_of_a_preset(blank: Page) -> None:
    blank.goto("/appoints/?preset=today")
    settle(blank)
    blank.locator(".range-menu summary").click()
    blank.get_by_label("From", exact=True).fill("2020-01-01T00:00")
    show(blank.locator(".range-menu"))

    expect(blank).to_have_url(re.compile(r"from=2020-01-01T00:00:00$"))
    expect(blank.locator(".chips")).to_contain_text("from 2020-01-01 00:00")


def test_a_day_without_a_time_is_said_at_its_field_and_not_dropped(page: Page) -> None:
    page.locator(".range-menu summary").click()
    begin = page.get_by_label("From", exact=True)
    begin.press_sequentially("01012020")
    page.locator(".range-menu").get_by_role("button", name="Show").click()

    expect(begin).to_be_focused()
    assert begin.evaluate("each => each.matches(':invalid')")
    expect(page).to_have_url(re.compile("preset=today"))


def test_a_day_gone_by_is_one_click(page: Page) -> None:
    page.locator(".range-menu summary").click()
    follow(page.locator(".days a").first)
    yesterday = page.locator(".chips bdi").inner_text()
    expect(page).to_have_url(re.compile(f"from={yesterday}&to={yesterday}"))


def test_states_are_chosen_together(everything: Page) -> None:
    unfold(everything)
    states = everything.get_by_role("group", name="State")
    states.get_by_label("Failed").check()
    states.get_by_label("Overdue").check()
    show(everything)
    everything.goto(everything.url.replace("per_page=25", "per_page=200"))
    settle(everything)

    shown = {each.split("\n")[0].strip() for each in column(everything, "state")}
    assert shown == {"Failed", "Overdue"}
    unfold(everything)
    expect(states.get_by_label("Failed")).to_be_checked()


def test_what_is_wrong_is_said_beside_its_field(page: Page) -> None:
    unfold(page)
    page.get_by_label("Time zone").fill("Mars/Olympus")
    page.get_by_label("Number", exact=True).fill("4711")
    show(page)

    expect(page.get_by_label("Time zone")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("There is no time zone of this name")).to_be_visible()
    expect(page.get_by_label("Number", exact=True)).to_have_value("4711")


def test_a_chip_takes_its_filter_away(blank: Page) -> None:
    blank.goto("/appoints/?preset=today&state=failed")
    blank.locator(".chips").get_by_role("link", name="Failed").click()

    expect(blank).to_have_url(re.compile(r"\?connection=demo&preset=today$"))


def test_pages_and_their_size(blank: Page) -> None:
    blank.goto("/appoints/")
    settle(blank)
    pages = blank.get_by_role("navigation", name="Pages")
    first = column(blank, "appoint_time")
    pages.get_by_role("link", name="Next").click()
    expect(blank.locator(".found")).to_contain_text("51–100 of")
    settle(blank)
    assert column(blank, "appoint_time") != first

    pages.get_by_role("link", name="25", exact=True).click()
    expect(blank.locator(".found")).to_contain_text("1–25 of")
    expect(rows(blank)).to_have_count(25)

    pages.get_by_role("link", name="Last").click()
    expect(pages.get_by_role("link", name="Next")).to_have_count(0)


def test_a_head_sorts_the_whole_result_both_ways(everything: Page) -> None:
    head = everything.get_by_role("columnheader", name="Number")
    head.get_by_role("link").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    settle(everything)
    smallest = column(everything, "called_no")
    assert smallest == sorted(smallest)

    head.get_by_role("link").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    settle(everything)
    assert column(everything, "called_no")[0] >= smallest[-1]


def test_a_number_above_leads_to_as_many_rows(everything: Page) -> None:
    tile = everything.locator(".tile-failed")
    count = int(tile.locator("strong").inner_text().replace(",", ""))
    tile.click()
    expect(tile).to_have_attribute("aria-current", "true")
    settle(everything)
    assert total(everything) == count


def test_a_file_holds_the_rows_of_the_page(everything: Page, tmp_path: Path) -> None:
    follow(everything.locator(".tile-failed"))
    with everything.expect_download() as download:
        everything.get_by_role("link", name="CSV", exact=True).click()
    download.value.save_as(tmp_path / "file.csv")

    with (tmp_path / "file.csv").open(newline="") as file:
        filed = list(csv.DictReader(file))
    assert len(filed) == total(everything)
    assert {row["state"] for row in filed} == {"failed"}
    assert f"_{len(filed)}-rows.csv" in download.value.suggested_filename


def test_a_reservation_has_a_page_and_a_way_back(blank: Page) -> None:
    blank.goto("/appoints/?state=failed&per_page=25")
    blank.locator("td.col-appoint_time a").first.click()
    expect(blank.locator(".timeline")).to_be_visible()
    blank.get_by_role("link", name="Back to the list").click()

    expect(blank).to_have_url(re.compile(r"state=failed&per_page=25#call-\d+$"))


def test_without_scripts_all_the_same(plain: Page) -> None:
    plain.goto("/appoints/?sort=-called_no")
    plain.get_by_role("columnheader", name="Agent").get_by_role("link").click()
    plain.get_by_role("navigation", name="Pages").get_by_role("link", name="Next").click()
    expect(plain.locator(".found")).to_contain_text("51–100 of")
    plain.get_by_text("More filters").click()
    plain.get_by_role("group", name="State").get_by_label("Reached").check()
    show(plain)

    assert {each.strip() for each in column(plain, "state")} == {"Reached"}


def test_without_scripts_a_call_opens_and_a_file_comes(plain: Page) -> None:
    plain.goto("/appoints/?preset=last-7d&state=failed")
    settle(plain)
    with plain.expect_download() as download:
        plain.get_by_role("link", name="CSV", exact=True).click()
    assert f"_{total(plain)}-rows.csv" in download.value.suggested_filename

    plain.locator("td.col-appoint_time a").first.click()
    expect(plain.locator(".timeline")).to_be_visible()
    plain.get_by_role("link", name="Back to the list").click()
    expect(plain).to_have_url(re.compile(r"preset=last-7d&state=failed#call-\d+$"))


def test_the_pages_policy_is_kept(blank: Page) -> None:
    said: list[str] = []
    blank.on("console", lambda message: said.append(message.text))
    blank.on("pageerror", lambda error: said.append(str(error)))
    blank.goto("/appoints/?preset=last-7d")
    unfold(blank)

    assert said == []
