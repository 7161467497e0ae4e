"""Several workers that ask at once: processes of many threads, each with a question of its own.

``python -m tests.connections.crowd THREADS`` is one worker; ``crowd`` runs several and starts them
together.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading

ASKED = "asked"


def crowd(processes: int, threads: int) -> None:
    """Let workers ask about the only connection that is stored, and wait for their end."""
    from tests.gunicorn import database_url

    environment = {
        **os.environ,
        "TESTS_DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.connections.crowd", str(threads), str(number)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(processes)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        said, _ = worker.communicate("go\n", timeout=60)
        assert said.split() == [ASKED] * threads


def _ask(number: str) -> None:
    from zoneinfo import ZoneInfo

    from django.db import connections as databases

    from appoints.connections import lookups
    from appoints.connections.models import Connection
    from appoints.isales.errors import FetchError
    from appoints.query.query import Query
    from appoints.query.time_range import EVER
    from appoints.results.lookup import ask
    from tests.factories import whole

    try:
        connection = Connection.objects.get()
        ask(connection, Query(number=number), EVER, ZoneInfo("UTC"), whole(connection), wait=20)
        lookups.tasks(connection)
        lookups.fail_words(connection, "en" if number.endswith("0") else "zh")
    except FetchError:
        pass
    finally:
        databases.close_all()
    sys.stdout.write(f"{ASKED}\n")
    sys.stdout.flush()


def main(threads: int, worker: str) -> None:
    """Say that this worker is ready; once told to go, ask in all threads at once."""
    import django

    django.setup()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    asking = [
        threading.Thread(target=_ask, args=(f"{worker}{number}",)) for number in range(threads)
    ]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
