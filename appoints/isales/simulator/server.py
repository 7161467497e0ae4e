"""The simulated iSales on a socket."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from appoints.isales.secret import Secret
from appoints.isales.signing import Signable

from . import neighbours
from .centre import CENTRE_TIME, Centre, Row
from .faults import Fault
from .listing import SUCCESS, Listing, Refusal
from .signatures import Gatekeeper

LIST = "/appoint/list"
HTML = b"<!doctype html><title>Gateway</title><h1>Please sign in</h1>"
LONGEST_HANG = 120.0  # seconds


class Call(NamedTuple):
    """A request that came: when, what, the status it got, and its body as JSON if it was."""

    moment: datetime
    method: str
    path: str
    status: int
    body: Any


class Simulator:
    """A CC-iSales on 127.0.0.1; ``with simulator.running():`` serves it.

    ``data`` serves exactly these rows instead of a living centre, which works in ``zone``.
    ``latency`` is in seconds; ``fault`` names one of ``faults.KINDS`` and may be changed while it
    runs.
    """

    def __init__(
        self,
        rows: int = 500,
        seed: int = 1,
        access_key: str = "AK",
        secret_key: Secret = Secret("SK"),  # noqa: B008 never changed
        vdn: int = 1,
        now: Callable[[], datetime] | None = None,
        max_limit: int = 100,
        latency: float = 0.0,
        insist: str | None = None,
        range_field: str = "appointTime",
        range_ends: str = "inclusive",
        fault: str | None = None,
        port: int = 0,
        tls: tuple[str, str] | None = None,
        data: list[Row] | None = None,
        zone: tzinfo = CENTRE_TIME,
    ) -> None:
        self.now = now or (lambda: datetime.now(UTC))
        source = Centre(rows, seed, self.now(), zone) if data is None else data
        self.listing = Listing(
            source,
            max_limit=max_limit,
            range_field=range_field,
            range_ends=range_ends,
            now=self.now,
        )
        self.gatekeeper = Gatekeeper(access_key, secret_key, insist, self.now)
        self.root = f"/rest/isales/v1/openapi/campaigns/{vdn}"
        self.latency = latency
        self.fault = fault
        self.port = port
        self.tls = tls
        self.calls: list[Call] = []
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()
        self.stopping = threading.Event()
        self.base_url = ""

    @property
    def fault(self) -> str | None:
        """What goes wrong, None for nothing."""
        return self._fault.kind

    @fault.setter
    def fault(self, text: str | None) -> None:
        self._fault = Fault.parse(text)

    @property
    def list_calls(self) -> list[Call]:
        """The list calls among all that came."""
        return [call for call in self.calls if call.path.endswith(LIST)]

    def rows(self, now: datetime | None = None) -> list[Row]:
        """Return every row that is visible at a moment, in the order in which it is served."""
        return self.listing.rows(now)

    @contextmanager
    def running(self) -> Iterator[Simulator]:
        """Serve in a thread until the block ends. Raises OSError for a port in use."""
        server = self.server()
        # An often look for the end, so that tests do not wait for it.
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
            server.socket = context.wrap_socket(server.socket, server_side=True)
            scheme = "https"
        self.base_url = f"{scheme}://127.0.0.1:{server.server_port}"
        return server

    def answer(self, address: str, request: Signable) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers and body for a request that no fault of the line strikes."""
        status = self.gatekeeper.status(address, request)
        if status != 200:
            return status, {}, _json(_problem(status))
        if not (request.path == self.root or request.path.startswith(self.root + "/")):
            return 400, {}, _json(_problem(400))
        path = request.path.removeprefix(self.root)
        if path == LIST:
            return self._list(request)
        if request.method != "GET":
            return 405, {}, _json(_problem(405))
        query = {name: values[0] for name, values in parse_qs(request.query).items()}
        found = neighbours.answer(path, query, request.headers)
        return (400, {}, _json(_problem(400))) if found is None else (200, {}, _json(_good(found)))

    def _list(self, request: Signable) -> tuple[int, dict[str, str], bytes]:
        if request.method != "POST":
            return 405, {}, _json(_problem(405))
        try:
            body = json.loads(request.body)
        except ValueError:
            return 400, {}, _json(_problem(400))
        with self.lock:
            strikes = self._fault.strikes(listing=True)
            try:
                page = self.listing.page(body, self._fault, strikes)
            except Refusal as refusal:
                return 200, {}, _json(_coded(refusal.code, refusal.description))
        return _struck(strikes, page)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that leave early are part of the play."""


class _Handler(BaseHTTPRequestHandler):
    simulator: Simulator
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # one write an answer

    def do_POST(self) -> None:
        self._serve()

    def do_GET(self) -> None:
        self._serve()

    def log_message(self, *_: object) -> None:
        """Log nothing."""

    def _serve(self) -> None:
        simulator = self.simulator
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        listing = parts.path.endswith(LIST)
        moment = simulator.now()
        with simulator.lock:
            simulator.at_once += listing
            simulator.most_at_once = max(simulator.most_at_once, simulator.at_once)
        try:
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Signable(self.command, parts.path, parts.query, headers, body)
            time.sleep(simulator.latency)
            status, more, content = simulator.answer(self.client_address[0], request)
        finally:
            with simulator.lock:
                simulator.at_once -= listing
        simulator.calls.append(Call(moment, self.command, parts.path, status, _parsed(body)))
        self._send(status, more, content)

    def _send(self, status: int, more: Mapping[str, str], content: bytes) -> None:
        if "X-Hang" in more:
            self.simulator.stopping.wait(LONGEST_HANG)
        if "X-Hang" in more or "X-Close" in more:
            self.close_connection = True
            return
        self.send_response(status)
        headers = {"Content-Type": "application/json; charset=UTF-8", **more}
        headers.setdefault("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()
        self.close_connection = self.close_connection or "X-Cut" in more


def _struck(strikes: str, page: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    """Return the answer to a list call, gone wrong in the way that strikes."""
    kind, _, detail = strikes.partition(":")
    whole = _json(_good(page))
    if kind == "code":
        return 200, {}, _json(_coded(detail, "refused by the fault that was asked for"))
    if kind == "429":
        return 429, {"Retry-After": detail or "5"}, _json(_problem(429))
    if kind.isdigit():
        return int(kind), {}, _json(_problem(int(kind)))
    if kind in ("no-data", "no-total"):
        page.pop("data" if kind == "no-data" else "totalCount")
    answers: dict[str, tuple[dict[str, str], bytes]] = {
        "html": ({"Content-Type": "text/html"}, HTML),
        "cut": ({"Content-Length": str(len(whole)), "X-Cut": "1"}, whole[: len(whole) // 2]),
        "cut-json": ({}, whole[: len(whole) // 2]),
        "hang": ({"X-Hang": "1"}, b""),
        "close": ({"X-Close": "1"}, b""),
    }
    headers, content = answers.get(kind, ({}, _json(_good(page))))
    return 200, headers, content


def _good(found: Mapping[str, Any]) -> dict[str, Any]:
    return {**_coded(SUCCESS, "success"), **found}


def _coded(code: str, description: str) -> dict[str, Any]:
    return {
        "returnCode": code,
        "returnDesc": description,
        "resultCode": code,
        "resultDesc": description,
    }


def _problem(status: int) -> dict[str, Any]:
    return {"error": status}


def _json(answer: Mapping[str, Any]) -> bytes:
    return json.dumps(answer, ensure_ascii=False).encode()


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
