"""The simulator's gate, met by a signer that shares no line with ours."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appoints.isales.secret import Secret
from appoints.isales.signing import Signable
from appoints.isales.simulator import Options, Simulator
from appoints.isales.simulator.signatures import Gatekeeper

NOW = datetime(2025, 5, 15, 9, 48, 56, tzinfo=UTC)
PATH = "/rest/isales/v1/openapi/campaigns/1/appoint/list"
HOST = "10.22.26.181:28080"
BODY = b'{"limit":10,"offset":0,"taskId":"1106025109"}'
THREE = "content-length;content-type;host"
KEYS = {"access_key": "AKEXAMPLE", "secret_key": Secret("SK-example-0123456789")}


class Sent(NamedTuple):
    """A request as text, the way a wire would carry it."""

    method: str
    path: str
    query: str
    host: str
    content_type: str
    body: bytes
    authorization: str

    def signable(self) -> Signable:
        headers = {
            "host": self.host,
            "content-type": self.content_type,
            "content-length": str(len(self.body)),
            "authorization": self.authorization,
        }
        return Signable(self.method, self.path, self.query, headers, self.body)


def mac(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def sign(
    names: str = "host",
    stamp: str = "2025-05-15T09:48:56Z",
    *,
    line: bool = False,
    method: str = "POST",
    path: str = PATH,
    query: tuple[tuple[str, str], ...] = (),
    host: str = HOST,
    body: bytes = BODY,
    access_key: str = "AKEXAMPLE",
    secret_key: str = "SK-example-0123456789",
) -> Sent:
    """Sign as isales-api.md section 2 says, step by step."""
    content_type = "application/json; charset=UTF-8"
    values = {"host": host, "content-type": content_type, "content-length": str(len(body))}
    text = f"{method}\n{path}\n"
    encoded = "&".join(sorted(f"{quote(k, safe='-._~')}={quote(v, safe='-._~')}" for k, v in query))
    if encoded or line:
        text += encoded + "\n"
    text += names + "\n"
    text += "\n".join(sorted(f"{n}:{quote(values[n], safe='-._~')}" for n in names.split(";")))
    text += "\n" + quote(body, safe="-._~")
    prefix = f"auth-v2/{access_key}/{stamp}/{names}"
    authorization = f"{prefix}/{mac(mac(secret_key, prefix), text)}"
    return Sent(method, path, encoded, host, content_type, body, authorization)


def status(sent: Sent, insist: str | None = None, now: datetime = NOW) -> int:
    return Gatekeeper(Options(**KEYS, insist=insist, now=lambda: now)).status("a", sent.signable())


SHAPES = [
    sign(),
    sign(line=True),
    sign(stamp="2025-05-15T09:48:56.123Z"),
    sign(THREE),
    sign(THREE, "2025-05-15T09:48:56.000Z", line=True),
    sign("content-type;host"),
    sign(body='{"remark":"café *~-._/外呼"}'.encode()),
    sign(method="GET", body=b"", query=(("pageSize", "50"), ("pageNum", "1"), ("q", "a b/外"))),
    sign(body=b""),
]


def test_the_independent_signer_makes_the_published_vector() -> None:
    wanted = "8f122533ffa89e9a3f6d360895a51cd6409811e262fb403dee1238fd8237f842"
    assert sign().authorization.endswith(wanted)


@pytest.mark.parametrize("sent", SHAPES)
def test_an_independently_signed_request_is_accepted(sent: Sent) -> None:
    assert status(sent) == 200


@given(st.sampled_from(SHAPES), st.data())
def test_a_changed_byte_is_rejected(sent: Sent, data: st.DataObject) -> None:
    field = data.draw(st.sampled_from(["path", "query", "host", "body", "authorization"]))
    whole = getattr(sent, field)
    raw = whole if isinstance(whole, bytes) else whole.encode()
    if not raw:
        return
    at = data.draw(st.integers(0, len(raw) - 1))
    # A query may write the same value in other ways, so only letters that no escape has come in.
    letters = st.integers(0x67, 0x7A) if field == "query" else st.integers(0x21, 0x7E)
    changed = raw[:at] + bytes([data.draw(letters.filter(lambda byte: byte != raw[at]))])
    changed += raw[at + 1 :]
    wrong: Any = changed if isinstance(whole, bytes) else changed.decode()
    assert status(sent._replace(**{field: wrong})) == 401


@pytest.mark.parametrize(
    "sent",
    [
        sign(secret_key="another"),
        sign(access_key="ANOTHER"),
        sign("content-type"),
        sign("host;content-type"),
        sign("host;host"),
        sign(stamp="2025-13-99T09:48:56Z"),
        sign(stamp="2025-05-15 09:48:56"),
        sign()._replace(authorization=""),
        sign()._replace(authorization="auth-v2/AKEXAMPLE"),
        sign()._replace(authorization=sign().authorization.replace("/host/", "/host;x-none/")),
        sign()._replace(method="PUT"),
    ],
)
def test_a_request_signed_otherwise_is_rejected(sent: Sent) -> None:
    assert status(sent) == 401


@pytest.mark.parametrize(("minutes", "wanted"), [(-16, 401), (-14, 200), (14, 200), (16, 401)])
def test_a_clock_may_differ_by_a_quarter_of_an_hour(minutes: int, wanted: int) -> None:
    assert status(sign(), now=NOW + timedelta(minutes=minutes)) == wanted


@pytest.mark.parametrize(
    ("insist", "good"),
    [
        ("host-only", sign()),
        ("three-headers", sign(THREE, "2025-05-15T09:48:56.000Z", line=True)),
    ],
)
def test_who_insists_on_a_preset_accepts_nothing_else(insist: str, good: Sent) -> None:
    assert status(good, insist) == 200
    others = [sent for sent in SHAPES if sent.body == BODY and sent != good]
    assert {status(sent, insist) for sent in others} == {401}


class Gate:
    """A gatekeeper whose clock can be moved."""

    def __init__(self) -> None:
        self.now = NOW
        self.keeper = Gatekeeper(Options(**KEYS, insist=None, now=lambda: self.now))

    def meet(self, *, good: bool, address: str = "a") -> int:
        stamp = self.now.strftime("%Y-%m-%dT%H:%M:%SZ")
        key = "SK-example-0123456789" if good else "another"
        return self.keeper.status(address, sign(stamp=stamp, secret_key=key).signable())


def test_five_bad_signatures_lock_an_address_for_five_minutes() -> None:
    gate = Gate()
    assert [gate.meet(good=False) for _ in range(5)] == [401] * 5
    assert gate.meet(good=True) == 403
    assert gate.meet(good=True, address="b") == 200
    gate.now += timedelta(minutes=5)
    assert gate.meet(good=True) == 200


def test_a_good_signature_forgives_the_bad_ones_before() -> None:
    gate = Gate()
    for _ in range(3):
        assert [gate.meet(good=False) for _ in range(4)] == [401] * 4
        assert gate.meet(good=True) == 200


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(Options(rows=20, now=lambda: NOW)).running() as running:
        yield running


def ask(simulator: Simulator, secret_key: str) -> tuple[int, dict[str, Any]]:
    host = simulator.base_url.removeprefix("http://")
    sent = sign(host=host, access_key="AK", secret_key=secret_key)
    line = HTTPConnection(host, timeout=5)
    headers = {"Content-Type": sent.content_type, "Authorization": sent.authorization}
    line.request(sent.method, sent.path, sent.body, headers)
    response = line.getresponse()
    answer: dict[str, Any] = json.loads(response.read())
    line.close()
    return response.status, answer


def test_over_a_socket_too_good_ones_pass_and_bad_ones_lock(simulator: Simulator) -> None:
    assert ask(simulator, "SK")[0] == 200
    bad = [ask(simulator, "KS") for _ in range(6)]
    assert [code for code, _ in bad] == [401] * 5 + [403]
    assert bad[0][1]["error"] == 401
    assert ask(simulator, "SK")[0] == 403
