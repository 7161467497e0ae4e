"""What is broken, one function each; ``tests.stack.faults`` runs them."""

from __future__ import annotations

import random
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from ipaddress import IPv4Address
from pathlib import Path
from urllib.parse import urlencode

from cryptography import x509
from cryptography.fernet import Fernet

from appoints.isales.simulator.faults import KINDS
from tests.certificates import DAY, Authority
from tests.stack import isales
from tests.stack.broken import FILE, PAGE, ROWS, Broken, Case, rows_of

QUERIES = 5000
LONG = frozenset({"hang"})  # a file would wait for 50 s
HX = {"HX-Request": "true", "HX-Trigger": "answer", "HX-Target": "answer"}
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
    "sort": ("-agent_name", "delay", "talk_time", "called_no", "x"), "page": ("2", "999", "-3"),
    "per_page": ("25", "200", "7"), "tz": ("Europe/Berlin", "Mars/Base"), "view": ("1", "x"),
    "connection": ("north", "south"), "agent_list": ("x",), "refresh": ("1",), "nonsense": ("1",),
}  # fmt: skip
PLACES = (
    "/appoints/", "/appoints/", "/wallboard/", "/appoints/export.json", "/appoints/export.csv",
    "/choices/agent/", "/columns/", "/insight/", "/appoints/4711/",
)  # fmt: skip


def simulated(kind: str, broken: Broken) -> None:
    """A fault of iSales at a first look, amid a load, at a refresh, and for a file."""
    for fault in (kind, f"{kind}@2"):
        broken.forget()
        broken.simulator.have(fault=fault)
        broken.ask(PAGE)
        broken.ask(PAGE, **HX)
        broken.is_alive()
        if kind not in LONG:
            broken.ask(FILE)
        broken.simulator.have()
        if broken.heal():
            broken.wrong.append(f"not well after {fault}")
    time.sleep(1.2)
    broken.simulator.have(fault=kind)
    broken.ask(PAGE)
    broken.ask("/wallboard/?preset=today")
    if kind in ("401", "403") and (bad := broken.simulator.calls().statuses.get(kind, 0)) > 1:
        broken.wrong.append(f"{bad} requests after a {kind}")


def slow_drip(broken: Broken) -> None:
    """Answers of iSales that come a few bytes at a time."""
    broken.relay.drips = True
    broken.forget()
    broken.ask(PAGE)
    broken.is_alive()
    broken.ask("/accounts/preferences/")


def _elsewhere(broken: Broken, base_url: str, *more: str) -> None:
    broken.stack.connect(base_url, *more)
    try:
        broken.ask(PAGE)
        broken.ask(FILE)
    finally:
        broken.stack.connect(f"http://127.0.0.1:{broken.relay.port}")


def tls(how: str, broken: Broken) -> None:
    """A certificate of iSales that is not to be trusted."""
    with tempfile.TemporaryDirectory() as made:
        folder, authority = Path(made), Authority()
        name = x509.IPAddress(IPv4Address("127.0.0.1"))
        ends = timedelta(hours=-1) if how == "expired" else DAY
        files = authority.certify(
            x509.DNSName("x.example") if how == "wrong name" else name, folder, ends
        )
        trusted = Authority() if how == "unknown CA" else authority
        (folder / "ca").write_text(trusted.pem)
        with isales.running(a_day=ROWS, days=3, tls=list(files)) as simulator:
            _elsewhere(broken, simulator.base_url, "--ca-file", str(folder / "ca"))


def name_unknown(broken: Broken) -> None:
    """The name of iSales that no name server knows."""
    _elsewhere(broken, "https://isales.invalid")


def locked(broken: Broken) -> None:
    """The database is locked by somebody else for 25 s."""
    with broken.connected() as database:
        if broken.server:
            database.autocommit = False
            database.execute("LOCK TABLE snapshots_snapshot IN ACCESS EXCLUSIVE MODE")
        else:
            database.execute("BEGIN EXCLUSIVE")
        broken.ask(PAGE)
        broken.is_alive()
        broken.ask("/appoints/?preset=tomorrow")
        database.execute("ROLLBACK")


