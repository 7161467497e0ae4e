"""A WSGI application for tests of the server.

``/wait`` takes long, ``/until?FILE`` until there is such a file; anything else is at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["PATH_INFO"] == "/wait":
        time.sleep(60)
    while environ["PATH_INFO"] == "/until" and not Path(environ["QUERY_STRING"]).exists():
        time.sleep(0.01)
    body = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}".encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
