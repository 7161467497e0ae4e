"""The simulator's command line, shared by ``python -m`` and ``manage.py simulator``."""

from __future__ import annotations

import signal
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime

from appoints.isales.secret import Secret
from appoints.isales.signing import PRESETS

from .faults import KINDS
from .listing import ENDS
from .options import Options
from .server import Simulator

HELP = "Run a local stand-in for CC-iSales, with a simulated call centre in it."


class CannotStart(Exception):
    """The options do not fit, or the port is not free; ``str(error)`` is one line."""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    add = parser.add_argument
    add("--port", type=int, default=9100)
    add("--rows", type=int, default=3000, help="reservations at the start")
    add("--seed", type=int, default=1, help="the same seed, the same centre")
    add("--latency-ms", type=float, default=0, help="before each answer")
    add("--fault", metavar="KIND", help=f"KIND or KIND@AFTER: {' '.join(KINDS)}")
    add("--access-key", default="SIMULATED-AK")
    add("--secret-key", default="SIMULATED-SK")
    add("--vdn", type=int, default=1)
    add("--insist", choices=list(PRESETS), help="accept this signature only")
    add("--max-limit", type=int, default=100, help="rows a page at the most")
    add("--range-field", default="appointTime", choices=["appointTime", "createTime"])
    add("--range-ends", default="inclusive", choices=list(ENDS))


def serve(options: Namespace) -> None:
    """Serve until SIGINT or SIGTERM. Raises CannotStart."""
    try:
        simulator = Simulator(_read(options))
        server = simulator.server()
    except ValueError as error:
        raise CannotStart(str(error)) from error
    except OverflowError as error:
        raise CannotStart(str(error).removeprefix("bind(): ").capitalize()) from error
    except OSError as error:
        raise CannotStart(f"Port {options.port}: {error.strerror}.") from error
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        print(  # noqa: T201 this is its output
            f"iSales simulator on {simulator.base_url} "
            f"(VDN {options.vdn}, access key {options.access_key}); Ctrl-C stops it",
            flush=True,
        )
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


def _read(options: Namespace) -> Options:
    return Options(
        rows=options.rows,
        seed=options.seed,
        access_key=options.access_key,
        secret_key=Secret(options.secret_key),
        vdn=options.vdn,
        max_limit=options.max_limit,
        latency=options.latency_ms / 1000,
        insist=options.insist,
        range_field=options.range_field,
        range_ends=options.range_ends,
        fault=options.fault,
        port=options.port,
        # Office hours where somebody tries it, so that there is something to see.
        zone=datetime.now().astimezone().tzinfo or UTC,
    )
