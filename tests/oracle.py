"""What the product must find, said over again in plain Python."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from appoints.isales import codes
from appoints.isales.rows import TEXTS, TIMES, Row, parse_row
from appoints.query.columns import COMPARED_COLUMNS
from appoints.query.query import REPEATS, STATES, Query
from appoints.query.time_range import Window
from appoints.results.collation import key

MINUTE = 60_000  # milliseconds
COLLATED = {
    "agent", "agent_name", "business_result", "call_status", "call_type", "caller_no", "fail_code",
    "fail_reason", "result", "task_id", "task_name", "task_status",
}  # fmt: skip
FACETS = {
    "states": "state",
    "late": "late",
    "call_type": "call_type",
    "cause_groups": "fail_group",
    "causes": "fail_code",
    "agents": "agent",
    "task": "task_id",
    "repeats": "repeat",
}
SEARCHED = ("agent_name", "agent", "task_name", "business_result", "called_no", "caller_no")

Seen = tuple[Row, datetime]  # a row, and when it was fetched


def pages(
    found: list[tuple[list[object], int]], at: datetime
) -> list[tuple[int, list[Row], datetime]]:
    """Raw pages, and how many seconds after ``at`` each came, as (offset, rows, moment)."""
    return [
        (number * 10, [parse_row(raw) for raw in rows], at + timedelta(seconds=after))
        for number, (rows, after) in enumerate(found)
    ]


def settled(found: list[tuple[int, list[Row], datetime]]) -> list[Seen]:
    """Each reservation once, as last fetched; the first of several fetched together."""
    seen = [(row, moment) for _, rows, moment in found for row in rows]
    kept: dict[str, int] = {}
    for number, (row, moment) in enumerate(seen):
        name = row.appoint_id
        if name is not None and (name not in kept or moment > seen[kept[name]][1]):
            kept[name] = number
    return [
        each
        for number, each in enumerate(seen)
        if each[0].appoint_id is None or kept[each[0].appoint_id] == number
    ]


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def state(row: Row, now: int) -> str:
    """isales-api.md section 6; the first that matches wins."""
    reserved = row.appoint_time
    if row.fail_code is not None:
        return "reached" if row.fail_code == "00000" else "failed"
    if row.result in ("0000", "0900"):
        return "reached"
    if row.result in ("0101", "0601", "-1"):
        return "failed"
    if row.call_end is not None or row.call_status == "2":
        return "unknown"
    if row.call_status == "1" or row.call_begin is not None:
        return "calling"
    if row.expired or (reserved is not None and reserved <= now):
        return "overdue"
    if reserved is None:
        return "unknown"
    ahead = 10 if row.call_type == "2" else 5
    return "due" if reserved <= now + ahead * MINUTE else "upcoming"


@dataclass(frozen=True)
class Record:
    """A row with all that is derived from it."""

    seen: Seen
    reasons: Mapping[str, str]
    # See tests/compared_oracle.py.
    repeats: tuple[str | None, int | None] = (None, None)
    attempts: tuple[int | None, int | None] = (None, None)

    @property
    def row(self) -> Row:
        return self.seen[0]

    @property
    def state(self) -> str:
        return state(self.row, _ms(self.seen[1]))

    def values(self) -> dict[str, Any]:
        """Every column of the files, times in epoch milliseconds."""
        row = self.row
        late = None
        if row.appoint_time is not None and row.call_begin is not None:
            late = row.call_begin > row.appoint_time + 5 * MINUTE
        failed = row.fail_code is not None and row.fail_code != "00000"
        found = {
            **row._asdict(),
            "state": self.state,
            "late": late,
            "fail_group": codes.FAIL_GROUPS.get(row.fail_code, "other") if failed else None,
            "repeat": self.repeats[0],
            "repeat_count": self.repeats[1],
            "attempt": self.attempts[0],
            "attempts": self.attempts[1],
        }
        code = row.fail_code or row.result
        reason = self.reasons.get(code, code) if found["state"] == "failed" else None
        return {name: {**found, "fail_reason": reason}[name] for name in COMPARED_COLUMNS}

    def matches(self, query: Query, window: Window) -> bool:
        found, sent = self.values(), self.sent()
        states = query.states or (("overdue",) if query.preset == "overdue" else ())
        reserved = found["appoint_time"]
        return all(
            (
                reserved is None or window.begin is None or reserved >= _ms(window.begin),
                reserved is None or window.end is None or reserved < _ms(window.end),
                not query.agents or found["agent"] in query.agents or "agent" in sent,
                not query.number or found["called_no"] == query.number or "called_no" in sent,
                not query.task or found["task_id"] == query.task or "task_id" in sent,
                not states or found["state"] in states,
                not query.late or found["late"] is True,
                not query.call_type or found["call_type"] == query.call_type,
                not query.causes or found["fail_code"] in query.causes,
                not query.cause_groups or found["fail_group"] in query.cause_groups,
                not query.repeats or bool(ways(found["repeat"]) & {*query.repeats}),
                any(
                    _plain(query.text) in _plain(found[name] or sent.get(name, ""))
                    for name in SEARCHED
                )
                or any(
                    _is_number(query.text, found[name] or "") for name in ("called_no", "caller_no")
                ),
            )
        )

    def sent(self) -> dict[str, str]:
        """What stood in place of each text that cannot be read, by its column."""
        odd = json.loads(self.row.odd or "{}")
        return {
            name: str(odd.get(key, odd.get("")))
            for name, key in TEXTS.items()
            if getattr(self.row, name) is None and (key in odd or "" in odd)
        }

    def on_screen(self) -> dict[str, Any]:
        return {name: value for name, value in self.values().items() if name != "fail_reason"}

    def in_json(self, zone: ZoneInfo) -> dict[str, Any]:
        return {
            name: _iso(value, zone) if name in TIMES else value
            for name, value in self.values().items()
        }

    def in_csv(self, zone: ZoneInfo) -> list[str]:
        return [_cell(value) for value in self.in_json(zone).values()]

    def in_book(self, zone: ZoneInfo) -> list[Any]:
        return [
            _local(value, zone) if name in TIMES else value for name, value in self.values().items()
        ]


def ways(repeat: str | None) -> set[str | None]:
    """The values of the filter under which a row is found and counted."""
    return {"open", "reached"} if repeat == "both" else {repeat}


def ordered(records: list[Record], sort: str) -> list[Record]:
    """By a column, empty ones last, ties as before."""
    name = sort.removeprefix("-") or "appoint_time"
    ranks = {"state": STATES, "fail_group": tuple(codes.GROUPS), "repeat": REPEATS}.get(name)

    def rank(record: Record) -> Any:
        value = record.values()[name]
        if name in COLLATED:
            return key(value, "")
        return value if ranks is None else ranks.index(value)

    present = [each for each in records if each.values()[name] is not None]
    empty = [each for each in records if each.values()[name] is None]
    return sorted(present, key=rank, reverse=sort.startswith("-")) + empty


def counted(records: Iterable[Record]) -> dict[str, Counter[str | None]]:
    """Rows by value as addresses write it, for the column of each facet."""
    found: dict[str, Counter[str | None]] = {column: Counter() for column in FACETS.values()}
    for record in records:
        values = record.values()
        for column, counter in found.items():
            for value in ways(values[column]) if column == "repeat" else (values[column],):
                counter[str(value).lower() if isinstance(value, bool) else value] += 1
    return found


def plain(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record of the screen in the columns of the files, times in epoch milliseconds."""
    return {
        name: _ms(record[name]) if isinstance(record[name], datetime) else record[name]
        for name in COMPARED_COLUMNS
        if name != "fail_reason"
    }


