"""The dashboard in this process, over a database of its own."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.test import Client

    from appoints.connections.models import Connection
    from dashboard.accounts.models import User

FOLDER = Path(tempfile.mkdtemp(prefix="reserved-calls-bench-"))


def set_up() -> None:
    """Start Django on a fresh SQLite file; to be called before anything of it is imported."""
    os.environ["TESTS_DATABASE_URL"] = f"sqlite:///{FOLDER / f'{os.getpid()}.sqlite3'}"
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    # The whole run, or a page would now and then be measured with a load under way.
    os.environ["FRESH_SECONDS"] = "3600"
    # In a process of its own: no server migrates, which takes 16 MB that it would keep.
    words = [sys.executable, "-m", "django", "migrate", "--verbosity=0"]
    subprocess.run(words, check=True)
    # As a server begins: it sets up Django, and the allocator before that.
    import_module("dashboard.wsgi")
    _set_up_as_a_worker()


def _set_up_as_a_worker() -> None:
    """Let threads take turns, and set aside what has been loaded, as a worker does."""
    from dashboard.operations.worker import TURN

    sys.setswitchinterval(TURN)
    gc.collect()
    gc.freeze()


def connection(base_url: str) -> Connection:
    """Return a stored connection: four requests at once, no pace."""
    from appoints.connections.models import Connection
    from appoints.isales.secret import Secret

    Connection.objects.all().delete()
    return Connection.objects.create(
        name="Bench",
        slug="bench",
        base_url=base_url,
        vdn=1,
        access_key="AK",
        secret_key=Secret("SK"),
        max_concurrency=4,
        max_per_second=0,
    )


def signed_in() -> Client:
    """Return a client of a person who may see everything."""
    from dashboard.accounts.models import User

    return _client_of(User.objects.get_or_create(username="bench", is_superuser=True)[0])


def limited_to(connection: Connection, agents: list[str]) -> Client:
    """Return a client of a person who sees the rows of some agents, their numbers masked."""
    from appoints.access.models import Grant
    from dashboard.accounts.models import Team, User

    team = Team.objects.get_or_create(slug="bench", name="Bench")[0]
    Grant.objects.get_or_create(team=team, connection=connection, agents=agents)
    person = User.objects.get_or_create(username="limited")[0]
    person.teams.add(team)
    return _client_of(person)


def _client_of(person: User) -> Client:
    from django.test import Client

    client = Client()
    client.force_login(person)
    return client
