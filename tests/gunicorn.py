"""The dashboard's own server, on the tests' database."""

from __future__ import annotations

import os
import subprocess

from django.db import connection

from dashboard.operations import servers


def database_url() -> str:
    """Return the address of the tests' database, for another process."""
    held = connection.settings_dict
    if connection.vendor == "postgresql":
        return f"postgresql://{held['USER']}@{held['HOST']}:{held['PORT']}/{held['NAME']}"
    return f"sqlite:///{held['NAME']}"


def gunicorn(port: int, workers: int = 1, **variables: str) -> subprocess.Popen[bytes]:
    """Start the server with these settings; the test ends it."""
    env = {
        **os.environ,
        "PORT": str(port),
        "WEB_CONCURRENCY": str(workers),
        "DATABASE_URL": database_url(),
        "DEBUG": "1",  # static files need no collectstatic then
        "HTTPS": "0",  # otherwise a stranger is sent to https before anything else
        **variables,
    }
    env.pop("DJANGO_SETTINGS_MODULE", None)
    words = ["-m", "gunicorn", "-c", "python:dashboard.gunicorn", "--log-level", "error"]
    return servers.start([*words, "dashboard.wsgi"], env)
