"""The rows that everything is measured on."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

CODES = ("00000", "00000", "00604", "00145", "00702", "34606", "99999")


def made(count: int) -> list[dict[str, Any]]:
    """Return rows as iSales sends them; half were called, as reservations of a past month are."""
    dice = random.Random(1)
    now = round(datetime.now(UTC).timestamp()) * 1000
    return [_row(number, now - number * 20_000, dice) for number in range(count)]


def _row(number: int, reserved: int, dice: random.Random) -> dict[str, Any]:
    row = {
        "appointId": f"{reserved}{number:017d}",
        "callType": dice.choice("12"),
        "appointTime": reserved,
        "calledNo": f"138{dice.randrange(10**8):08d}",
        "taskId": f"11060251{number % 12:02d}",
        "taskName": f"Task number {number % 12}",
        "taskStatus": "2",
        "timeout": True,
        "userAccount": str(100 + number % 60),
        "userName": f"Agent {number % 60}",
        "callFlag": "0",
        "createTime": reserved - 3_600_000,
    }
    if number % 2:
        row |= {"beginTime": reserved + 4000, "endTime": reserved + 64_000, "callFlag": "2"}
        row |= {"callerNo": "710002", "failCode": dice.choice(CODES), "result": "0101"}
        row["busiResult"] = "Reservation business result > again"
    return row
