"""Links beside counts lead to just the rows that they count, or nowhere."""

from __future__ import annotations

import pytest

from appoints.display.filter_menus import filter_menu, filter_menus
from appoints.query.query import Query
from appoints.results.facets import ValueCount


@pytest.mark.parametrize(
    ("name", "value"), [("agents", "a" * 501), ("call_type", "7"), ("causes", "1" * 501)]
)
def test_a_value_that_no_address_can_name_is_counted_without_a_link(name: str, value: str) -> None:
    counted = {name: [ValueCount(value, None, 3), ValueCount("1", None, 2)]}
    [menu] = [each for each in filter_menus(counted, Query(), {}) if each.name == name]
    odd, plain = menu.choices
    assert (odd.rows, odd.address) == (3, None)
    assert plain.address


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("agents", Query(), "without=agent"),
        ("agents", Query(agents=("1",)), "agent=1&without=agent"),
        ("task", Query(without=("task", "cause")), "without=cause"),
        ("call_type", Query(), "without=call_type"),
        ("cause_groups", Query(), "without=cause_group"),
    ],
)
def test_rows_that_have_none_are_a_choice_too(name: str, before: Query, after: str) -> None:
    [none] = filter_menu(name, [ValueCount(None, None, 3)], before, {}, None).choices
    assert (none.text, none.address) == ("none", after)
    assert none.chosen is before.lacks(name)


def test_a_menu_that_only_has_none_is_shown_while_it_is_chosen() -> None:
    counted = {"causes": [ValueCount(None, None, 3)]}
    assert "causes" not in [each.name for each in filter_menus(counted, Query(), {})]
    chosen = filter_menus(counted, Query(without=("cause",)), {})
    assert [each.chosen for each in chosen if each.name == "causes"] == [1]


def test_choices_of_the_same_name_are_told_apart_by_their_value() -> None:
    lines = [ValueCount("101", "Ana", 3), ValueCount("102", "Ana", 2), ValueCount("103", "Bo", 1)]
    choices = filter_menu("agents", lines, Query(), {}, None).choices
    assert [choice.text for choice in choices] == ["Ana · 101", "Ana · 102", "Bo"]


def test_a_menu_shows_the_most_frequent_choices_and_those_chosen() -> None:
    lines = [ValueCount(str(number), None, 100 - number) for number in range(20)]
    shown = filter_menu("agents", lines, Query(agents=("17",)), {}, 12)
    assert [choice.value for choice in shown.choices] == [*map(str, range(12)), "17"]
    assert (shown.more, shown.chosen) == (7, 1)


def test_agents_and_tasks_can_be_given_where_nothing_is_counted() -> None:
    assert [each.name for each in filter_menus({}, Query(), {})] == ["agents", "task"]
