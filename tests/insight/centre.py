"""A connection whose rows are at hand, and who looks at it."""

from __future__ import annotations

from typing import Any

from django.test import Client

from appoints.connections.models import Connection
from tests.access.centre import connection_with
from tests.factories import MINUTE, NOON, at_hand, raw

AROUND = round(NOON.timestamp() * 1000)


def call(number: int, **changes: Any) -> dict[str, Any]:
    """A call that was reached three minutes after its time, each third an hour after it."""
    late = 60 if number % 3 == 0 else 3
    begin = AROUND + (number + late) * MINUTE
    reached = {"beginTime": begin, "endTime": begin + 2 * MINUTE, "failCode": "00000"}
    return raw(number, **{"callType": "1", **reached, **changes})


RANGE = "from=2026-05-26&to=2026-06-03"
ROWS = [
    *[call(number, taskName="Renewals", userName="Ana") for number in range(40)],
    *[call(-number, result="0101", failCode="00604", taskId="1") for number in range(1, 40)],
    call(41, beginTime=None),
    call(42, userAccount=None),
    call(43, taskId=None),
    call(44, beginTime=None, endTime=None, failCode=None),
    call(-180, beginTime=None, endTime=None, failCode=None),
    call(64, beginTime=None, endTime=None, failCode=None),
    call(66, beginTime=None, endTime=None, failCode=None, userAccount=None),
    call(400, beginTime=None, endTime=None, failCode=None),
    call(401, beginTime=None, endTime=None, failCode=None, userAccount="agent1"),
]
HOURS = {"working_hours": "Mon-Sun 06:00-12:00", "time_zone": "UTC"}


def centre(rows: list[Any], **fields: Any) -> Connection:
    """A connection with these rows at hand; nothing is to be had beyond them."""
    made = connection_with("demo", **fields)
    at_hand(made, rows)
    return made


def opened(browser: Client, address: str) -> int:
    """How many rows the list shows at an address."""
    response = browser.get(f"/appoints/export.json?{address.partition('?')[2]}")
    assert response.status_code == 200, (address, response.content)
    return int(response["X-Total-Count"])
