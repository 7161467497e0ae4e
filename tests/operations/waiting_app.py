"""A WSGI application for tests of the server.

``/wait`` takes long, ``/until?FILE`` until there is such a file, ``/broken`` fails amid its answer,
``/turn`` tells after how many seconds a thread lets another go on, ``/set-aside`` how many objects
the collector of garbage passes over; anything else is at once.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["PATH_INFO"] == "/wait":
        time.sleep(60)
    while environ["PATH_INFO"] == "/until" and not Path(environ["QUERY_STRING"]).exists():
        time.sleep(0.01)
    if environ["PATH_INFO"] == "/broken":
        start_response("200 OK", [])
        return _broken()
    body = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}".encode()
    if environ["PATH_INFO"] == "/turn":
        body = str(sys.getswitchinterval()).encode()
    if environ["PATH_INFO"] == "/set-aside":
        body = str(gc.get_freeze_count()).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


def _broken() -> Iterator[bytes]:
    yield b"a part"
    raise RuntimeError
