"""The list call: check the body, filter, page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from appoints.isales import codes

from .centre import Centre, Plan
from .faults import Fault
from .names import AGENTS
from .options import Options
from .row import Row, epoch

REMEMBERED = 1000  # milliseconds of the centre's clock for which a query's rows stay in order
ACCOUNTS = {agent.id: agent.account for agent in AGENTS}
ENDS: Mapping[str, Callable[[int, int, int], bool]] = {
    "inclusive": lambda begin, at, end: begin <= at <= end,
    "exclusive-end": lambda begin, at, end: begin <= at < end,
    "exclusive": lambda begin, at, end: begin < at < end,
}


class CodeRefusal(Exception):
    """A code other than success, and what iSales says with it."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(code)
        self.code = code
        self.description = description


class Listing:
    """Reserved calls as the list call filters and pages them."""

    def __init__(self, source: Centre | list[Row], options: Options) -> None:
        self.source = source
        self.max_limit = options.max_limit
        self.range_field = options.range_field
        self.within = ENDS[options.range_ends]
        self.now = options.now
        self.kept: dict[str, tuple[int, list[Plan | Row]]] = {}

    def page(self, body: object, fault: Fault, kind: str) -> dict[str, Any]:
        """Return data and total of an answer; ``kind`` is this call's fault. Raises CodeRefusal."""
        offset, limit = self._paging(body)
        assert isinstance(body, dict)
        asked = {key: value for key, value in body.items() if key not in ("offset", "limit")}
        if kind == "unfiltered":
            asked = {}
        query = repr(sorted(asked.items()))
        rows, seen = self._matching(query, asked), fault.seen_offsets(query)
        if kind == "vanish" and 0 in seen:
            rows = rows[1:]
        total = len(rows) + {"wrong-total": 3, "drift": fault.calls}.get(kind, 0)
        # A page that is asked for again is right: only then can a load come to its end.
        early = 2 if kind == "overlap" and offset and offset not in seen else 0
        seen.add(offset)
        now = epoch(self.now())
        first = offset - min(early, offset)
        page = rows[first : first + limit]
        return {"data": [_shown(row, now) for row in page], "totalCount": total}

    def rows(self, now: datetime | None = None) -> list[Row]:
        """Return every row that is visible, as served."""
        moment = now or self.now()
        found = self.source if isinstance(self.source, list) else self.source.visible(moment)
        return [_shown(row, epoch(moment)) for row in found]

    def _paging(self, body: object) -> tuple[int, int]:
        if not isinstance(body, dict):
            raise CodeRefusal("0200001", "the body is no object")
        offset, limit = body.get("offset"), body.get("limit")
        if type(offset) is not int or type(limit) is not int:
            raise CodeRefusal("0200001", "offset and limit are required integers")
        if not 1 <= limit <= self.max_limit:
            raise CodeRefusal("0200001", f"limit must be from 1 to {self.max_limit}")
        if offset < 0 or offset % limit:
            raise CodeRefusal("0200001", "offset must be limit * (page - 1)")
        return offset, limit

    def _matching(self, query: str, asked: Mapping[str, Any]) -> list[Plan | Row]:
        now = epoch(self.now())
        self.kept = {
            each: (made, rows)
            for each, (made, rows) in self.kept.items()
            if 0 <= now - made < REMEMBERED
        }
        if query not in self.kept or isinstance(self.source, list):
            self.kept[query] = now, self._filtered(asked)
        return self.kept[query][1]

    def _filtered(self, asked: Mapping[str, Any]) -> list[Plan | Row]:
        begin, end = self._range(asked)
        rows: list[Plan | Row]
        source = self.source
        rows = list(source) if isinstance(source, list) else source.visible(self.now())
        if begin is not None and end is not None:
            rows = [row for row in rows if self._in_range(row, begin, end)]
        for key in ("calledNo", "taskId"):
            if wanted := _text(asked, key):
                rows = [row for row in rows if _value(row, key) == wanted]
        if agents := _texts(asked, "userAccountList"):
            accounts = {_account(agent) for agent in agents}
            rows = [row for row in rows if _account(_value(row, "userAccount")) in accounts]
        return rows

    def _range(self, asked: Mapping[str, Any]) -> tuple[int | None, int | None]:
        begin, end = asked.get("beginTime"), asked.get("endTime")
        if (begin is None) != (end is None):
            raise CodeRefusal("0200008", codes.RESULT_CODES["0200008"])
        if begin is not None and (type(begin) is not int or type(end) is not int):
            raise CodeRefusal("0200009", codes.RESULT_CODES["0200009"])
        if begin is not None and end is not None and begin >= end:
            raise CodeRefusal("0200010", codes.RESULT_CODES["0200010"])
        return begin, end

    def _in_range(self, row: Plan | Row, begin: int, end: int) -> bool:
        at = _value(row, self.range_field)
        if isinstance(at, str) and at.isdigit():
            at = int(at)
        return type(at) is int and self.within(begin, at, end)


def _text(asked: Mapping[str, Any], key: str) -> str:
    value = asked.get(key)
    if value is not None and not isinstance(value, str):
        raise CodeRefusal("0200001", f"{key} must be a string")
    return value or ""


def _texts(asked: Mapping[str, Any], key: str) -> list[str]:
    value = asked.get(key)
    if value is None:
        return []
    if not (isinstance(value, list) and all(isinstance(each, str) for each in value)):
        raise CodeRefusal("0200001", f"{key} must be a list of strings")
    return value


def _account(agent: object) -> str:
    return ACCOUNTS.get(str(agent), str(agent))


def _value(row: Plan | Row, key: str) -> Any:
    if isinstance(row, dict):
        return row.get(key)
    if key == "appointTime":
        return row.reserved
    if key == "createTime":
        return row.booked
    return {"calledNo": row.number, "taskId": row.task.id, "userAccount": row.agent.account}[key]


def _shown(row: Plan | Row, now: int) -> Row:
    return row.at(now) if isinstance(row, Plan) else row
