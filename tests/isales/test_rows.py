"""Rows are read tolerantly: nothing raises, nothing is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appoints.isales.rows import (
    EARLIEST,
    FLAGS,
    KNOWN,
    LATEST,
    TEXTS,
    TIMES,
    Row,
    parse_row,
    parse_rows,
)

texts = st.one_of(st.text(max_size=8), st.sampled_from(["", "\ud800", "true", "1747302523000"]))
numbers = st.one_of(
    st.integers(), st.integers(EARLIEST, LATEST), st.floats(allow_nan=False), st.booleans()
)
values = st.recursive(
    st.one_of(st.none(), texts, numbers),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=5,
)
rows = st.dictionaries(st.one_of(st.sampled_from(sorted(KNOWN)), texts), values, max_size=8)
usual = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(TEXTS.values(), st.one_of(texts, st.none(), st.just(0))),
        **dict.fromkeys(
            TIMES.values(), st.one_of(st.integers(EARLIEST - 1, LATEST), st.none(), st.just(0))
        ),
        **dict.fromkeys(FLAGS.values(), st.one_of(st.booleans(), st.none())),
    },
)


def odd(row: Row) -> dict[str, Any]:
    return json.loads(row.odd) if row.odd else {}


def stands_for(typed: object, value: object) -> bool:
    """Tell whether a typed field says all that the value as sent did."""
    if value is None or value == "":
        return typed is None
    if isinstance(typed, bool):
        return str(value).lower() in (("true", "1") if typed else ("false", "0"))
    return typed == value or str(typed) == str(value)


@given(rows)
def test_whatever_was_sent_is_in_a_field_or_kept_as_it_was(raw: dict[str, Any]) -> None:
    row = parse_row(raw)
    for name, key in {**TEXTS, **TIMES, **FLAGS}.items():
        value, typed = raw.get(key), getattr(row, name)
        assert stands_for(typed, value) or odd(row)[key] == value
    for key in raw.keys() - KNOWN:
        assert odd(row)[key] == raw[key]
    assert odd(row).keys() <= raw.keys()


@given(st.lists(st.one_of(usual, rows, values), max_size=4))
def test_rows_of_a_page_are_read_as_each_alone(raws: list[Any]) -> None:
    assert parse_rows(raws) == [parse_row(raw) for raw in raws]


@given(st.lists(usual, min_size=1, max_size=4))
def test_usual_rows_of_a_page_are_read_as_each_alone(raws: list[Any]) -> None:
    assert parse_rows(raws) == [parse_row(raw) for raw in raws]


@given(values)
def test_any_json_value_is_a_row(raw: object) -> None:
    row = parse_row(raw)
    if not isinstance(raw, dict):
        assert set(row[:-1]) == {None}
        assert odd(row) == {"": raw}


@given(rows)
def test_every_field_can_be_stored(raw: dict[str, Any]) -> None:
    row = parse_row(raw)
    for name in (*TEXTS, "odd"):
        value = getattr(row, name)
        assert value is None or (value != "" and value.encode())
    for name in TIMES:
        value = getattr(row, name)
        assert value is None or EARLIEST <= value < LATEST


def test_the_sample_of_the_reference_fits_its_fields() -> None:
    sample = {
        "appointId": "174730253678826340158055543045", "callType": "2",
        "appointTime": 1747302523000, "calledNo": "66660001", "taskId": "1106025109",
        "taskName": "Preempted task", "taskStatus": "2", "timeout": True, "userAccount": "116",
        "userName": "116", "beginTime": 1747302513000, "endTime": 1747302523000, "callFlag": "2",
        "callerNo": "710002", "failCode": "00604", "result": "0101",
        "busiResult": "Reservation business result > aab", "createTime": 1747302536000,
    }  # fmt: skip
    row = parse_row(sample)
    assert row.odd is None
    names = {key: name for name, key in {**TEXTS, **TIMES, **FLAGS}.items()}
    assert {key: getattr(row, names[key]) for key in sample} == sample


@pytest.mark.parametrize(
    ("key", "value", "name", "typed"),
    [
        ("callType", 1, "call_type", "1"),
        ("appointId", 174730253678826340158055543045, "appoint_id",
         "174730253678826340158055543045"),
        ("calledNo", "", "called_no", None),
        ("appointTime", "1747302523000", "appoint_time", 1747302523000),
        ("appointTime", 1747302523000.0, "appoint_time", 1747302523000),
        ("appointTime", EARLIEST, "appoint_time", EARLIEST),
        ("appointTime", LATEST - 1, "appoint_time", LATEST - 1),
        ("beginTime", "", "call_begin", None),
        ("endTime", None, "call_end", None),
        ("calledNo", "+86 139\x00", "called_no", "+86 139\x00"),
        ("calledNo", 10**400, "called_no", "1" + "0" * 400),
        ("result", -1, "result", "-1"),
        ("timeout", "1", "expired", True),
        ("timeout", "", "expired", None),
        ("timeout", "TRUE", "expired", True),
        ("timeout", 0, "expired", False),
    ],
)  # fmt: skip
def test_what_is_nearly_right_is_read(key: str, value: object, name: str, typed: object) -> None:
    row = parse_row({key: value})
    assert (getattr(row, name), row.odd) == (typed, None)


@pytest.mark.parametrize(
    ("key", "value", "name"),
    [
        ("callType", ["1"], "call_type"),
        ("calledNo", 1.5, "called_no"),
        ("userName", True, "agent_name"),
        ("appointTime", "soon", "appoint_time"),
        ("appointTime", 1747302523, "appoint_time"),  # seconds: a time of 1970
        ("appointTime", -1, "appoint_time"),
        ("appointTime", True, "appoint_time"),
        ("appointTime", EARLIEST - 1, "appoint_time"),
        ("appointTime", LATEST, "appoint_time"),
        ("appointTime", 10**400, "appoint_time"),
        ("appointTime", 1747302523000.5, "appoint_time"),
        ("appointTime", "2025-05-15T09:48:56Z", "appoint_time"),
        ("appointTime", "١٧٤٧٣٠٢٥٢٣٠٠٠", "appoint_time"),
        ("endTime", 0, "call_end"),
        ("busiResult", {"name": "a", "children": [1]}, "business_result"),
        ("timeout", "perhaps", "expired"),
        ("timeout", 2, "expired"),
        ("timeout", [True], "expired"),
    ],
)
def test_what_is_odd_is_kept_as_sent_and_never_reckoned_with(
    key: str, value: object, name: str
) -> None:
    row = parse_row({key: value})
    assert getattr(row, name) is None
    assert odd(row) == {key: value}


def test_keys_that_are_not_documented_are_kept() -> None:
    raw = {"appointId": "1", "remark": "x", "callData": {"a": [None]}, "appointtime": 1, "": ""}
    row = parse_row(raw)
    assert row.appoint_id == "1"
    assert odd(row) == {key: raw[key] for key in raw if key != "appointId"}


def test_an_empty_row_is_a_row_of_nothing() -> None:
    assert set(parse_row({})) == {None}
    assert set(parse_row(dict.fromkeys(KNOWN))) == {None}
    assert set(parse_row(dict.fromkeys(KNOWN, ""))) == {None}


def test_half_a_character_is_shown_as_a_question_mark_and_kept() -> None:
    row = parse_row({"userName": "a\ud800"})
    assert row.agent_name == "a?"
    assert odd(row) == {"userName": "a\ud800"}
