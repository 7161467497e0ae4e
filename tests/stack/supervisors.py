"""locust's file: supervisors who look at a view all day; ``tests.stack.load`` starts it.

With a turn every 5 s each refreshes the page every 30 s as its script does, and clicks every 10 s.
However quick the turns, nobody takes more than a file a minute.
Every request is written to the file that LOAD_LOG names, for the figures.
"""

from __future__ import annotations

import json
import os
import random
import re
import time
from itertools import count
from typing import Any

from locust import FastHttpUser, between, constant_throughput, events, task

from tests.stack.installation import PASSWORD
from tests.stack.load import VIEWS, WATCHERS
from tests.stack.visitor import TOKEN

VERSION = re.compile(r'data-version="([^"]+)"')
NARROWER = ("&state=failed", "&state=overdue", "&sort=-agent_name", "&q=agent+1", "&page=2", "")
NUMBERS = count()
FILE_EVERY = 60.0  # seconds
TURN = float(os.environ["LOAD_TURN"])  # seconds, or about
LINES: list[tuple[float, str, float, int]] = []


class Supervisor(FastHttpUser):
    """One person with one view: of six turns, three clicks and a refresh; and a file a minute."""

    # At no steady pace: all who waited for the first rows would go on in step ever after.
    wait_time = between(0.5 * TURN, 1.5 * TURN)
    network_timeout = connection_timeout = 70.0

    def on_start(self) -> None:
        """Sign in, and open the view."""
        number = next(NUMBERS)
        self.view = VIEWS[number % len(VIEWS)]
        self.version, self.turn = "", random.randrange(6)
        self.file_at = time.monotonic() + FILE_EVERY * random.random()
        page = self.client.get("/accounts/login/", name="sign-in")
        token = TOKEN.search(page.text or "")
        assert token, page.status_code
        fields = {"username": f"person{number}", "password": PASSWORD}
        fields["csrfmiddlewaretoken"] = token[1]
        headers = {"Origin": self.host or ""}
        self.client.post("/accounts/login/", fields, headers=headers, name="sign-in")
        self.look(self.view, "page")

    @task
    def go_on(self) -> None:
        """Do what is next."""
        self.turn += 1
        if time.monotonic() > self.file_at:
            self.take_file()
        elif self.turn % 6 == 0:
            self.refresh()
        elif self.turn % 2:
            self.look(self.view + random.choice(NARROWER), "page")

    def take_file(self) -> None:
        """Take the whole view as a file."""
        self.file_at += FILE_EVERY
        self.client.get(self.view.replace("/appoints/?", "/appoints/export.csv?"), name="file")

    def look(self, path: str, name: str, **headers: str) -> None:
        """Ask for a page, and keep the version of its rows."""
        answer = self.client.get(path, headers=headers, name=name)
        if found := VERSION.search(answer.text or ""):
            self.version = found[1]

    def refresh(self) -> None:
        """Ask whether there is anything new."""
        self.look(
            self.view,
            "refresh",
            **{"HX-Request": "true", "HX-Target": "answer", "If-None-Match": self.version},
        )


class Watcher(FastHttpUser):
    """Whatever watches a server asks every second whether it lives."""

    fixed_count = WATCHERS
    wait_time = constant_throughput(1)
    network_timeout = connection_timeout = 70.0

    @task
    def ask(self) -> None:
        """Ask."""
        self.client.get("/healthz", name="health")


@events.request.add_listener
def _keep(name: str, response_time: float, response: Any, exception: Any, **_: Any) -> None:
    status = getattr(response, "status_code", 0) or 0
    LINES.append((time.time(), name, response_time, 0 if exception and not status else status))


@events.quitting.add_listener
def _write(**_: Any) -> None:
    cpu = sum(os.times()[:2])
    with open(os.environ["LOAD_LOG"], "w") as file:  # noqa: PTH123 locust has patched what opens
        json.dump({"requests": LINES, "cpu": cpu}, file)
