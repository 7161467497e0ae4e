"""Where a reservation stands, and its number's others, against the list read in plain Python."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from hypothesis import given

from appoints.query.query import Query
from appoints.query.time_range import EVER
from appoints.results import selection
from appoints.results.kept import KEPT
from appoints.results.position import position
from appoints.results.result import Mode, Result
from tests.factories import NOON, raw
from tests.results.test_export import frame_of, queries
from tests.strategies import pages


@given(pages, queries)
def test_a_reservations_place_and_its_numbers_others_are_those_of_the_list(
    found: list[tuple[list[object], int]], query: Query
) -> None:
    whole, seen = frame_of(found)
    result = Result.of(whole, query, EVER, mode="whole", as_of=NOON)
    listed = result.rows["appoint_id"].to_list()
    for number, name in enumerate(listed, 1):
        if name is None:
            continue
        place, record = position(result, name), result.find(name)
        assert place is not None and record is not None
        before, after = listed[: number - 1], listed[number:]
        assert place.number == number
        assert place.previous == next((each for each in reversed(before) if each), None)
        assert place.next == next((each for each in after if each), None)

        near = [
            row
            for row, _ in seen
            if row.called_no is not None
            and row.called_no == record["called_no"]
            and row.appoint_id != name
        ]
        others = result.same_number(record)
        assert Counter(each["appoint_id"] for each in others) == Counter(
            row.appoint_id for row in near
        )


@pytest.mark.parametrize(("mode", "stands"), [("whole", True), ("loading", False)])
def test_nothing_stands_anywhere_while_rows_are_coming(mode: Mode, stands: bool) -> None:
    whole, _ = frame_of([([raw(1), raw(2)], 0)])
    result = Result.of(whole, Query(), EVER, mode=mode, as_of=NOON)
    name = str(raw(2)["appointId"])
    assert result.find(name) is not None
    assert (position(result, name) is not None) is stands


def test_what_the_filters_leave_out_stands_nowhere_and_is_found_in_the_range() -> None:
    whole, _ = frame_of([([raw(1), raw(2)], 0)])
    result = Result.of(whole, Query(text="13900000001"), EVER, mode="whole", as_of=NOON)
    name = str(raw(2)["appointId"])
    assert result.find(name) is None and position(result, name) is None
    assert result.find_in_range(name) is not None


@pytest.mark.parametrize(("length", "kept"), [(10, True), (20_000, False)])
def test_a_page_is_kept_where_its_texts_have_room(
    length: int, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(KEPT, "_most", 100_000)
    rows, _ = frame_of([([raw(number, busiResult="x" * length) for number in range(9)], 0)])
    result = Result.of(rows, Query(), EVER, mode="whole", as_of=NOON)
    assert (result.page(1, 9) is result.page(1, 9)) is kept


def test_choices_of_one_result_are_counted_while_those_of_another_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    both = Barrier(2, timeout=5)

    def counted(*_: object) -> dict[str, list[object]]:
        both.wait()
        return {}

    monkeypatch.setattr(selection, "facets", counted)
    frames = [frame_of([([raw(number)], 0)])[0] for number in (1, 2)]
    results = [Result.of(each, Query(), EVER, mode="whole", as_of=NOON) for each in frames]
    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(lambda each: each.facets, results)) == [{}, {}]
