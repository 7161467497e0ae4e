"""Client of the open API: each call is one signed request, repeated where that is safe."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple, TypeVar

import httpx

from . import answers, bodies
from .codes import gettext_noop
from .endpoint import Endpoint
from .errors import NoAnswer, UnexpectedAnswer
from .retries import tries
from .rows import Row, parse_rows
from .signing import AkskAuth
from .transport import Transport, request_deadline

ROOT = "/rest/isales/v1/openapi/campaigns"
CONTENT_TYPE = "application/json; charset=UTF-8"
HEADERS = {
    "Accept": "*/*",
    "Accept-Encoding": bodies.ACCEPTED,
    "Connection": "keep-alive",
    "User-Agent": f"python-httpx/{httpx.__version__}",
}
CONNECT_TIMEOUT = 5.0  # seconds
READ_TIMEOUT = 20.0  # seconds
TASKS_A_PAGE = 100
CODES_A_PAGE = 50
LOOKUP_PAGES = range(1, 21)

# Called with the deadline (on the monotonic clock) for every request that goes out, and entered
# before it: waits until the request may go, or raises. It is left when the answer has come.
Pace = Callable[[float], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Criteria:
    """What iSales itself can filter by. ``begin`` and ``end``: epoch milliseconds, both or none."""

    begin: int | None = None
    end: int | None = None
    agents: tuple[str, ...] = ()
    number: str = ""
    task: str = ""

    def body(self, offset: int, limit: int) -> dict[str, object]:
        """Return the request body for the rows from ``offset`` on, at most ``limit`` of them."""
        body: dict[str, object] = {"limit": limit, "offset": offset}
        if self.number:
            body["calledNo"] = self.number
        if self.agents:
            body["userAccountList"] = list(self.agents)
        if self.begin is not None:
            body |= {"beginTime": self.begin, "endTime": self.end}
        if self.task:
            body["taskId"] = self.task
        return body


@dataclass(frozen=True)
class Page:
    """Rows as ``sent``, in iSales' own order, and iSales' count of all that match."""

    sent: list[object]
    total: int

    @cached_property
    def rows(self) -> list[Row]:
        """The rows; whatever was sent, nothing is raised."""
        return parse_rows(self.sent)


class Call(NamedTuple):
    """A request for so many rows, before it is signed."""

    method: str
    path: str
    rows: int
    headers: Mapping[str, str] = {}
    content: bytes | None = None


UnreadPage = Callable[[], Page]
Read = TypeVar("Read")


class Client:
    """A pool of connections to one endpoint; safe to share between threads.

    Every call may raise NoAnswer, NotAuthorised, AddressLocked, TooFast, Refused or
    UnexpectedAnswer. ``budget`` is the seconds it may take in all, waits and retries included.
    ``ahead`` is by how many seconds the clock of iSales was ahead of ours at its last answer.
    """

    def __init__(self, endpoint: Endpoint, transport: httpx.BaseTransport | None = None) -> None:
        self.endpoint = endpoint
        self.ahead: float | None = None
        self._root = f"{endpoint.base_url.rstrip('/')}{ROOT}/{endpoint.vdn}"
        self._auth = AkskAuth(endpoint.access_key, endpoint.secret_key, endpoint.signing)
        # Without a client of httpx's: no call needs its proxies, redirects and cookies, which take
        # a quarter of the time of a call.
        self._transport = transport or Transport(endpoint.tls(), endpoint.hosts)

    def close(self) -> None:
        """Close the pooled connections."""
        self._transport.close()

    def list_page(
        self, criteria: Criteria, offset: int, limit: int, *, pace: Pace, budget: float
    ) -> Page:
        """Return one page of reserved calls; ``offset`` is a multiple of ``limit``.

        Source: ``POST …/appoint/list`` (isales-api.md section 1).
        """
        return _page(self._answer(_list(criteria, offset, limit), pace, budget), limit)

    def unread_page(
        self, criteria: Criteria, offset: int, limit: int, *, pace: Pace, budget: float
    ) -> UnreadPage:
        """Return what reads such a page, so that who has a line may ask for the next one first.

        It raises UnexpectedAnswer, or Refused for an answer that only looks like a success.
        """
        call = _list(criteria, offset, limit)
        answer = self._read(call, pace, budget, answers.unread)
        return lambda: _page(answer(), limit)

    def tasks(self, *, pace: Pace, budget: float) -> dict[str, str]:
        """Return the names of the outbound tasks by their ID (isales-api.md section 5)."""
        path = f"?status=0&deviceType=0&curPage=%d&rowsPerPage={TASKS_A_PAGE}"
        calls = (Call("GET", path % page, TASKS_A_PAGE) for page in LOOKUP_PAGES)
        rows = self._all_rows(calls, "data", pace, budget)
        # Later editions of the reference say id and name; an earlier one said otherwise.
        return _named(rows, ("id", "campaignId"), ("name", "campaignName"))

    def fail_words(self, locale: str, *, pace: Pace, budget: float) -> dict[str, str]:
        """Return the platform's own words for fail codes; ``locale`` is ``en_US`` or ``zh_CN``."""
        path, headers = (
            f"/queryOBSResultCode?pageSize={CODES_A_PAGE}&pageNum=%d",
            {"locale": locale},
        )
        calls = (Call("GET", path % page, CODES_A_PAGE, headers) for page in LOOKUP_PAGES)
        rows = self._all_rows(calls, "obsCodes", pace, budget)
        return _named(rows, ("obsCode",), ("obsCodeDesc",))

    def _all_rows(self, calls: Iterable[Call], key: str, pace: Pace, budget: float) -> list[object]:
        """Return what the answers have under a key, up to the first page that is not full."""
        deadline = time.monotonic() + budget
        found: list[object] = []
        for call in calls:
            rows = self._answer(call, pace, deadline - time.monotonic()).get(key)
            if not isinstance(rows, list):
                raise UnexpectedAnswer(f"the answer has no {key}", httpx.codes.OK)
            found += rows
            if len(rows) < call.rows:
                break
        return found

    def _answer(self, call: Call, pace: Pace, budget: float) -> dict[str, object]:
        return self._read(call, pace, budget, answers.read)

    def _read(self, call: Call, pace: Pace, budget: float, read: Callable[..., Read]) -> Read:
        """Return what is read of the answer to a call; repeat the call where that may help."""
        # Every call only reads, so that it is safe to repeat. Each try is signed anew.
        deadline = time.monotonic() + budget
        for attempt in tries(deadline, budget):
            with attempt, pace(deadline):
                response, body = self._once(call, deadline)
                return read(response.status_code, response.headers, body, call.rows)
        raise AssertionError("stamina lets the last error through")

    def _once(self, call: Call, deadline: float) -> tuple[httpx.Response, bytes]:
        """Return the answer to a request, and its body."""
        left = max(0.1, deadline - time.monotonic())
        timeout = httpx.Timeout(min(left, READ_TIMEOUT), connect=min(left, CONNECT_TIMEOUT))
        request = httpx.Request(
            call.method,
            _url(self._root + call.path),
            headers={**HEADERS, **call.headers},
            content=call.content,
            extensions={"timeout": timeout.as_dict()},
        )
        request.headers["Authorization"] = self._auth.authorization(request)
        request_deadline.set(time.monotonic() + left)
        try:
            with closing(self._transport.handle_request(request)) as response:
                body = bodies.read(response, deadline, call.rows)
        except httpx.TransportError as error:
            raise NoAnswer(_in_words(error)) from error
        self.ahead = answers.ahead(response.headers)
        return response, body


