from __future__ import annotations

from appoints.display.charts.causes import causes
from appoints.query.query import Query
from appoints.results.facets import ValueCount

REASONS = {"00604": "call rejected", "00145": "busy"}


def test_causes_stand_under_their_group_the_most_first() -> None:
    lines = [
        ValueCount("00702", None, 5),
        ValueCount("00604", None, 3),
        ValueCount("00145", None, 3),
    ]
    found = causes([*lines, ValueCount(None, None, 1)], Query(), REASONS)
    assert [(bar.text, bar.code, bar.rows, bar.part) for bar in found.bars] == [
        ("Customer side", "", 6, False),
        ("call rejected", "00604", 3, True),
        ("busy", "00145", 3, True),
        ("Platform", "", 5, False),
        ("00702", "", 5, True),
        ("Without a fail code", "", 1, False),
    ]
    assert found.shown == found.bars and not found.rest


def test_a_cause_narrows_to_it_and_a_group_to_its_own() -> None:
    found = causes([ValueCount("00604", None, 3)], Query(text="x", page=2), REASONS)
    assert [bar.address for bar in found.bars] == [
        "state=failed&cause_group=customer&q=x",
        "state=failed&cause=00604&q=x",
    ]


def test_failures_without_a_fail_code_are_led_to_like_any_others() -> None:
    [bar] = causes([ValueCount(None, None, 3)], Query(causes=("1",)), {}).bars
    assert bar.address == "state=failed&without=cause"


def test_every_group_is_shown_and_the_smallest_causes_are_summed() -> None:
    codes = ["00604", "00145", "00146", "00150", "00208", "00209", "00549", "00160", "00009"]
    lines = [ValueCount(code, None, 50 - at) for at, code in enumerate(codes)]
    found = causes([*lines, ValueCount("34611", None, 1)], Query(), {})
    assert [bar.text for bar in found.shown if not bar.part] == ["Customer side", "System error"]
    assert [bar.text for bar in found.shown if bar.part] == codes[:8]
    assert found.rest == "and 2 more causes: 43"


def test_the_longest_bar_is_the_whole_width() -> None:
    lines = [ValueCount("00604", None, 4), ValueCount("00702", None, 1)]
    found = [bar for bar in causes(lines, Query(), {}).bars if not bar.part]
    assert [bar.share for bar in found] == ["100.0%", "25.0%"]
