"""Queries of names and values that fit, and of others."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

from tests.stack.broken import Broken, words_of
from tests.stack.visitor import Answer

EXPECTED = (200, 204, 302, 303, 400, 403, 404, 405, 414, 422)  # statuses
EDGES = (
    "",
    "0",
    "-1",
    "1",
    "99999999999999999999",
    "None",
    "é",
    "•",
    "%00",
    "\x00",
    "'",
    '"',
    "a" * 300,
)
NAMES = {
    "preset": ("overdue", "next-15m", "today", "tomorrow", "last-7d", "next-7d", "this-month", "x"),
    "from": ("2026-11-26", "2026-11-26T10:00", "1999-01-01", "2100-12-31T24:00", "now", "10:00"),
    "to": ("2026-11-27", "2026-11-26T10:00+02:00", "2026-11-26T10:00 02:00", "2026-13-01"),
    "agent": ("101", "101,102", '"john smith"', "a b\nc"), "number": ("13812345678", "+86 138"),
    "task": ("1106025101", "T"), "state": ("overdue", "reached", "nowhere"), "late": ("1", "0"),
    "call_type": ("1", "2", "3"), "cause": ("00604", "00000"), "cause_group": ("customer", "x"),
    "without": ("agent", "cause", "x"), "q": ("agent 1", "ß", ".*", "((("), "untimed": ("1",),
    "outside": ("1",),
    "sort": ("-agent_name", "delay", "talk_time", "called_no", "x"), "page": ("2", "999", "-3"),
    "per_page": ("25", "200", "7"), "tz": ("Europe/Berlin", "Mars/Base"), "view": ("1", "x"),
    "connection": ("north", "south"), "agent_list": ("x",), "refresh": ("1",), "nonsense": ("1",),
}  # fmt: skip
PLACES = (
    "/appoints/", "/appoints/", "/wallboard/", "/appoints/export.json", "/appoints/export.csv",
    "/choices/agent/", "/columns/", "/insight/", "/appoints/4711/",
)  # fmt: skip


def asked(count: int, broken: Broken) -> None:
    """Ask so many, the same ones each time, four at once."""
    dice = random.Random(1)
    paths = [_made(dice) for _ in range(count)]

    def look(path: str) -> Answer:
        return broken.visitor.again().get(path)

    with ThreadPoolExecutor(4) as pool:
        for path, answer in zip(paths, pool.map(look, paths), strict=True):
            broken.seen.append(str(answer.status))
            if answer.status not in EXPECTED and not _is_late(path, answer):
                broken.wrong.append(f"{path[:200]}: {answer.status} {words_of(answer)}")


def _is_late(path: str, answer: Answer) -> bool:
    """Tell whether a file's rows are still being loaded after 50 s, as on a busy machine."""
    return "/export." in path and answer.status == 503 and "Retry-After" in answer.headers


def _made(dice: random.Random) -> str:
    chosen = dice.sample(sorted(NAMES), dice.randrange(5))
    pairs = [
        (name, dice.choice((*NAMES[name], *EDGES) if dice.random() < 0.3 else NAMES[name]))
        for name in chosen
    ]
    return f"{dice.choice(PLACES)}?{urlencode(pairs, errors='surrogatepass')}"