def _list(criteria: Criteria, offset: int, limit: int) -> Call:
    body = json.dumps(criteria.body(offset, limit), ensure_ascii=False).encode()
    return Call("POST", "/appoint/list", limit, {"Content-Type": CONTENT_TYPE}, body)


@lru_cache(maxsize=256)
def _url(text: str) -> httpx.URL:
    return httpx.URL(text)


def _page(answer: Mapping[str, object], limit: int) -> Page:
    """Return the page that an answer holds. Raises UnexpectedAnswer."""
    total, data = answers.number(answer, "totalCount"), answer.get("data")
    if data is None and "data" in answer and total == 0:
        data = []
    if total is None or not isinstance(data, list):
        words = gettext_noop("the answer has no totalCount")
        if total is not None:
            words = gettext_noop("the answer has no data")
        raise UnexpectedAnswer(words, httpx.codes.OK)
    if len(data) > limit:
        words = gettext_noop("the page has more rows than were asked for")
        raise UnexpectedAnswer(words, httpx.codes.OK)
    return Page(data, total)


def _in_words(error: httpx.HTTPError) -> str:
    """Return what went wrong, in words that can be translated where they are ours."""
    if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
        return gettext_noop("iSales could not be reached in time")
    if isinstance(error, httpx.TimeoutException):
        return gettext_noop("iSales did not answer in time")
    return str(error) or type(error).__name__


def _named(rows: list[object], keys: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """Return names by ID, from the first of the fields that is there; an ID is its own name."""
    objects = (row for row in rows if isinstance(row, dict))
    named = ((_first(row, keys), _first(row, names)) for row in objects)
    return {key: name or key for key, name in named if key}


def _first(row: Mapping[str, object], fields: Sequence[str]) -> str:
    """Return the first of the fields that holds text or a number, else an empty string."""
    values = (row.get(field) for field in fields)
    return next((str(value) for value in values if type(value) in (str, int) and value != ""), "")
