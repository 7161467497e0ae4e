"""An installation: keys, database, people, a connection; and its servers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dashboard.operations import demo
from dashboard.operations.commands import manage
from dashboard.operations.servers import ROOT
from tests.stack import isales

PASSWORD = "correct horse battery"
SERVER = ["-m", "gunicorn", "-c", "python:dashboard.gunicorn", "dashboard.wsgi"]
# Of one kind, and each in a team that sees everything.
PEOPLE = """
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from dashboard.accounts.models import Team, User
password = make_password({password!r})
team = Team.objects.get(slug="all")
for number in range({count}):
    person = User.objects.create(username=f"person{{number}}", password=password)
    person.teams.add(team)
    person.groups.set(Group.objects.filter(name__in=["numbers", "exporter"]))
"""


@dataclass(frozen=True)
class Installation:
    """Settings of an installation whose files lie in ``folder``."""

    folder: Path
    env: Mapping[str, str]

    @classmethod
    def made(cls, folder: Path, database: str = "", **variables: str) -> Installation:
        """Make keys and a migrated database: SQLite in the folder, or that of DATABASE_URL."""
        env = {**demo.environment(folder), "FRAME_ANCESTORS": "", "TIME_ZONE": "UTC", **variables}
        env["DATABASE_URL"] = database or f"sqlite:///{folder / 'calls.sqlite3'}"
        env["GUNICORN_CMD_ARGS"] = ""
        made = cls(folder, env)
        made.manage("migrate", "--verbosity", "0")
        made.manage("collectstatic", "--no-input", "--verbosity", "0")
        return made

    def manage(self, *words: str, fails: bool = False) -> subprocess.CompletedProcess[bytes]:
        """Run a command of ``manage.py``."""
        return manage(self.env, words, fails=fails)

    def connect(self, base_url: str, *more: str) -> None:
        """Store the connection ``north`` to a simulator, and a team that sees all of it."""
        secret = self.folder / "stack-secret"
        secret.write_text(isales.SECRET_KEY)
        where = ["--base-url", base_url, "--vdn", "1", "--access-key", isales.ACCESS_KEY]
        named = ["connection", "north", *where, "--secret-key-file", str(secret)]
        self.manage(*named, "--time-zone", "UTC", *more)
        self.manage("team", "all", "--name", "All", "--grant", "north")

    def add_people(self, count: int) -> None:
        """Add ``person0``, ``person1``, … with PASSWORD, who see everything and take files."""
        self.manage("shell", "-v", "0", "-c", PEOPLE.format(count=count, password=PASSWORD))

    def serve(
        self, port: int, *flags: str, log: Path | None = None, **variables: str
    ) -> subprocess.Popen[bytes]:
        """Start gunicorn; its log goes to a file, or nowhere."""
        with (log or self.folder / f"server-{port}.log").open("ab") as written:
            return subprocess.Popen(
                [sys.executable, *SERVER, "--log-level", "warning", *flags],
                cwd=ROOT,
                env={**self.env, "PORT": str(port), **variables},
                stdout=written,
                stderr=written,
                start_new_session=True,
            )
