"""Several workers that ask at once: processes of many threads, each with a question of its own.

``python -m tests.connections.crowd NUMBER`` is one worker. They share nothing but the database, so
that they stand for those of one machine, or, where that is PostgreSQL, of several.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from itertools import count

ASKED = "asked"


class Crowd:
    """Workers that wait to be told to ask about the only connection that is stored."""

    def __init__(self, processes: int) -> None:
        from tests.gunicorn import database_url

        environment = {
            **os.environ,
            "TESTS_DATABASE_URL": database_url(),
            "DJANGO_SETTINGS_MODULE": "tests.settings",
        }
        self._workers = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.connections.crowd", str(number)],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                bufsize=1,
            )
            for number in range(processes)
        ]
        self._each_says("ready\n")

    def ask(self, threads: int) -> None:
        """Let each worker ask in so many threads at once, and wait for all."""
        for worker in self._workers:
            assert worker.stdin is not None
            worker.stdin.write(f"{threads}\n")
        self._each_says(f"{ASKED} {threads}\n")

    def end(self) -> None:
        for worker in self._workers:
            worker.communicate(timeout=60)

    def _each_says(self, word: str) -> None:
        for worker in self._workers:
            assert worker.stdout is not None
            assert worker.stdout.readline() == word


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


def main(worker: str) -> None:
    """Say that this worker is ready; whenever told a number, ask in as many threads at once."""
    import django

    django.setup()
    from django.core.cache import cache

    from appoints.results.cache import CACHE

    numbers = count()
    print("ready", flush=True)
    for line in sys.stdin:
        # IDs begin anew with each test.
        cache.clear()
        CACHE.clear()
        asking = [
            threading.Thread(target=_ask, args=(f"{worker}{next(numbers):04}",))
            for _ in range(int(line))
        ]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()
        print(ASKED, len(asking), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
