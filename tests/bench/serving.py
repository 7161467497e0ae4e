"""Pages and files of a loaded 100,000-row result: ours against Datasette over the same rows."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from . import dashboard, isales
from .figure import Figure

ROWS = 100_000
PAGE_RUNS, FILE_RUNS = 9, 3
FACETS = ("state", "call_type", "fail_group", "fail_code", "agent", "task_id")
PAGE = "/appoints/?state=failed&q=agent+1&sort=-agent_name"
TABLE = (
    "/rows/calls?_size=50&state=failed&agent_name__contains=Agent+1&_sort_desc=agent_name&"
    + "&".join(f"_facet={name}" for name in FACETS)
)


def figures() -> list[Figure]:
    """Measure page, CSV and workbook."""
    client = dashboard.signed_in()
    with isales.serving(ROWS, 0) as base_url:
        dashboard.connection(base_url)
        rows = client.get("/appoints/export.csv")
        assert rows["X-Total-Count"] == str(ROWS), rows.content[:200]
        datasette = _datasette(rows.content)
        loop = asyncio.new_event_loop()

        def theirs(path: str) -> bytes:
            answer = loop.run_until_complete(datasette.client.get(path, timeout=600))
            assert answer.status_code == 200, answer.text[:500]
            return answer.content

        def ours(path: str) -> bytes:
            answer = client.get(path)
            assert answer.status_code == 200
            return answer.content

        assert b"50 of" in ours(PAGE) or "1–50".encode() in ours(PAGE)
        page = _median(lambda: ours(PAGE), PAGE_RUNS) * 1000
        table = _median(lambda: theirs(TABLE), PAGE_RUNS) * 1000
        csv = _median(lambda: ours("/appoints/export.csv"), FILE_RUNS)
        stream = _median(lambda: theirs("/rows/calls.csv?_stream=1&_size=max"), 1)
        book = ROWS / _median(lambda: ours("/appoints/export.xlsx"), 1)
    return [
        Figure("page over 100,000 rows, ms", page, None, "", page, 100, at_most=True),
        Figure("the same against Datasette, ms", page, table, "its table page", table / page, 2),
        Figure("CSV against Datasette, rows/s", ROWS / csv, ROWS / stream, "its stream",
               stream / csv, 10),
        Figure("XLSX of 100,000 rows, rows/s", book, None, "", book, 6000),
    ]  # fmt: skip


def _median(run: Callable[[], object], runs: int) -> float:
    run()  # what is made but once is not what is measured
    times = []
    for _ in range(runs):
        begun = time.perf_counter()
        run()
        times.append(time.perf_counter() - begun)
    return median(times)


def _datasette(csv: bytes):
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
    return Datasette([str(path)], immutables=[], settings=settings)


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