def _at(value: int) -> datetime:
    return datetime.fromtimestamp(value // 1000, UTC).replace(microsecond=value % 1000 * 1000)


def _iso(value: int | None, zone: ZoneInfo) -> str | None:
    if value is None:
        return None
    spec = "milliseconds" if value % 1000 else "seconds"
    return _at(value).astimezone(zone).isoformat(timespec=spec)


def _plain(text: str) -> str:
    """Text without accents, case and more than one space at a time."""
    letters = unicodedata.normalize("NFKD", text)
    return " ".join("".join(x for x in letters if not unicodedata.combining(x)).casefold().split())


def _is_number(text: str, number: str) -> bool:
    if not re.fullmatch(r"\+?[0-9][0-9 ().\-/\u00a0]*", text):
        return False
    digits = "".join(each for each in text if each in "0123456789")
    own = number.removeprefix("+")
    return digits in number or (len(own) >= 7 and digits.endswith(own))


def _local(value: int | None, zone: ZoneInfo) -> datetime | None:
    return None if value is None else _at(value).astimezone(zone).replace(tzinfo=None)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    first, *others = re.split(r"([;\t\r\n])", str(value))
    marked = str(value)[0] in "\t\r\n" or (_runs(first) and not (_is_signed(first) and not others))
    return "'" * marked + first + "".join("'" * _runs_inside(each) + each for each in others)


def _runs(part: str) -> bool:
    """Tell whether a part of a cell, with which a cell may begin, is a formula."""
    return part.lstrip()[:1] in tuple("=+-@＝＋－＠")


def _runs_inside(part: str) -> bool:
    bare = part.lstrip('" ').rstrip('"')
    return _runs(bare) and not _is_signed(bare)


def _is_signed(part: str) -> bool:
    return re.fullmatch(r"[+-]([0-9]+( [0-9]+)*(\.[0-9]+)?)?", part) is not None
