"""What is broken, one function each; ``tests.stack.faults`` runs them."""

from __future__ import annotations

import shutil
import statistics
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

from cryptography import x509
from cryptography.fernet import Fernet

from appoints.isales.simulator.faults import KINDS
from tests.certificates import DAY, Authority
from tests.stack import isales, random_queries
from tests.stack.broken import FILE, PAGE, ROWS, Broken, Case, rows_of
from tests.stack.visitor import Visitor

LONG = frozenset({"hang"})  # a file would wait for 50 s
LINES = 4  # calls at once, as a connection has it by default
ASKING = 160  # people, more than both workers have threads: each has 48
HEALTH_TIME = 0.1  # seconds; half of the answers are faster, however busy this machine is
HX = {"HX-Request": "true", "HX-Trigger": "answer", "HX-Target": "answer"}


def simulated(kind: str, broken: Broken) -> None:
    """A fault of iSales at a first look, amid a load, at a refresh, and for a file."""
    if kind == "vanish":  # one is listed until it is asked for again
        broken.listed = {ROWS, ROWS - 1}
    for fault in (kind, f"{kind}@2"):
        broken.forget()
        broken.simulator.have(fault=fault)
        broken.ask(PAGE)
        broken.ask(PAGE, **HX)
        broken.is_alive()
        if kind not in LONG:
            broken.ask(FILE)
        _count_refused(kind, broken, most=LINES if "@" in fault else 1)
        broken.simulator.have()
        if broken.heal():
            broken.wrong.append(f"not well after {fault}")
    time.sleep(1.2)
    broken.simulator.have(fault=kind)
    broken.ask(PAGE)
    broken.ask("/wallboard/?preset=today")
    _count_refused(kind, broken, most=1)


def _count_refused(kind: str, broken: Broken, most: int) -> None:
    """Note more calls that were refused than were under way when the first one was."""
    refused = broken.simulator.calls().statuses.get(kind, 0)
    if kind in ("401", "403") and refused > most:
        broken.wrong.append(f"{refused} requests with a {kind}, at most {most} were under way")


def slow_drip(broken: Broken) -> None:
    """Answers of iSales that come a few bytes at a time."""
    broken.relay.drips = True
    broken.forget()
    broken.ask(PAGE)
    broken.is_alive()
    broken.ask("/accounts/preferences/")


def threads_wait(broken: Broken) -> None:
    """Every thread waits for iSales, and health is still answered at once."""
    broken.forget()
    broken.simulator.have(fault="hang")
    over = threading.Event()

    def ask_on(visitor: Visitor, path: str) -> None:
        while not over.is_set():
            visitor.get(path, 30.0)

    with ThreadPoolExecutor(ASKING) as pool:
        # Of files only some may wait, so that pages have threads.
        for number in range(ASKING):
            pool.submit(ask_on, broken.visitor.again(), PAGE if number % 4 else FILE)
        for _ in range(8):  # a busy machine takes some seconds to begin with all of them
            if not broken.visitor.again().get("/readyz", 2.0).status:
                break
            time.sleep(1)
        else:
            broken.wrong.append("a thread was free")
        took = [broken.is_alive() for _ in range(20)]
        over.set()
    median = statistics.median(took)
    broken.seen.append(f"healthz {median * 1000:.0f} ms, at most {max(took) * 1000:.0f} ms")
    if median > HEALTH_TIME:
        broken.wrong.append("healthz is slow")


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
        _move(path, f"{path}.away")
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
        _move(f"{path}.away", path)
        broken.kill_workers()
        time.sleep(4)


def _move(path: str, to: str) -> None:
    """Move a file of SQLite with its log, in which is what was written last."""
    for part in ("", "-wal", "-shm"):
        if Path(path + part).exists():
            Path(path + part).rename(to + part)


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
    with _on_small_disk(broken) as disk:
        filler = disk / "filler"
        filler.write_bytes(b"x" * (shutil.disk_usage(disk).free - 4096))
        time.sleep(1.2)
        for each in (PAGE, FILE, "/appoints/?preset=tomorrow", "/accounts/preferences/"):
            broken.ask(each)
        filler.unlink()


def disk_read_only(broken: Broken) -> None:
    """The disk of SQLite's file takes nothing, as after a fault of its own."""
    with _on_small_disk(broken, "ro"):
        for each in (PAGE, FILE, "/accounts/preferences/"):
            broken.ask(each)


@contextmanager
def _on_small_disk(broken: Broken, how: str = "rw") -> Iterator[Path]:
    """Move the database to a small file system for the time of the block."""
    path = Path(broken.stack.env["DATABASE_URL"].removeprefix("sqlite:///"))
    disk = path.parent / "small"
    disk.mkdir()
    broken.stop()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)], check=True)
    try:
        shutil.copy(path, disk / path.name)
        subprocess.run(["mount", "-o", f"remount,{how}", str(disk)], check=True)
        broken.start(DATABASE_URL=f"sqlite:///{disk / path.name}")
        yield disk
    finally:
        broken.stop()
        broken.start()
        subprocess.run(["umount", "-l", str(disk)], check=True)
        disk.rmdir()


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


def cases(database: str, queries: int) -> dict[str, Case]:
    """Return the cases of a database by their names, with so many random queries."""
    kinds = [kind for kind in KINDS if kind != "none"]
    found: dict[str, Case] = {f"iSales: {kind}": partial(simulated, kind) for kind in kinds}
    found["iSales: answers that drip"] = slow_drip
    found["iSales: every thread waits"] = threads_wait
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
        found["database: disk read-only"] = disk_read_only
    found |= {
        "worker: killed amid a load": killed_mid_load,
        "worker: killed amid a file": killed_mid_file,
        "keys changed": keys_changed,
        "clock: two hours behind iSales'": partial(clock, 2),
        "clock: two hours ahead of iSales'": partial(clock, -2),
        "clock: was a day ahead": clock_was_ahead,
        "random queries": partial(random_queries.asked, queries),
        "200,000 rows": many_rows,
        "hostile content": hostile,
    }
    return found
