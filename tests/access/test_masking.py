"""What masked people see of numbers, against the same said over in plain Python."""

from __future__ import annotations

import json
import re

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from appoints.access.masking import hidden, masked, without
from appoints.isales.rows import parse_row
from appoints.query.query import Query
from appoints.query.time_range import EVER
from appoints.results.filtering import flags, narrowed
from appoints.results.states import Rules, derived, searchable
from appoints.snapshots.frame import Fetched, plain
from tests.factories import NOON, raw
from tests.strategies import raw_rows

numbers = st.from_regex(r"\+?[0-9]{6,15}", fullmatch=True)
separators = st.sampled_from(["", "", "-", " ", ". "])

NAMING = ("business_result", "agent_name", "task_name", "caller_no")
# Compared with whole numbers only, and shown nowhere.
COMPARED = ("called_key", "called_sent")
OTHER_DIGITS = str.maketrans("123456789", "234567891")


def frame_of(*rows: object) -> pl.DataFrame:
    return derived(plain([Fetched(0, list(map(parse_row, rows)), NOON)]), Rules())


def naming_itself(number: str, between: str, before: str) -> dict[str, object]:
    """A row whose texts name its number, in some writing."""
    text = f"call {before}{between.join(number.lstrip('+'))} again"
    texts = dict.fromkeys(("busiResult", "userName", "taskName", "callerNo"), text)
    return raw(1, calledNo=number, **texts, extra={"note": [text]})


def masked_record(row: object) -> dict[str, object]:
    return masked(frame_of(row)).to_dicts()[0]


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13900000001", "••••••••001"),
        ("+86 139", "••••139"),
        ("123456", "•••456"),
        ("12345", "•••••"),
        ("7", "•"),
        ("外呼外呼外呼", "•••呼外呼"),
    ],
)
def test_of_a_number_the_last_three_characters_are_seen(number: str, shown: str) -> None:
    assert hidden(number) == shown
    assert masked_record(raw(1, calledNo=number))["called_no"] == shown


@given(st.lists(raw_rows, min_size=5, max_size=20))
def test_each_number_is_masked_and_what_is_missing_stays_missing(rows: list[object]) -> None:
    frame = frame_of(*rows)
    expected = [number and hidden(number) for number in frame["called_no"]]
    assert masked(frame)["called_no"].to_list() == expected


@given(st.lists(raw_rows, min_size=5, max_size=20))
def test_masking_changes_no_other_column_of_rows_that_do_not_name_their_number(
    rows: list[object],
) -> None:
    frame = frame_of(*rows).filter(pl.col("called_no").is_null() & pl.col("odd").is_null())
    touched = {"called_no", "called_digits"}
    assert masked(frame).drop(touched).equals(frame.drop(touched))


@given(number=numbers, between=separators, before=st.sampled_from(["", "0", "0086 (0)", "+"]))
@example(number="123456", between="-", before="")
def test_no_text_of_a_row_names_its_number_in_any_writing(
    number: str, between: str, before: str
) -> None:
    record = masked_record(naming_itself(number, between, before))
    for each in (*NAMING, "odd"):
        assert "call" in str(record[each]) and "again" in str(record[each])
        assert len(re.findall("[0-9]", str(record[each]).replace("u2022", ""))) <= 3


@given(number=numbers, between=separators, before=st.sampled_from(["", "0", "0086 (0)", "+"]))
def test_rows_look_the_same_whatever_the_hidden_digits_are(
    number: str, between: str, before: str
) -> None:
    one, other = (
        searchable(masked(frame_of(naming_itself(each, between, before))))
        for each in (number, number[:-3].translate(OTHER_DIGITS) + number[-3:])
    )
    assert one.drop(COMPARED).equals(other.drop(COMPARED))


def test_a_number_without_digits_is_masked_in_texts_as_it_is_written() -> None:
    record = masked_record(raw(1, calledNo="sip:anna@example", busiResult="to sip:anna@example!"))
    assert record["business_result"] == "to •••••••••••••ple!"


def test_texts_with_other_numbers_stay_as_they_are() -> None:
    text = "order 20260601 of 13911112222"
    assert masked_record(raw(1, calledNo="13900000001", busiResult=text))["business_result"] == text


@pytest.mark.parametrize("sent", [["13900000001"], {"no": "+86 139 0000 0001"}])
def test_a_number_that_is_no_text_is_masked_in_texts_too(sent: object) -> None:
    text = "call 139-0000-0001 again"
    extra = {"note": text, "nothing": float("nan")}
    record = masked_record(raw(1, calledNo=sent, busiResult=text, extra=extra))
    for each in (record["business_result"], record["odd"]):
        assert "139" not in str(each)


def test_digits_of_other_scripts_are_digits() -> None:
    wide = "１３９００００００９１"
    assert without(f"to {wide}.", "13900000091") == "to ••••••••０９１."
    record = masked_record(raw(1, calledNo="13900000091", busiResult=f"to {wide}."))
    assert record["business_result"] == "to ••••••••０９１."


@pytest.mark.parametrize(
    ("row", "key", "shown"),
    [
        (raw(1, calledNo=["13900000001"]), "calledNo", "••••••••••••1']"),
        (raw(1, calledNo=1.5), "calledNo", "•••"),
        ("call 139 now", "", "call ••• now"),
        ([13900000001], "", "[•••••••••••]"),
        (raw(1, calledNo="139000", extra={"139000": "a"}), "extra", "{'•••000': 'a'}"),
    ],
)
def test_what_no_field_can_hold_is_masked_too(row: object, key: str, shown: str) -> None:
    odd = json.loads(str(masked_record(row)["odd"]))
    assert str(odd[key]) == shown


@given(st.lists(numbers, min_size=1, max_size=5), st.data())
def test_free_text_finds_no_part_of_a_masked_number(called: list[str], data: st.DataObject) -> None:
    rows = [raw(1, calledNo=number) for number in called]
    frame = searchable(masked(frame_of(*rows)))
    number = data.draw(st.sampled_from(called))
    part = number[data.draw(st.integers(0, 3)) :]
    for text in (part, number, f"+86{number}"):
        assert narrowed(frame, flags(frame, Query(text=text), EVER)).is_empty()


def test_a_masked_number_is_still_found_by_the_whole_number() -> None:
    frame = masked(frame_of(*map(raw, range(3))))
    found = narrowed(frame, flags(frame, Query(number="139-0000-0002"), EVER))
    assert found["called_no"].to_list() == ["••••••••002"]