def stopped(broken: Broken) -> None:
    """The database is gone, and comes back."""
    path = broken.stack.env["DATABASE_URL"].removeprefix("sqlite:///")
    if broken.server:
        broken.server.stop()
    else:
        Path(path).rename(f"{path}.away")
        broken.kill_workers()
        time.sleep(4)
    for each in (PAGE, FILE, "/readyz", "/"):
        broken.ask(each)
    broken.is_alive()
    if broken.server:
        broken.server.start()
    else:
        for name in (path, f"{path}-wal", f"{path}-shm"):
            Path(name).unlink(missing_ok=True)
        Path(f"{path}.away").rename(path)
        broken.kill_workers()
        time.sleep(4)


def read_only(broken: Broken) -> None:
    """PostgreSQL takes nothing, as after a switch to its standby."""
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    option = "default_transaction_read_only"
    broken.execute(f"ALTER DATABASE postgres SET {option} = on")
    broken.execute(f"{others} AND datname = 'postgres'")
    time.sleep(1.2)
    for path in (PAGE, FILE, "/accounts/preferences/"):
        broken.ask(path)
    with broken.connected() as database:
        database.execute(f"SET {option} = off")
        database.execute(f"ALTER DATABASE postgres RESET {option}")
    broken.execute(f"{others} AND datname = 'postgres'")


def disk_full(broken: Broken) -> None:
    """The disk of SQLite's file is full."""
    path = Path(broken.stack.env["DATABASE_URL"].removeprefix("sqlite:///"))
    with _on_small_disk(broken, path) as filler:
        filler.write_bytes(b"x" * (shutil.disk_usage(filler.parent).free - 4096))
        time.sleep(1.2)
        for each in (PAGE, FILE, "/appoints/?preset=tomorrow", "/accounts/preferences/"):
            broken.ask(each)
        filler.unlink()


@contextmanager
def _on_small_disk(broken: Broken, path: Path) -> Iterator[Path]:
    """Move the database to a small file system for the time of the block."""
    folder = path.parent / "small"
    folder.mkdir()
    broken.stop()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)], check=True)
    try:
        shutil.copy(path, folder / path.name)
        broken.start(DATABASE_URL=f"sqlite:///{folder / path.name}")
        yield folder / "filler"
    finally:
        broken.stop()
        broken.start()
        subprocess.run(["umount", "-l", str(folder)], check=True)
        folder.rmdir()


def killed_mid_load(broken: Broken) -> None:
    """Every worker is killed while a result is being loaded."""
    broken.simulator.have(latency=1.0)
    broken.forget()
    broken.ask(PAGE)
    broken.kill_workers()
    time.sleep(3)
    broken.ask(PAGE)


def killed_mid_file(broken: Broken) -> None:
    """Every worker is killed while somebody waits for a file: only that request is lost."""
    broken.simulator.have(latency=1.0)
    broken.forget()
    lost: list[int] = []
    waiting = threading.Thread(target=lambda: lost.append(broken.visitor.again().get(FILE).status))
    waiting.start()
    time.sleep(2)
    broken.kill_workers()
    waiting.join()
    time.sleep(3)
    broken.seen.append(f"{lost[0]} to who waited")
    if rows_of(broken.ask(FILE)) != ROWS:
        broken.wrong.append("the file that was asked for again is not whole")


def keys_changed(broken: Broken) -> None:
    """The server starts with other CREDENTIAL_KEYS than what is stored was encrypted with."""
    broken.stop()
    broken.start(CREDENTIAL_KEYS=Fernet.generate_key().decode(), CREDENTIAL_KEYS_FILE="")
    for each in (PAGE, FILE, "/wallboard/?preset=today", "/accounts/preferences/"):
        broken.ask(each)
    broken.stop()
    broken.start()


def clock(hours: int, broken: Broken) -> None:
    """The clocks of the server and of iSales differ, so that no signature is in time."""
    broken.simulator.have(ahead=hours * 3600.0)
    broken.forget()
    for each in (PAGE, FILE):
        broken.ask(each)


