"""Whatever a masked person asks, no answer depends on the hidden digits of a number."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appoints.connections.models import Connection
from appoints.query.columns import COLUMNS
from appoints.snapshots.models import Snapshot
from tests.factories import at_hand, browser_of, connection_to, person, raw

NOW = datetime(2026, 6, 1, 12, 3, tzinfo=UTC)
OTHER_DIGITS = str.maketrans("123456789", "234567891")
# Random in every answer: tokens of numbers, and Django's against forged forms.
CHANCE = re.compile(rb'~[A-Za-z0-9_-]{39,}|(?<=name="csrfmiddlewaretoken" value=")\w+')
PLACES = (
    "/appoints/",
    "/choices/agents/",
    "/choices/task/",
    "/wallboard/",
    "/appoints/export.csv",
    "/appoints/export.json",
    "/appoints/export.xlsx",
    f"/appoints/{1:030}/",
)

numbers = st.from_regex(r"\+?[1-9][0-9]{8,12}", fullmatch=True)
rows = st.lists(
    st.tuples(
        numbers,
        st.sampled_from(["", "call {} now", "{}", "+86-{}"]),
        st.sampled_from(["busiResult", "userName", "taskName", "callerNo", "extra"]),
        st.sampled_from([None, "00604", "00000"]),
    ),
    min_size=2,
    max_size=6,
)


def called(drawn: list[tuple[str, str, str, str | None]], *, other: bool) -> list[dict[str, Any]]:
    """Rows that call these numbers, or others of which just the same is shown."""
    found = []
    for place, (number, text, name, code) in enumerate(drawn):
        if other:
            number = number[:-3].translate(OTHER_DIGITS) + number[-3:]
        fields = {"calledNo": number, "failCode": code, name: text.format(number.lstrip("+"))}
        found.append(raw(place, **fields))
    return found


@st.composite
def queries(draw: st.DrawFn, numbers: list[str]) -> dict[str, str]:
    """Filters and orders, among them parts of these numbers wherever one may write them."""
    number = draw(st.sampled_from(numbers)).lstrip("+")
    begin, length = draw(st.integers(0, 5)), draw(st.integers(1, len(number) - 4))
    part = number[begin : begin + length]
    sort = draw(st.sampled_from(list(COLUMNS)))
    possible = {
        "q": part,
        "number": number[: len(number) - 1 - begin],
        "agent": part,
        "task": part,
        "cause": "00604",
        "state": draw(st.sampled_from(["overdue", "failed", "reached"])),
        "sort": draw(st.sampled_from([sort, f"-{sort}", "-called_no"])),
        "without": draw(st.sampled_from(["number", "cause"])),
        "page": "2",
    }
    names = draw(st.sets(st.sampled_from(sorted(possible)), max_size=2))
    return {name: possible[name] for name in names}


@pytest.fixture
def connection(db: None, settings: Any) -> Connection:
    settings.APPOINTS_PAGE_WAIT = 0
    return connection_to()


@pytest.fixture
def browser(connection: Connection) -> Client:
    return browser_of(person("masked", rights=("export_files",)))


def answers(browser: Client, rows: list[dict[str, Any]], query: str) -> list[tuple[int, bytes]]:
    """What each place answers, without what is random, where just these rows are at hand."""
    cache.clear()
    Snapshot.objects.all().delete()
    at_hand(Connection.objects.get(), rows)
    found = [browser.get(f"{place}?{query}") for place in PLACES]
    return [(each.status_code, CHANCE.sub(b"", each.content)) for each in found]


@settings(max_examples=10, phases=[__import__("hypothesis").Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=rows, data=st.data())
def test_no_answer_tells_a_hidden_digit(
    browser: Client, drawn: list[tuple[str, str, str, str | None]], data: st.DataObject
) -> None:
    with time_machine.travel(NOW, tick=False):
        ours, others = called(drawn, other=False), called(drawn, other=True)
        query = urlencode(data.draw(queries([row["calledNo"] for row in ours])))
        found = answers(browser, ours, query)
        for place, one, other in zip(PLACES, found, answers(browser, others, query), strict=True):
            assert one == other, f"{place}?{query}"
        for row in ours:
            assert not [body for _, body in found if row["calledNo"].encode() in body]
