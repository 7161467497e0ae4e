"""Insight's pages, files and answers: the same figures, each a link to its rows."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from appoints.pages.insight.parts import asked
from appoints.pages.insight.sections import SECTIONS
from dashboard.accounts.models import User
from tests.api.conftest import reader_of
from tests.factories import MINUTE, at_hand
from tests.insight.centre import AROUND, HOURS, RANGE, ROWS, call, centre, opened
from tests.screen import Screen, number_of, words_of

HTMX = {"HX-Request": "true"}
INDEX = "http://testserver/insight/"


pytestmark = pytest.mark.usefixtures("noon")


def test_the_page_asks_for_each_section_once_it_is_seen(browser: Client) -> None:
    centre([call(number) for number in range(30)])
    page = Screen(browser.get("/insight/"))
    assert page.values("section.insight-section", "hx-trigger")[0] == "revealed"
    address = page.values("#punctuality", "hx-get")[0]
    assert address == "/insight/punctuality/?connection=demo&preset=last-7d"
    assert address in page.links("#punctuality a")
    assert "Last 7 days" in page.texts(".chips bdi")


def test_a_section_is_a_part_to_htmx_and_a_page_to_everybody_else(browser: Client) -> None:
    centre([call(number) for number in range(30)])
    address = f"/insight/punctuality/?{RANGE}"
    part, page = browser.get(address, headers=HTMX), browser.get(address)
    assert Screen(part).one("#punctuality .insight-sum strong").text() == "67 %"
    assert "<html" not in part.content.decode()
    assert Screen(page).one("#punctuality .insight-sum strong").text() == "67 %"
    assert Screen(page).all("#filter-form")


@pytest.mark.parametrize("address", ["/insight/nothing/", "/insight/nothing/export.csv"])
def test_there_is_no_other_section(browser: Client, address: str) -> None:
    centre([])
    assert browser.get(address).status_code == 404


def test_the_filters_form_comes_back_to_its_page(browser: Client) -> None:
    centre([])
    for path in ("/insight/", "/insight/punctuality/", "/insight/report/"):
        sent = browser.post(path, {"agent": "101", "preset": "today"})
        assert sent["Location"] == f"{path}?connection=demo&preset=today&agent=101"


def test_the_names_narrow_the_page_to_their_calls(browser: Client) -> None:
    centre(ROWS, **HOURS)
    page = Screen(browser.get(f"/insight/punctuality/?{RANGE}"))
    address = page.links(".by-agent th a")[0]
    assert address.startswith("?connection=demo&from=2026-05-26&to=2026-06-03&agent=")
    alone = Screen(browser.get(f"/insight/punctuality/{address}"))
    assert len(alone.all(".by-agent tbody tr")) == 1


def test_who_is_late_most_comes_first(browser: Client) -> None:
    late = [call(number, userAccount="101") for number in range(0, 90, 3)]
    punctual = [call(number, userAccount="102") for number in range(100, 200)]
    few = [call(number, userAccount="103") for number in range(300, 330, 3)]
    centre([*late, *punctual, *few])
    page = Screen(browser.get(f"/insight/punctuality/?{RANGE}"))
    assert page.texts(".by-agent th[scope=row]") == ["101", "102", "103"]


def test_a_rate_opens_the_calls_that_reached_somebody(browser: Client) -> None:
    centre(ROWS, **HOURS)
    page = Screen(browser.get(f"/insight/reach/?{RANGE}"))
    cells = [each for each in page.all("#reach td[title]") if each.css_first("a")]
    assert len(cells) > 2
    for cell in cells:
        reached = number_of((cell.attributes["title"] or "").split()[0])
        assert opened(browser, cell.css_first("a").attributes["href"] or "") == reached


def test_hours_without_a_call_have_no_column(browser: Client) -> None:
    centre([call(number) for number in (0, 400)])
    page = Screen(browser.get(f"/insight/reach/?{RANGE}"))
    assert page.texts("#reach thead abbr") == ["13", "18"]


def test_no_working_time_is_told_as_such(browser: Client) -> None:
    waiting = {"beginTime": None, "endTime": None, "failCode": None}
    centre([call(30, **waiting)], working_hours="Mon-Sun 06:00-12:00")
    page = Screen(browser.get(f"/insight/silence/?{RANGE}&working=1"))
    assert page.texts("#silence tbody td:last-child") == ["0 s"]


def test_delays_are_told_in_working_hours_where_that_is_asked_for(browser: Client) -> None:
    late = call(-10, beginTime=AROUND + 50 * MINUTE)  # from 11:50 to 12:50
    centre([late], working_hours="Mon-Sun 06:00-12:00", time_zone="UTC")
    for more, told in (
        ("", "Median delay 1 h"),
        ("&working=1", "Median delay in working hours 10 min"),
    ):
        page = Screen(browser.get(f"/insight/punctuality/?{RANGE}{more}"))
        assert told in page.texts("#punctuality .insight-sum span")


def test_the_list_s_cause_groups_say_which_failed_calls_count(browser: Client) -> None:
    centre(ROWS, **HOURS)
    for groups, failed in (("", "39"), ("&cause_group=platform", "0"), ("&cause=00604", "39")):
        page = Screen(browser.get(f"/insight/reach/?{RANGE}{groups}"))
        assert page.texts("#reach .insight-sum span")[1] == f"Failed {failed}"


def test_each_mark_leads_to_its_call_and_stands_in_the_table(browser: Client) -> None:
    centre(ROWS, **HOURS)
    page = Screen(browser.get(f"/insight/lanes/?{RANGE}&day=2026-06-01"))
    marks = page.links("#lanes .lane svg a")
    assert len(marks) == len(ROWS) == len(page.all(".insight-marks tbody tr"))
    assert set(marks) == set(page.links(".insight-marks a"))
    for address in marks[::9]:
        assert browser.get(address).status_code == 200


def test_many_calls_are_one_mark_of_a_slot_with_their_number(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appoints.insight.lanes.MOST_MARKS", 10)
    centre(ROWS, **HOURS)
    page = Screen(browser.get(f"/insight/lanes/?{RANGE}&day=2026-06-01"))
    found = [each for each in page.all(".insight-marks tr") if each.css_first("a")]
    many = [each for each in found if each.css_first("a[href^='/appoints/?']")]
    assert many
    for row in many:
        rows = number_of(words_of(row.css("td")[1]).rpartition(" ")[2])
        assert opened(browser, row.css_first("a").attributes["href"] or "") == rows


def test_a_median_opens_the_calls_that_it_is_of(browser: Client) -> None:
    centre(ROWS, **HOURS)
    page = Screen(browser.get(f"/insight/punctuality/?{RANGE}"))
    rows = page.all("#punctuality tbody tr")
    measured = [row for row in rows if row.css("td")[3].css_first("a")]
    assert len(measured) > 5
    for row in measured:
        calls, _late, median, ninetieth = row.css("td")[1:5]
        for cell, sort in ((median, "sort=delay"), (ninetieth, "sort=-delay")):
            address = cell.css_first("a").attributes["href"] or ""
            assert address.endswith(sort)
            assert opened(browser, address) == number_of(words_of(calls))


def test_the_list_shows_just_the_calls_outside_of_working_hours(browser: Client) -> None:
    made = centre(ROWS, **HOURS)
    every, outside = (opened(browser, f"?{RANGE}{each}") for each in ("", "&outside=1"))
    assert 0 < outside < every
    made.holidays = "2026-06-01"
    made.save()
    assert opened(browser, f"?{RANGE}&outside=1") == every
    made.working_hours = ""
    made.save()
    assert opened(browser, f"?{RANGE}&outside=1") == 0


@pytest.mark.parametrize(
    ("holidays", "words"), [("", ""), ("2026-12-25", " On a holiday nobody works.")]
)
def test_working_hours_are_named_with_their_zone(
    browser: Client, holidays: str, words: str
) -> None:
    centre(ROWS, **HOURS, holidays=holidays)
    page = Screen(browser.get("/insight/outside-hours/"))
    told = "calls are reserved outside of Mon-Sun 06:00-12:00 (UTC)."
    assert page.texts("#outside-hours .insight-sum")[0].endswith(told + words)


@pytest.mark.parametrize(
    ("mode", "words", "polls"),
    [
        ("loading", "To compare with, 2026-05-17 – 2026-05-25 is being asked for.", True),
        ("partial", "Not compared: 2026-05-17 – 2026-05-25 cannot be had now.", False),
        ("", "Not compared: 2026-05-17 – 2026-05-25 cannot be had now.", False),
        ("whole", "Not compared: fewer than 20 calls in 2026-05-17 – 2026-05-25.", False),
    ],
)
def test_it_says_why_nothing_is_compared_with_the_range_before(
    browser: Client, monkeypatch: pytest.MonkeyPatch, mode: str, words: str, polls: bool
) -> None:
    def asked_in_this_mode(*questions: Any) -> dict[str, Any]:
        found = asked(*questions)
        before = {"before": replace(found["before"], mode=mode)} if mode else {}
        return {"rows": found["rows"], **before}

    monkeypatch.setattr("appoints.pages.insight.parts.asked", asked_in_this_mode)
    centre([call(number) for number in range(30)])
    page = Screen(browser.get(f"/insight/punctuality/?{RANGE}", headers=HTMX))
    assert page.texts("#punctuality [role=status]") == [words]
    assert page.values("section", "hx-trigger") == (["load delay:2s"] if polls else [])


def test_a_range_without_an_end_has_none_before_it(browser: Client) -> None:
    centre([call(number) for number in range(30)])
    page = Screen(browser.get("/insight/punctuality/?from=2026-05-26"))
    words = "Not compared: the range has no begin or no end."
    assert page.texts("#punctuality [role=status]") == [words]


@pytest.mark.parametrize("section", SECTIONS)
def test_file_and_api_have_the_same_lines(browser: Client, supervisor: User, section: str) -> None:
    centre(ROWS, **HOURS)
    file = browser.get(f"/insight/{section}/export.csv?{RANGE}")
    lines = list(csv.DictReader(io.StringIO(file.content.decode(), newline="")))
    answer = reader_of(supervisor).get(f"/api/v1/insight/{section}/?{RANGE}").json()
    assert lines
    assert [{name: _text(value) for name, value in row.items()} for row in answer["rows"]] == lines


@pytest.mark.parametrize("section", SECTIONS)
def test_a_file_comes_after_the_page_of_the_same_rows(browser: Client, section: str) -> None:
    centre([call(number) for number in range(30)])
    for address in (f"/insight/{section}/", f"/insight/{section}/export.csv"):
        assert browser.get(f"{address}?{RANGE}").status_code == 200


def test_file_and_api_have_the_lines_of_the_page(browser: Client, supervisor: User) -> None:
    centre([call(number) for number in range(40)])
    file = browser.get(f"/insight/punctuality/export.csv?{RANGE}")
    lines = list(csv.DictReader(io.StringIO(file.content.decode(), newline="")))
    answer = reader_of(supervisor).get(f"/api/v1/insight/punctuality/?{RANGE}").json()
    assert [{name: _text(value) for name, value in row.items()} for row in answer["rows"]] == lines
    assert lines[0]["by"] == "all" and lines[0]["calls"] == "40"
    assert re.search("insight-punctuality_demo_2026-05-26_to", file["Content-Disposition"])
    page = Screen(browser.get(f"/insight/punctuality/?{RANGE}"))
    assert page.texts(".by-agent tbody td:nth-child(3)") == [
        each["calls"] for each in lines if each["by"] == "agent"
    ]


def _text(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("name", ["working=2", "day=never", "first=0", "colour=red"])
def test_a_wrong_parameter_is_named_by_a_file_and_the_api(
    browser: Client, supervisor: User, name: str
) -> None:
    centre([])
    file, api = "/insight/punctuality/export.csv", "/api/v1/insight/punctuality/"
    for client, path in ((browser, file), (reader_of(supervisor), api)):
        response = client.get(f"{path}?{RANGE}&{name}")
        assert response.status_code == 400
        assert name.partition("=")[0] in response.content.decode()


@pytest.fixture
def loading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 120 rows 30 have come so far."""
    made = centre([])
    made.snapshots.all().delete()
    held = at_hand(made, [call(number) for number in range(30)], more=90, loading=True)
    monkeypatch.setattr(
        "appoints.snapshots.waiting.load_all", lambda _, asked, *rest: [held] * len(asked)
    )


