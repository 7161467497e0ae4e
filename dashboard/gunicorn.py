"""gunicorn's settings: ``gunicorn -c python:dashboard.gunicorn dashboard.wsgi``.

It listens on 127.0.0.1, for a proxy on the same machine; ``--bind 0.0.0.0:8000`` opens it to all.
Flags and GUNICORN_CMD_ARGS override everything here.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from dashboard import environment, metrics_folder
from dashboard.operations.listening import refuse_when_stopped

# Here, because a worker that stops while it starts is only started again, for ever.
_environment = environment.read_or_stop()
if _environment.metrics_token:
    # Before anything counts. A new server that takes over has a folder of its own.
    metrics_folder.make()

# PORT chooses the port alone; gunicorn itself would also listen on every address then.
bind = f"127.0.0.1:{os.environ.get('PORT') or 8000}"
worker_class = "dashboard.operations.worker.Worker"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
# Most are asleep: a file's waits for its rows, a page's for its poll. dashboard.concurrency limits
# how many compute.
threads = 48
# An export waits up to 50 s for its rows.
timeout = 120
# A server that stops finishes what it answers, such an export too.
graceful_timeout = 60
# The longest that gunicorn allows: filters live in the address.
limit_request_line = 8190
# A heartbeat on a slow disk would look like a dead worker.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None
# Who is believed about a client is decided by dashboard.http.client_address alone.
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""
# A header with an underscore is dropped: WSGI would take Remote_User for Remote-User.
header_map = "drop"
# Where it is asked for (--access-logfile): no query and no referrer, which may name a customer.
access_log_format = '%(h)s %(t)s "%(m)s %(U)s %(H)s" %(s)s %(b)s %(M)sms'
control_socket_disable = True
logger_class = "dashboard.operations.server_log.ServerLog"
when_ready = refuse_when_stopped


def child_exit(server: Any, worker: Any) -> None:
    """Forget what a worker that has ended was just doing; its counts stay."""
    if _environment.metrics_token:
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]


def on_exit(server: Any) -> None:
    """Leave nothing behind."""
    if _environment.metrics_token:
        metrics_folder.drop()
