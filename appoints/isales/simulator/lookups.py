"""Lookups on the same host as the list: tasks, result codes, business results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from appoints.isales.codes import FAIL_WORDS

from .names import BUSINESS, OWN_WORDS, TASKS

MOST_TASKS = 100


def answer(
    path: str, query: Mapping[str, str], headers: Mapping[str, str]
) -> Mapping[str, Any] | None:
    """Return a lookup's answer, None for an unknown lookup or without a parameter."""
    try:
        if path == "":
            return _tasks(query)
        if path == "/queryOBSResultCode":
            return _codes(query, headers.get("locale", "zh_CN"))
        if path == "/queryBusinessResults":
            found = _business()
            return {"totalCount": len(found), "data": found}
    except (KeyError, ValueError):
        return None
    return None


def _tasks(query: Mapping[str, str]) -> Mapping[str, Any] | None:
    status, _, size = query["status"], query["deviceType"], int(query["rowsPerPage"])
    if not 1 <= size <= MOST_TASKS:
        return None
    found = [
        {"id": int(task.id), "name": task.name, "status": int(task.status)}
        for task in TASKS
        if task.automatic and status in ("0", task.status)
    ]
    first = (int(query["curPage"]) - 1) * size
    return {"totalSize": len(found), "data": found[first : first + size]}


def _codes(query: Mapping[str, str], locale: str) -> Mapping[str, Any]:
    size, number = int(query["pageSize"]), int(query["pageNum"])
    words = {code: each[locale == "zh_CN"] for code, each in OWN_WORDS.items()}
    if locale != "zh_CN":  # of the published codes only the English words are known here
        words = {**FAIL_WORDS, **words}
    found = [{"obsCode": code, "obsCodeDesc": text} for code, text in sorted(words.items())]
    first = (number - 1) * size
    return {"totalCount": len(found), "obsCodes": found[first : first + size]}


def _business() -> list[dict[str, Any]]:
    names = [text.split(" > ") for texts in BUSINESS.values() for text in texts if text]
    parents = dict.fromkeys(parent for parent, _ in names)
    return [
        {
            "code": str(number),
            "name": parent,
            "children": [
                {"code": f"{number}{at}", "name": child}
                for at, (_, child) in enumerate(pair for pair in names if pair[0] == parent)
            ],
        }
        for number, parent in enumerate(parents, start=1)
    ]
