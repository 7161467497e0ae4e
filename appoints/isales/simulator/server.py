"""The simulated iSales on a socket."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from appoints.isales.signing import Signable

from . import answers, lookups
from .answers import Answer
from .centre import Centre
from .faults import Fault
from .listing import CodeRefusal, Listing
from .options import Options
from .row import Row
from .signatures import Gatekeeper

LIST = "/appoint/list"
LONGEST_HANG = 120.0  # seconds


class CallReceived(NamedTuple):
    """A request that came: when, what, the status it got, and its body as JSON if it was."""

    moment: datetime
    method: str
    path: str
    status: int
    body: Any


class Simulator:
    """A CC-iSales on 127.0.0.1; ``with simulator.running():`` serves it.

    ``fault`` and ``latency`` may be changed while it runs.
    """

    def __init__(self, options: Options) -> None:
        self.now = options.now
        if options.data is None:
            centre = Centre(options.rows, options.seed, self.now(), options.zone)
            self.listing = Listing(centre, options)
        else:
            self.listing = Listing(options.data, options)
        self.gatekeeper = Gatekeeper(options)
        self.root = f"/rest/isales/v1/openapi/campaigns/{options.vdn}"
        self.latency = options.latency
        self.fault = options.fault
        self.port = options.port
        self.tls = options.tls
        self.calls: list[CallReceived] = []
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.base_url = ""

    @property
    def fault(self) -> Fault | str | None:
        """What goes wrong, as it was set; None for nothing."""
        return self._named

    @fault.setter
    def fault(self, fault: Fault | str | None) -> None:
        self._fault = fault if isinstance(fault, Fault) else Fault.parse(fault)
        self._named = fault

    @property
    def list_calls(self) -> list[CallReceived]:
        """The list calls among all that came."""
        return [call for call in self.calls if call.path.endswith(LIST)]

    def rows(self, now: datetime | None = None) -> list[Row]:
        """Return every row that is visible at a moment, in the order in which it is served."""
        with self.lock:
            return self.listing.rows(now)

    @contextmanager
    def at_work(self, *, listing: bool) -> Iterator[None]:
        """Count how many list calls are answered at once."""
        with self.lock:
            self.at_once += listing
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            yield
        finally:
            with self.lock:
                self.at_once -= listing

    @contextmanager
    def running(self) -> Iterator[Simulator]:
        """Serve in a thread until the block ends. Raises OSError for a port in use."""
        server = self.server()
        # A short interval, so that tests do not wait for the end.
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.stopping.set()
            server.shutdown()
            server.server_close()
            thread.join()

    def server(self) -> ThreadingHTTPServer:
        """Return the server, bound and not yet serving. Raises OSError for a port in use."""
        server = _Server(
            ("127.0.0.1", self.port), type("Handler", (_Handler,), {"simulator": self})
        )
        scheme = "http"
        if self.tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self.tls)
            # A handshake at accept would let one slow client hold up all others.
            server.socket = context.wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
            scheme = "https"
        self.base_url = f"{scheme}://127.0.0.1:{server.server_port}"
        return server

    def answer(self, address: str, request: Signable) -> Answer:
        """Return the answer to a request that came from an address."""
        with self.lock:
            status = self.gatekeeper.status(address, request)
        if status != 200:
            return answers.problem(status)
        if request.path == self.root + LIST:
            return self._list(request)
        with self.lock:
            kind = self._fault.next_kind(listing=False)
        if kind != "none":
            return answers.spoiled(kind, {})
        if request.method != "GET":
            return answers.problem(405)
        query = {name: values[0] for name, values in parse_qs(request.query).items()}
        inside = request.path.startswith(self.root)
        path = request.path.removeprefix(self.root)
        found = lookups.answer(path, query, request.headers) if inside else None
        return answers.problem(400) if found is None else answers.good(found)

    def _list(self, request: Signable) -> Answer:
        if request.method != "POST":
            return answers.problem(405)
        body = _parsed(request.body)
        if body is None:
            return answers.problem(400)
        with self.lock:
            kind = self._fault.next_kind(listing=True)
            try:
                page = self.listing.page(body, self._fault, kind)
            except CodeRefusal as refusal:
                return answers.refusal(refusal.code, refusal.description)
        return answers.spoiled(kind, page)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log nothing: clients that leave early are expected."""


class _Handler(BaseHTTPRequestHandler):
    simulator: Simulator
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 2**18  # bytes; more than a page, so that an answer is one write

    def do_POST(self) -> None:
        self._serve()

    do_GET = do_PUT = do_DELETE = do_POST  # noqa: N815 the base class's names

    def log_message(self, *_: object) -> None:
        """Log nothing."""

    def _serve(self) -> None:
        simulator, moment = self.simulator, self.simulator.now()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Signable(self.command, path, query, headers, body)
        with simulator.at_work(listing=path.endswith(LIST)):
            time.sleep(simulator.latency)
            answer = simulator.answer(self.client_address[0], request)
        simulator.calls.append(
            CallReceived(moment, self.command, path, answer.status, _parsed(body))
        )
        self._send(answer)

    def _send(self, answer: Answer) -> None:
        self.close_connection = self.close_connection or answer.connection != "open"
        if answer.connection == "silent":
            self.simulator.stopping.wait(LONGEST_HANG)
        if answer.connection in ("silent", "dropped"):
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(answer.length or len(answer.content)))
        if answer.retry_after:
            self.send_header("Retry-After", answer.retry_after)
        self.end_headers()
        self.wfile.write(answer.content)
        self.wfile.flush()


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
