"""Sorting that needs more than the rows."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from appoints.access.scope import scope_of
from appoints.connections.models import Connection
from appoints.forms.bind import Question
from appoints.isales import codes
from appoints.isales.simulator import Simulator
from appoints.query.query import Query
from dashboard.accounts.models import User
from tests.factories import NOON, raw

UTC = ZoneInfo("UTC")


def test_the_reason_of_a_failure_sorts_by_its_words_and_not_by_its_code(
    connection: Connection, simulator: Simulator, supervisor: User
) -> None:
    """00604 was rejected, 00146 was not answered, 00145 was busy."""
    simulator.listing.source = [
        raw(number, failCode=code) for number, code in enumerate(["00604", "00146", None, "00145"])
    ]
    question = Question(Query(sort="fail_reason"), connection, UTC, NOON, scope_of(supervisor))
    found = question.ask(wait=10).rows["fail_code"].to_list()
    assert found == [*sorted(("00604", "00146", "00145"), key=codes.FAIL_WORDS.__getitem__), None]
    assert found != [*sorted(found[:3]), None]
