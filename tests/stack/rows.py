"""Reserved calls as iSales sends them: so many on each of the days around today, in UTC."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

CODES = ("00000", "00000", "00604", "00145", "00702", "34606", "99999")
HOSTILE = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "=cmd|' /C calc'!A0", "\x00\x07",
    "{{ 7*7 }}{% debug %}", "'; DROP TABLE appoints; --", "\u202egnp.exe", "a" * 40_000, "", None,
    {"nested": [1]}, -1, 1e400, "../../etc/passwd", "line\r\nSet-Cookie: a=b", True,
)  # fmt: skip
DAY = 24 * 60 * 60 * 1000  # milliseconds


def made(a_day: int, days: int, *, hostile: bool = False) -> list[dict[str, Any]]:
    """Return rows; those of the past were called, and with ``hostile`` any field may be odd."""
    dice = random.Random(1)
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    first = round((today - timedelta(days=days // 2)).timestamp()) * 1000
    now = round(datetime.now(UTC).timestamp()) * 1000
    step = DAY // a_day
    rows = [_row(number, first + number * step, now, dice) for number in range(a_day * days)]
    return [_spoilt(row, dice) for row in rows] if hostile else rows


def _row(number: int, reserved: int, now: int, dice: random.Random) -> dict[str, Any]:
    row: dict[str, Any] = {
        "appointId": f"{reserved}{number:017d}",
        "callType": dice.choice("12"),
        "appointTime": reserved,
        "calledNo": f"138{dice.randrange(10**8):08d}",
        "taskId": f"11060251{number % 12:02d}",
        "taskName": f"Task number {number % 12}",
        "taskStatus": "2",
        "timeout": reserved < now,
        "userAccount": str(100 + number % 60),
        "userName": f"Agent {number % 60}",
        "callFlag": "0",
        "createTime": reserved - 3_600_000,
    }
    if reserved < now and number % 10:
        row |= {"beginTime": reserved + 4000, "endTime": reserved + 64_000, "callFlag": "2"}
        row |= {"callerNo": "710002", "failCode": dice.choice(CODES), "result": "0101"}
        row["busiResult"] = "Reservation business result > again"
    return row


def _spoilt(row: dict[str, Any], dice: random.Random) -> dict[str, Any]:
    """Give two fields a hostile value; the ID and the reserved time stay."""
    for name in dice.sample(sorted(row.keys() - {"appointId", "appointTime"}), 2):
        row[name] = dice.choice(HOSTILE)
    return row
