"""Pages and files of a loaded 100,000-row result: ours against Datasette over the same rows."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from django.test import Client

from tests.bench import dashboard, isales
from tests.bench.figure import Figure

ROWS = 100_000
PAGE_RUNS, FILE_RUNS = 15, 3
FACETS = ("state", "call_type", "fail_group", "fail_code", "agent", "task_id")
AGENTS = [str(100 + number) for number in range(50)]  # of 60
CSV = "/appoints/export.csv"
WORKBOOK = "/appoints/export.xlsx"
STREAM = "/rows/calls.csv?_stream=1&_size=max"
PAGE = "/appoints/?state=failed&q=agent+1&sort=-agent_name"
TABLE = (
    "/rows/calls?_size=50&state=failed&agent_name__contains=Agent+1&_sort_desc=agent_name&"
    + "&".join(f"_facet={name}" for name in FACETS)
)

Answer = Callable[[str], bytes]


def figures() -> list[Figure]:
    """Measure page, CSV and workbook; Datasette, like ours, answers in this process."""
    # Stays up, for a page also asks it the names of tasks and codes.
    with isales.serving(ROWS, 0) as base_url:
        connection = dashboard.connection(base_url)
        ours = _answers(dashboard.signed_in())
        limited = _answers(dashboard.limited_to(connection, AGENTS))
        return _figures(ours, limited, _datasette(ours(CSV)))


def _answers(client: Client) -> Answer:
    def ours(path: str) -> bytes:
        answer = client.get(path)
        content = answer.getvalue()
        assert answer.status_code == 200, content[:500]
        return content

    return ours


def _figures(ours: Answer, limited: Answer, theirs: Answer) -> list[Figure]:
    assert ours(PAGE).count(b"<tr class") == theirs(TABLE).count(b'class="col-Link') - 1 == 50
    assert ours(CSV).count(b"\n") == theirs(STREAM).count(b"\n") == ROWS + 1
    masked = limited(PAGE).decode()
    assert masked.count("<tr class") == 50
    assert masked.count("••••••••") >= 50 and "••••" not in ours(PAGE).decode()
    page, table = _medians(lambda: ours(PAGE), lambda: theirs(TABLE), PAGE_RUNS)
    whole, part = _medians(lambda: ours(PAGE), lambda: limited(PAGE), PAGE_RUNS)
    csv, stream = _medians(lambda: ours(CSV), lambda: theirs(STREAM), FILE_RUNS)
    book = median(_took(lambda: ours(WORKBOOK)) for _ in range(FILE_RUNS))
    page, table, whole, part = (each * 1000 for each in (page, table, whole, part))
    return [
        Figure("page over 100,000 rows, ms", page, None, "", page, 50, at_most=True),
        Figure("the same against Datasette, ms", page, table, "its table page", table / page, 10),
        Figure("the same within 50 agents, masked, ms", part, whole, "without a limit",
               part / whole, 1.1, at_most=True),
        Figure("CSV against Datasette, rows/s", ROWS / csv, ROWS / stream, "its stream",
               stream / csv, 12),
        Figure("XLSX of 100,000 rows, rows/s", ROWS / book, None, "", ROWS / book, 40_000),
    ]  # fmt: skip


def _medians(
    ours: Callable[[], object], theirs: Callable[[], object], runs: int
) -> tuple[float, float]:
    """Return the median seconds of both, run in turn: what else the machine does falls on both."""
    pairs = [(_took(ours), _took(theirs)) for _ in range(runs)]
    first, second = (median(times) for times in zip(*pairs, strict=True))
    return first, second


def _took(run: Callable[[], object]) -> float:
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


def _datasette(csv: bytes) -> Answer:
    """Return Datasette over the very rows of our file, with an index on every faceted column."""
    from datasette.app import Datasette

    path = dashboard.FOLDER / "rows.db"
    _fill(path, csv)
    settings = {
        "suggest_facets": False,
        "sql_time_limit_ms": 600_000,
        "facet_time_limit_ms": 600_000,
        "max_returned_rows": 1_000_000,
        "max_csv_mb": 0,
    }
    datasette = Datasette([str(path)], settings=settings)
    loop = asyncio.new_event_loop()

    def answered(path: str) -> bytes:
        answer = loop.run_until_complete(datasette.client.get(path, timeout=600))
        assert answer.status_code == 200, answer.text[:500]
        return bytes(answer.content)

    return answered


def _fill(path: Path, text: bytes) -> None:
    import csv
    import io

    lines = list(csv.reader(io.StringIO(text.decode(), newline="")))
    database = sqlite3.connect(path)
    names = ", ".join(lines[0])
    database.execute(f"create table calls ({names})")
    places = ", ".join("?" * len(lines[0]))
    database.executemany(f"insert into calls values ({places})", lines[1:])
    for name in (*FACETS, "agent_name"):
        database.execute(f"create index by_{name} on calls ({name})")
    database.execute("analyze")
    database.commit()
    database.close()
