"""What a page showed is not drawn again for the same question over the same rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone

from appoints.connections import lookups
from appoints.connections.models import Connection, Lookup
from appoints.display.table import AppointTable
from appoints.forms.query_form import QueryForm
from appoints.results.kept import KEPT
from appoints.snapshots.models import Snapshot
from tests.factories import at_hand, raw
from tests.screen import Screen

PAGE = "/appoints/?q=agent"


@pytest.fixture
def drawn(connection: Connection) -> Iterator[list[str]]:
    """The parts that were drawn."""
    for name in (lookups.TASKS, lookups.WORDS):
        Lookup.of(connection, name).mark_not_offered()
    at_hand(connection, [raw(number) for number in range(3)])
    KEPT.clear()
    found: list[str] = []
    lines = AppointTable.lines

    def seen_lines(table: AppointTable) -> object:
        found.append("rows")
        return lines(table)

    def seen_more(form: QueryForm) -> bool:
        found.append("fields")
        return False

    with (
        patch.object(AppointTable, "lines", seen_lines),
        patch.object(QueryForm, "wrong_in_more_filters", property(seen_more)),
    ):
        yield found


def test_the_same_page_is_drawn_once(signed_in: Client, drawn: list[str]) -> None:
    first, second = (signed_in.get(PAGE) for _ in range(2))
    assert sorted(drawn) == ["fields", "rows"]
    assert Screen(second).texts("tbody td") == Screen(first).texts("tbody td")


def test_fields_are_drawn_once_whatever_the_rows(
    signed_in: Client, drawn: list[str], connection: Connection
) -> None:
    signed_in.get(PAGE)
    Snapshot.objects.update(as_of=timezone.now() - timedelta(hours=1))
    at_hand(connection, [raw(number) for number in range(4)])
    assert len(Screen(signed_in.get(PAGE)).texts("tbody tr")) >= 4
    assert sorted(drawn) == ["fields", "rows", "rows"]


@pytest.mark.parametrize("other", ["&sort=-agent_name", "&tz=Asia%2FTokyo", "&per_page=25"])
def test_another_question_over_the_same_rows_is_drawn_anew(
    signed_in: Client, drawn: list[str], other: str
) -> None:
    signed_in.get(PAGE)
    signed_in.get(PAGE + other)
    assert sorted(drawn) == ["fields", "fields", "rows", "rows"]


def test_what_was_typed_comes_back_as_it_was_typed(signed_in: Client, drawn: list[str]) -> None:
    """Both ask the same, by different addresses."""
    signed_in.get(PAGE)
    signed_in.get(PAGE + "&late=")
    assert drawn.count("fields") == 2
