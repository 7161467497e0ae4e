"""Every rule of isales-api.md section 6, against the same said over in plain Python."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appoints.isales import codes
from appoints.isales.rows import parse_row
from appoints.query.query import OPEN
from appoints.results.states import Rules, derived
from appoints.snapshots.frame import Fetched, plain
from appoints.snapshots.reconcile import deduplicated
from tests import oracle
from tests.factories import MINUTE, NOON
from tests.strategies import NOW, pages, raw_rows

REASONS = {**codes.RESULTS, **codes.FAIL_WORDS}


def only(
    raw: dict[str, object], at: datetime = NOON, rules: Rules | None = None
) -> dict[str, object]:
    frame = plain([Fetched(0, [parse_row(raw)], at)])
    return derived(frame, rules or Rules()).to_dicts()[0]


@given(st.lists(raw_rows, min_size=20, max_size=40))
def test_what_is_derived_of_a_row_is_what_the_rules_say(rows: list[object]) -> None:
    parsed = [parse_row(raw) for raw in rows]
    found = derived(plain([Fetched(0, parsed, NOON)]), Rules()).to_dicts()
    expected = [oracle.Record((row, NOON), REASONS).on_screen() for row in parsed]
    for record in expected:  # which no other row is compared with yet
        record["repeat"] = "unknown" if record["state"] in OPEN else None
    assert [oracle.plain(record) for record in found] == expected


@given(pages)
def test_each_reservation_stands_once_as_last_fetched(
    found: list[tuple[list[object], int]],
) -> None:
    seen = oracle.pages(found, NOON)
    frame = deduplicated(plain([Fetched(at, rows, moment) for at, rows, moment in seen]))
    expected = oracle.settled(seen)
    assert frame["fetched_at"].to_list() == [moment for _, moment in expected]
    assert frame["appoint_id"].to_list() == [row.appoint_id for row, _ in expected]
    assert frame["called_no"].to_list() == [row.called_no for row, _ in expected]


@pytest.mark.parametrize(
    ("state", "raw"),
    [
        ("reached", {"failCode": "00000", "result": "0101"}),
        ("failed", {"failCode": "00604", "result": "0000", "timeout": True}),
        ("failed", {"failCode": "77777"}),
        ("reached", {"failCode": "", "result": "0000"}),
        ("reached", {"result": "0900"}),
        ("failed", {"result": "0101"}),
        ("failed", {"result": "0601"}),
        ("failed", {"result": "-1"}),
        ("unknown", {"endTime": NOW, "timeout": True}),
        ("unknown", {"callFlag": "2", "appointTime": NOW + MINUTE}),
        ("calling", {"callFlag": "1", "timeout": True}),
        ("calling", {"beginTime": NOW, "appointTime": NOW - MINUTE}),
        ("overdue", {"timeout": True, "appointTime": NOW + 60 * MINUTE}),
        ("overdue", {"appointTime": NOW}),
        ("due", {"appointTime": NOW + 1}),
        ("due", {"appointTime": NOW + 5 * MINUTE, "callType": "1"}),
        ("upcoming", {"appointTime": NOW + 5 * MINUTE + 1, "callType": "1"}),
        ("due", {"appointTime": NOW + 10 * MINUTE, "callType": "2"}),
        ("upcoming", {"appointTime": NOW + 10 * MINUTE + 1, "callType": "2"}),
        ("upcoming", {"appointTime": NOW + 6 * MINUTE, "callType": None}),
        ("unknown", {}),
        ("unknown", {"appointTime": "soon"}),
    ],
)
def test_the_first_rule_that_matches_names_the_state(state: str, raw: dict[str, object]) -> None:
    assert only(raw)["state"] == state


def test_rows_that_age_become_overdue_only_when_they_are_fetched_again() -> None:
    raw = {"appointTime": NOW + MINUTE}
    assert only(raw)["state"] == "due"
    assert only(raw, NOON + timedelta(minutes=1))["state"] == "overdue"


@pytest.mark.parametrize(("after", "late"), [(5 * MINUTE, False), (5 * MINUTE + 1, True)])
def test_a_call_is_late_past_its_time_and_the_grace(after: int, late: bool) -> None:
    record = only({"appointTime": NOW, "beginTime": NOW + after})
    assert record["late"] is late
    assert record["delay"] == timedelta(milliseconds=after)


@pytest.mark.parametrize(("grace", "late"), [(0, True), (1, False), (60, False)])
def test_the_grace_is_a_rule_that_may_be_set(grace: int, late: bool) -> None:
    rules = Rules(grace=timedelta(minutes=grace))
    record = only({"appointTime": NOW, "beginTime": NOW + MINUTE}, rules=rules)
    assert record["late"] is late


@pytest.mark.parametrize("raw", [None, "no row", {}, {"odd": "odd"}, []])
def test_a_row_of_nothing_is_unknown_and_stays(raw: object) -> None:
    frame = derived(plain([Fetched(0, [parse_row(raw)], NOON)]), Rules())
    assert frame["state"].to_list() == ["unknown"]
    assert frame["late"].to_list() == frame["fail_group"].to_list() == [None]


def test_no_rows_are_a_frame_with_every_column() -> None:
    empty = derived(plain([]), Rules())
    full = derived(plain([Fetched(0, [parse_row({"appointId": "1"})], NOON)]), Rules())
    assert (empty.height, empty.schema) == (0, full.schema)


def test_each_row_is_as_old_as_its_page() -> None:
    row = parse_row({"appointTime": NOW})
    pages = [Fetched(0, [row], NOON - timedelta(minutes=6)), Fetched(1, [row, row], NOON)]
    frame = derived(plain(pages), Rules())
    assert frame["state"].to_list() == ["upcoming", "overdue", "overdue"]
    assert frame["offset"].to_list() == [0, 1, 1]


@pytest.mark.parametrize("raw", [{"appointTime": NOW}, {"beginTime": NOW}])
def test_without_both_times_a_call_is_neither_late_nor_not(raw: dict[str, object]) -> None:
    assert (only(raw)["late"], only(raw)["delay"]) == (None, None)


def test_only_reached_calls_have_a_talk_time() -> None:
    times = {"beginTime": NOW, "endTime": NOW + 3 * MINUTE}
    assert only({**times, "failCode": "00000"})["talk_time"] == timedelta(minutes=3)
    assert only({**times, "failCode": "00604"})["talk_time"] is None


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("00000", None),
        (None, None),
        ("00604", "customer"),
        ("34608", "platform"),
        ("00003", "resources"),
        ("00155", "network"),
        ("34611", "system"),
        ("77777", "other"),
    ],
)
def test_a_fail_code_says_who_has_to_act(code: str | None, group: str | None) -> None:
    assert only({"failCode": code})["fail_group"] == group


def test_what_no_field_can_hold_stays_with_the_row() -> None:
    assert only({"appointTime": "soon", "extra": 1})["odd"] == '{"extra": 1, "appointTime": "soon"}'


def test_the_sample_of_the_reference_failed_before_its_time() -> None:
    record = only(
        {
            "appointTime": 1747302523000,
            "beginTime": 1747302513000,
            "endTime": 1747302523000,
            "timeout": True,
            "failCode": "00604",
            "result": "0101",
        }
    )
    assert (record["state"], record["late"], record["fail_group"]) == ("failed", False, "customer")
    assert record["delay"] == timedelta(seconds=-10)
