"""Rows that are odd in each way that isales-api.md warns of."""

from __future__ import annotations

from datetime import datetime

from .row import DAY, MINUTE, Row, epoch


def odd_rows(now: datetime) -> list[Row]:
    """Return one row for each oddity that isales-api.md warns of, reserved around a moment."""
    at = epoch(now) // MINUTE * MINUTE - 20 * MINUTE
    plain = _plain_row(at)
    rows = [
        {**plain, "appointId": f"{plain['appointId']}{n:03d}", **odd}
        for n, odd in enumerate(_oddities(at))
    ]
    nulls: Row = dict.fromkeys([*plain, *_called(at)])
    return [*rows, {**nulls, "appointId": f"{plain['appointId']}900"}, {"appointTime": at}]


def _called(at: int) -> Row:
    """Return what a row tells of a call that was made."""
    return {
        "beginTime": at - 10_000,
        "endTime": at,
        "callFlag": "2",
        "callerNo": "710002",
        "failCode": "00604",
        "result": "0101",
        "createTime": at + 13_000,
        "busiResult": "Reservation business result > aab",
    }


def _oddities(at: int) -> list[Row]:
    called = _called(at)
    return [
        called,
        {"callType": 1, "userAccount": 116, "failCode": 604},
        {**called, "failCode": "77777", "result": "4242", "createTime": at - DAY},
        {"callFlag": "7", "taskStatus": "9"},
        {"remark": "call softly", "callData": {"vip": True}},
        {"taskName": "", "userName": "", "failCode": "", "busiResult": ""},
        {"appointTime": str(at), "createTime": str(at - DAY)},
        {"appointTime": "soon", "timeout": "maybe"},
        {**called, "busiResult": '=HYPERLINK("http://evil.example","x")', "userName": "=1+1"},
        {"userName": "Zoë 🎧 O'Neil", "taskName": "<b>Bold & “quoted”</b>"},
        {"taskName": "An unusually long task name that goes on and on " * 6},
        {"beginTime": None, "endTime": None, "failCode": None, "result": None},
    ]


def _plain_row(at: int) -> Row:
    """Return an overdue call of an ordinary campaign."""
    return {
        "appointId": "174730253678826340158055543",
        "callType": "2",
        "appointTime": at,
        "calledNo": "66660001",
        "taskId": "1106025109",
        "taskName": "Preempted task",
        "taskStatus": "2",
        "timeout": True,
        "userAccount": "116",
        "userName": "116",
        "callFlag": "0",
        "createTime": at - DAY,
    }
