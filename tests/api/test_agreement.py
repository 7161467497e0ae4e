"""Page, file and API hold the rows that a plain reading of what iSales sent finds."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import time_machine
from hypothesis import Phase, given
from hypothesis import settings as example_settings
from pytest_django import Settings

from appoints.connections.models import Connection
from appoints.isales import codes
from appoints.query.columns import FILE_COLUMNS
from appoints.query.query import Query
from appoints.snapshots.models import Snapshot
from dashboard.accounts.models import User
from tests import oracle
from tests.api.conftest import reader_of
from tests.api.test_pages import rows
from tests.compared_oracle import compared
from tests.factories import NOON, at_hand, browser_of
from tests.screen import total_of
from tests.strategies import pages, queries

UTC_ZONE = ZoneInfo("UTC")
REASONS = {**codes.RESULTS, **codes.FAIL_WORDS}


def stored(connection: Connection, found: list[tuple[list[object], int]]) -> list[oracle.Seen]:
    """Let these rows be at hand, and return them as they are once each is there but once."""
    Snapshot.objects.all().delete()
    data = [each for rows, _seconds in found for each in rows]
    seen = oracle.settled(oracle.pages([(data, 0)], NOON))
    at_hand(connection, data)
    Snapshot.objects.update(total=len(seen), received=len(seen))
    return seen


def test_page_file_and_api_agree(
    supervisor: User, connection: Connection, settings: Settings
) -> None:
    settings.API_PER_MINUTE = 1000
    with time_machine.travel(NOON, tick=False):
        reader, browser = reader_of(supervisor), browser_of(supervisor)

        @example_settings(max_examples=10, phases=(Phase.generate,))
        @given(pages, queries)
        def agree(found: list[tuple[list[object], int]], query: Query) -> None:
            seen, address = stored(connection, found), query.urlencode()
            file = browser.get(f"/appoints/export.json?{address}")
            if file.status_code != 200:
                # An agent whom no row names, or a row that cannot be read: only iSales knows.
                answer = reader.get(f"/api/v1/appoints/?{address}")
                assert answer.status_code == file.status_code == 504
                return
            window = query.window(NOON, UTC_ZONE, overdue_days=30)
            records = compared([oracle.Record(row, REASONS) for row in seen], window)
            expected = [each for each in records if each.matches(query, window)]
            in_json = [each.in_json(UTC_ZONE) for each in oracle.ordered(expected, query.sort)]
            in_json = [{name: row[name] for name in FILE_COLUMNS} for row in in_json]
            assert file.json()["rows"] == in_json
            assert rows(reader, f"/api/v1/appoints/?{address}&per_page=5") == in_json
            assert total_of(browser.get(f"/appoints/?{address}")) == len(in_json)

        agree()