def test_no_figure_is_told_of_a_part(loading: None, browser: Client, supervisor: User) -> None:
    part = Screen(browser.get("/insight/punctuality/", headers=HTMX))
    assert "Loading: 30 of 120. Figures come when all are here." in part.text
    assert not part.all("table")
    assert part.values("section", "hx-trigger") == ["load delay:2s"]
    page = Screen(browser.get("/insight/punctuality/"))
    assert page.values("noscript meta", "content") == ["2"] and not page.all("table")
    for client, path in (
        (browser, "/insight/punctuality/export.csv"),
        (reader_of(supervisor), "/api/v1/insight/punctuality/"),
    ):
        assert client.get(path)["Retry-After"] == "5"


def test_older_rows_stand_with_their_age(browser: Client, settings: Any) -> None:
    centre([call(number) for number in range(30)])
    settings.APPOINTS_FRESH_FOR = timedelta(0)
    part = Screen(browser.get(f"/insight/punctuality/?{RANGE}", headers=HTMX))
    assert part.texts("[role=status] strong") and "The rows below are" in part.text
    assert part.all("table")


def test_where_nothing_is_at_hand_it_says_why(browser: Client) -> None:
    centre([]).snapshots.all().delete()
    part = browser.get("/insight/punctuality/", headers=HTMX)
    assert part.status_code == 200
    assert Screen(part).one("[role=alert]").text().strip().startswith("iSales")
    page = browser.get("/insight/punctuality/")
    assert page.status_code == 504 and "Try again" in page.content.decode()