def clock_was_ahead(broken: Broken) -> None:
    """A clock that was a day ahead has written timestamps."""
    columns = {
        "snapshots_snapshot": ("as_of", "wanted", "leased_until", "created"),
        "connections_slot": ("held_until", "last_call"),
        "connections_connection": ("accepted_at",),
    }
    for table, names in columns.items():
        for name in names:
            later = f"{name} + interval '1 day'"
            if not broken.server:
                later = f"strftime('%Y-%m-%d %H:%M:%f000', {name}, '+1 day')"
            broken.execute(f"UPDATE {table} SET {name} = {later}")
    for each in (PAGE, FILE):
        broken.ask(each)


def random_queries(broken: Broken) -> None:
    """Queries of names and values that fit, and of others."""
    dice = random.Random(1)
    paths = [_made(dice) for _ in range(QUERIES)]

    def look(path: str) -> tuple[str, int]:
        return path, broken.visitor.again().get(path).status

    with ThreadPoolExecutor(4) as pool:
        for path, status in pool.map(look, paths):
            broken.seen.append(str(status))
            if status not in (200, 204, 302, 303, 400, 403, 404, 405, 414, 422):
                broken.wrong.append(f"{path[:200]}: {status}")


def _made(dice: random.Random) -> str:
    chosen = dice.sample(sorted(NAMES), dice.randrange(5))
    pairs = [
        (name, dice.choice((*NAMES[name], *EDGES) if dice.random() < 0.3 else NAMES[name]))
        for name in chosen
    ]
    return f"{dice.choice(PLACES)}?{urlencode(pairs, errors='surrogatepass')}"


def many_rows(broken: Broken) -> None:
    """A day of 200,000 rows, the most that is loaded whole."""
    with isales.running(a_day=200_000, days=1, max_limit=1000) as simulator:
        broken.stack.connect(simulator.base_url, "--page-limit", "1000")
        try:
            deadline = time.monotonic() + 240
            while (answer := broken.visitor.get(FILE, 100)).status == 503:
                if time.monotonic() > deadline:
                    break
            broken.seen.append(f"{answer.status} {rows_of(answer)} rows")
            if rows_of(answer) != 200_000:
                broken.wrong.append(f"{answer.status} with {rows_of(answer)} of 200,000 rows")
            broken.ask(f"{PAGE}&sort=-agent_name&q=agent")
        finally:
            broken.stack.connect(f"http://127.0.0.1:{broken.relay.port}", "--page-limit", "100")


def hostile(broken: Broken) -> None:
    """Any field may hold markup, formulas, control characters, or another type."""
    with isales.running(a_day=ROWS, days=3, hostile=True) as simulator:
        broken.stack.connect(simulator.base_url)
        try:
            for path in (f"{PAGE}&per_page=200", FILE, FILE.replace("csv", "json"),
                         FILE.replace("csv", "xlsx"), "/wallboard/?preset=today",
                         "/choices/agent/?preset=today", "/insight/?preset=today"):  # fmt: skip
                answer = broken.ask(path)
                if "<script>alert" in answer.text and "export" not in path:
                    broken.wrong.append(f"{path}: markup that is not escaped")
        finally:
            broken.stack.connect(f"http://127.0.0.1:{broken.relay.port}")


def cases(database: str) -> dict[str, Case]:
    """Return the cases of a database by their names."""
    kinds = [kind for kind in KINDS if kind != "none"]
    found: dict[str, Case] = {f"iSales: {kind}": partial(simulated, kind) for kind in kinds}
    found["iSales: answers that drip"] = slow_drip
    for how in ("expired", "wrong name", "unknown CA"):
        found[f"TLS: {how}"] = partial(tls, how)
    found |= {
        "DNS: name unknown": name_unknown,
        "database: locked": locked,
        "database: gone and back": stopped,
    }
    if database == "PostgreSQL":
        found["database: read-only"] = read_only
    else:
        found["database: disk full"] = disk_full
    found |= {
        "worker: killed amid a load": killed_mid_load,
        "worker: killed amid a file": killed_mid_file,
        "keys changed": keys_changed,
        "clock: two hours behind iSales'": partial(clock, 2),
        "clock: two hours ahead of iSales'": partial(clock, -2),
        "clock: was a day ahead": clock_was_ahead,
        "random queries": random_queries,
        "200,000 rows": many_rows,
        "hostile content": hostile,
    }
    return found
