"""Every column over every kind of row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appoints.display.cells import CellOptions
from appoints.display.table import DEFAULT_COLUMNS, AppointTable, known, offered
from appoints.isales import codes
from appoints.isales.rows import KNOWN, parse_row
from appoints.isales.simulator import odd_rows
from appoints.query.columns import COLUMNS, TABLE_COLUMNS
from appoints.query.query import Query
from appoints.results.states import Rules, derived
from appoints.snapshots.frame import Fetched, plain
from tests.screen import Screen, names_of, text_of

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
NOW = round(NOON.timestamp() * 1000)
FULL = {
    "appointId": "174730253678826340158055543045",
    "callType": "2",
    "appointTime": NOW - 3_600_000,
    "calledNo": "+8613800000000",
    "taskId": "1106025109",
    "taskName": "Preempted task",
    "taskStatus": "2",
    "timeout": True,
    "userAccount": "116",
    "userName": "Ana Souza",
    "beginTime": NOW - 3_000_000,
    "endTime": NOW - 2_955_000,
    "callFlag": "2",
    "callerNo": "710002",
    "failCode": "00604",
    "result": "0101",
    "busiResult": "No contact > try again",
    "createTime": NOW - 86_400_000,
}


EVERY = TABLE_COLUMNS


def table(*raw: object, query: Query | None = None, columns: Sequence[str] = EVERY) -> AppointTable:
    rows = derived(plain([Fetched(0, [parse_row(each) for each in raw], NOON)]), Rules())
    options = CellOptions(
        ZoneInfo("Asia/Kathmandu"), codes.FAIL_WORDS, "preset=today&agent=1", masked=False
    )
    return AppointTable(rows.to_dicts(), options, query, columns)


def cells(raw: object) -> Mapping[str, str]:
    """The HTML of each cell, by column."""
    found = Screen(f"<table>{table(raw).lines()[0]}</table>").all("td")
    return {names_of(cell)[0].removeprefix("col-"): cell.inner_html for cell in found}


def words(cell: str) -> str:
    return text_of(cell).strip()


@pytest.mark.parametrize(
    ("column", "shown"),
    [
        ("state", "Failed"),
        ("appoint_time", "2026-06-01 16:45 1 h ago"),
        ("called_no", "+8613800000000"),
        ("agent_name", "Ana Souza 116"),
        ("task_name", "Preempted task 1106025109"),
        ("call_type", "automatic"),
        ("call_begin", "16:55:00 for 45 s 10 min late"),
        ("fail_code", "call rejected Customer side · 00604"),
        ("call_status", "finished"),
        ("business_result", "No contact > try again"),
        ("appoint_id", "174730253678826340158055543045"),
        ("agent", "116"),
        ("task_id", "1106025109"),
        ("task_status", "running"),
        ("create_time", "2026-05-31 17:45:00"),
        ("expired", "yes"),
        ("late", "yes"),
        ("delay", "10 min"),
        ("call_end", "2026-06-01 16:55:45"),
        ("fail_group", "Customer side"),
        ("result", "call failed"),
        ("caller_no", "710002"),
    ],
)
def test_a_full_row_shows_in_every_column(column: str, shown: str) -> None:
    assert words(cells(FULL)[column]) == shown


@pytest.mark.parametrize("raw", [dict.fromkeys(FULL), {}, dict.fromkeys(FULL, "")])
def test_a_row_of_nothing_says_so_in_every_column(raw: object) -> None:
    shown = {name: words(cell) for name, cell in cells(raw).items()}
    assert shown.pop("state") == "Unknown"
    assert set(shown.values()) == {"— none"}


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_what_does_not_fit_its_field_is_shown_as_it_was_sent(name: str) -> None:
    shown = cells({name: ["x", {"<y>": 1}]})
    assert "['x', {'<y>': 1}]" in " ".join(map(words, shown.values()))
    assert "<y>" not in "".join(shown.values())


@pytest.mark.parametrize(
    ("name", "column"),
    [("callType", "call_type"), ("callFlag", "call_status"), ("failCode", "fail_code")],
)
def test_an_unknown_code_is_shown_raw(name: str, column: str) -> None:
    assert "x99" in words(cells({name: "x99"})[column])


@pytest.mark.parametrize("value", [None, "no row", 3, ["a"], "<b>"])
def test_what_is_no_row_at_all_is_shown_as_it_was_sent(value: object) -> None:
    shown = cells(value)["state"]
    assert words(shown) == f"Unknown {value}"
    assert "<b>" not in shown


@pytest.mark.parametrize("raw", odd_rows(NOON))
def test_every_odd_row_fills_every_column(raw: dict[str, Any]) -> None:
    assert list(cells(raw)) == list(EVERY)
    assert all(map(words, cells(raw).values()))


def test_an_overdue_manual_call_may_also_be_unreported() -> None:
    row = {"callType": "1", "appointTime": NOW - 1000}
    assert words(cells(row)["state"]) == "Overdue not called, or not reported"
    assert words(cells({**row, "callType": "2"})["state"]) == "Overdue"


def test_the_reserved_time_leads_to_the_reservation_with_the_same_question() -> None:
    link = Screen(cells(FULL)["appoint_time"]).one("a")
    assert link.attributes["href"] == f"/appoints/{FULL['appointId']}/?preset=today&agent=1"


def test_a_reached_call_has_a_talk_time_and_may_begin_early() -> None:
    reached = {**FULL, "failCode": "00000", "beginTime": FULL["appointTime"] - 60_000}
    assert words(cells(reached)["talk_time"]) == "11 min"
    assert words(cells(reached)["delay"]) == "1 min early"
    assert words(cells(reached)["late"]) == "no"


@pytest.mark.parametrize(
    ("minutes", "shown"), [(-125, "2 h 5 min overdue"), (3, "in 3 min"), (72, "in 1 h 12 min")]
)
def test_what_is_open_says_how_far_off_it_is(minutes: int, shown: str) -> None:
    row = {"callType": "2", "appointTime": NOW + minutes * 60_000}
    assert words(cells(row)["appoint_time"]).endswith(shown)


@pytest.mark.parametrize("column", ["agent_name", "task_name", "business_result"])
def test_what_may_be_cut_is_in_the_title_whole(column: str) -> None:
    text = 'x"<' * 100
    sent = {"agent_name": "userName", "task_name": "taskName", "business_result": "busiResult"}
    cell = cells({sent[column]: text})[column]
    assert Screen(cell).values("[title]", "title") == [text]
    assert "title=" not in cells({sent[column]: "Ana Souza"})[column]


def test_columns_are_shown_in_the_order_given() -> None:
    chosen = ["call_end", "appoint_time", "state"]
    shown = table(FULL, columns=chosen)
    assert [head.name for head in shown.heads.columns] == chosen
    line = Screen(f"<table>{shown.lines()[0]}</table>")
    assert [names_of(cell)[0].removeprefix("col-") for cell in line.all("td")] == chosen


@pytest.mark.parametrize("names", [None, [], {}, "state", ["nothing", "__class__"], [None, 3]])
def test_without_a_known_column_all_is_as_the_site_has_it(names: object) -> None:
    assert known(names) == list(DEFAULT_COLUMNS)


def test_unknown_and_repeated_columns_are_left_out_and_the_link_is_not() -> None:
    assert known(["late", "gone", "late", "state"]) == ["appoint_time", "late", "state"]
    assert known(["late", "appoint_time"]) == ["late", "appoint_time"]


def test_every_column_is_offered_once_the_shown_ones_first() -> None:
    names = [each.name for each in offered(["late", "appoint_time"])]
    assert names[:2] == ["late", "appoint_time"]
    assert sorted(names) == sorted(EVERY)


def test_every_column_can_be_sorted_by() -> None:
    assert set(EVERY) <= set(COLUMNS)


def test_only_a_whole_result_can_be_sorted() -> None:
    assert {head.address for head in table(FULL).heads.columns} == {None}
    assert None not in {head.address for head in table(FULL, query=Query()).heads.columns}


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from(sorted(KNOWN)), anything) | anything)
def test_any_row_fills_every_column(raw: object) -> None:
    assert list(cells(raw)) == list(EVERY)