@pytest.mark.parametrize(("asked_by", "lines"), [("", 9), ("report/", 4), ("punctuality/", 9)])
def test_a_section_that_asks_again_stays_as_long_as_its_page_has_it(
    browser: Client, asked_by: str, lines: int
) -> None:
    centre([call(number, userAccount=str(number), userName="") for number in range(9)])
    headers = HTMX | ({"HX-Current-URL": INDEX + asked_by} if asked_by else {})
    page = Screen(browser.get("/insight/punctuality/", headers=headers))
    assert len(page.all(".by-agent tbody tr")) == lines


def test_lines_that_are_left_out_are_one_click_away(browser: Client) -> None:
    centre([call(number, userAccount=str(number), userName="") for number in range(9)])
    page = Screen(browser.get("/insight/punctuality/", headers=HTMX | {"HX-Current-URL": INDEX}))
    own = "/insight/punctuality/?connection=demo&preset=last-7d"
    assert own in page.links(".by-agent caption a")
    assert "and 1 more" in page.texts(".by-agent caption a")


@pytest.mark.parametrize(
    ("asked", "range_"),
    [
        ("preset=last-7d", "from=2026-05-26&to=2026-06-07"),
        ("preset=tomorrow", "from=2026-06-01&to=2026-06-07"),
        ("from=2026-05-30&to=2026-06-20", "from=2026-05-30&to=2026-06-21T00:00:00%2B00:00"),
    ],
)
def test_numbers_promised_more_than_once_are_looked_for_in_the_days_ahead_too(
    browser: Client, asked: str, range_: str
) -> None:
    centre([])
    links = Screen(browser.get(f"/insight/?{asked}")).links(".insight-ways a")
    assert f"/appoints/?connection=demo&{range_}&repeat=open&sort=called_no" in links


def test_the_page_leads_to_a_wallboard_of_its_sections(browser: Client) -> None:
    centre([])
    links = Screen(browser.get("/insight/?preset=yesterday&call_type=1")).links(".insight-ways a")
    assert "/wallboard/?connection=demo&preset=today&call_type=1&show=silence,load" in links


def test_the_report_names_its_day(browser: Client) -> None:
    centre([])
    assert Screen(browser.get("/insight/report/")).texts("h1") == ["Morning report June 1, 2026"]
