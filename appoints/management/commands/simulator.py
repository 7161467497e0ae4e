from __future__ import annotations

import signal
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from appoints.isales.secret import Secret
from appoints.isales.signing import PRESETS
from appoints.isales.simulator import KINDS, Simulator
from appoints.isales.simulator.listing import ENDS


class Command(BaseCommand):
    help = "Run a local stand-in for CC-iSales, with a living call centre in it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=9100)
        parser.add_argument("--rows", type=int, default=3000, help="reservations at the start")
        parser.add_argument("--seed", type=int, default=1, help="the same seed, the same centre")
        parser.add_argument("--latency-ms", type=float, default=0, help="before each answer")
        parser.add_argument(
            "--fault", metavar="KIND", help=f"KIND or KIND@AFTER: {' '.join(KINDS)}"
        )
        parser.add_argument("--access-key", default="SIMULATED-AK")
        parser.add_argument("--secret-key", default="SIMULATED-SK")
        parser.add_argument("--vdn", type=int, default=1)
        parser.add_argument("--insist", choices=list(PRESETS), help="accept this signature only")
        parser.add_argument("--max-limit", type=int, default=100, help="rows a page at the most")
        parser.add_argument(
            "--range-field", default="appointTime", choices=["appointTime", "createTime"]
        )
        parser.add_argument("--range-ends", default="inclusive", choices=list(ENDS))

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            simulator = Simulator(
                rows=options["rows"],
                seed=options["seed"],
                access_key=options["access_key"],
                secret_key=Secret(options["secret_key"]),
                vdn=options["vdn"],
                max_limit=options["max_limit"],
                latency=options["latency_ms"] / 1000,
                insist=options["insist"],
                range_field=options["range_field"],
                range_ends=options["range_ends"],
                fault=options["fault"],
                port=options["port"],
                # Office hours where somebody tries it, so that there is something to see.
                zone=datetime.now().astimezone().tzinfo or UTC,
            )
            server = simulator.server()
        except ValueError as error:
            raise CommandError(str(error)) from error
        except OverflowError as error:
            raise CommandError(str(error).removeprefix("bind(): ").capitalize()) from error
        except OSError as error:
            raise CommandError(f"Port {options['port']}: {error.strerror}.") from error
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            self.stdout.write(
                f"iSales simulator on {simulator.base_url} "
                f"(VDN {options['vdn']}, access key {options['access_key']}); Ctrl-C stops it"
            )
            self.stdout.flush()
            server.serve_forever()
        except KeyboardInterrupt:
            server.server_close()
