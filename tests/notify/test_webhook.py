"""Webhooks are signed, posted once, and only where they may be."""

from __future__ import annotations

import socket
import ssl
import time
from typing import Any

import pytest

from appoints.isales.errors import HostRefused
from appoints.isales.hosts import WEBHOOKS, addresses
from appoints.isales.transport import Transport, request_deadline
from dashboard.notify import webhook
from dashboard.notify.outcome import Outcome
from dashboard.notify.webhook import Webhook
from tests.notify.receiver import Receiver

SECRET = webhook.new_secret()
LOOPBACK = ("127.0.0.1",)


def post(url: str, *hosts: str, budget: float = 5) -> Outcome:
    request_deadline.set(time.monotonic() + budget)
    transport = Transport(ssl.create_default_context(), hosts, WEBHOOKS)
    return webhook.send(Webhook(url, "id1", {"text": "三 calls"}, lambda: SECRET), transport)


def test_a_receiver_can_check_what_comes(receiver: Receiver) -> None:
    assert post(receiver.url, *LOOPBACK).is_sent
    [found] = receiver.received
    assert found.json == {"text": "三 calls"}
    assert found.headers["webhook-id"] == "id1"
    assert abs(int(found.headers["webhook-timestamp"]) - time.time()) < 60
    assert found.is_signed(SECRET)
    assert not found._replace(body=found.body + b" ").is_signed(SECRET)
    assert not found.is_signed(webhook.new_secret())


def test_the_signature_is_that_of_the_standard() -> None:
    # The example of https://github.com/standard-webhooks/standard-webhooks
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    found = webhook.signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, Outcome()),
        (302, Outcome("redirect", "HTTP 302")),
        (404, Outcome("status", "HTTP 404 no such hook", again=True)),
        (500, Outcome("status", "HTTP 500 no such hook", again=True)),
    ],
)
def test_what_the_receiver_answers_is_told(
    receiver: Receiver, status: int, expected: Outcome
) -> None:
    receiver.status, receiver.content = status, b"no such hook"
    receiver.headers = {"Location": receiver.url, "Content-Type": "text/plain"}
    assert post(receiver.url, *LOOPBACK) == expected
    assert len(receiver.received) == 1


def test_of_a_long_answer_only_the_beginning_is_read(receiver: Receiver) -> None:
    receiver.status, receiver.content = 500, b"x" * 10_000_000
    receiver.headers = {"Content-Type": "text/plain"}
    assert len(post(receiver.url, *LOOPBACK).detail) == 300


def test_a_slow_receiver_is_left_in_time(receiver: Receiver) -> None:
    receiver.pause = 0.5
    found = post(receiver.url, *LOOPBACK, budget=0.1)
    assert (found.kind, found.again) == ("too-slow", True)


def test_a_receiver_that_is_not_there_may_be_tried_again() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found = post(f"http://127.0.0.1:{free.getsockname()[1]}/", *LOOPBACK)
    assert (found.kind, found.again) == ("unreachable", True)


@pytest.mark.parametrize(
    ("hosts", "address"),
    [
        ((), "198.51.100.1"),
        (("hooks.example",), "198.51.100.1"),
        (("0.0.0.0/0", "::/0"), "127.0.0.1"),
        (("0.0.0.0/0", "::/0"), "10.1.2.3"),
        (("0.0.0.0/0", "::/0"), "192.168.0.1"),
        (("0.0.0.0/0", "::/0"), "172.16.0.1"),
        (("0.0.0.0/0", "::/0"), "100.64.0.1"),
        (("0.0.0.0/0", "::/0"), "169.254.169.254"),
        (("0.0.0.0/0", "::/0"), "0.0.0.0"),
        (("0.0.0.0/0", "::/0"), "::1"),
        (("0.0.0.0/0", "::/0"), "fd00::1"),
        (("0.0.0.0/0", "::/0"), "fe80::1"),
        (("0.0.0.0/0", "::/0"), "::ffff:127.0.0.1"),
        (("0.0.0.0/0", "::/0"), "64:ff9b::10.0.0.1"),
        (("10.0.0.0/8",), "127.0.0.1"),
    ],
)
def test_a_host_that_is_not_named_is_refused(hosts: tuple[str, ...], address: str) -> None:
    with pytest.raises(HostRefused):
        addresses(hosts, address, 443, WEBHOOKS)


@pytest.mark.parametrize(
    ("hosts", "address"),
    [
        (("198.51.100.0/24",), "198.51.100.1"),
        (("10.1.0.0/16",), "10.1.2.3"),
        (("127.0.0.1",), "127.0.0.1"),
        (("::1",), "::1"),
        (("169.254.10.0/24",), "169.254.10.1"),
    ],
)
def test_an_address_that_is_named_may_be_called(hosts: tuple[str, ...], address: str) -> None:
    assert addresses(hosts, address, 443, WEBHOOKS) == [address]


def resolve_to(monkeypatch: pytest.MonkeyPatch, *found: str) -> list[str]:
    """Let names mean these addresses in turn, the last for ever."""
    asked: list[str] = []

    real = socket.getaddrinfo

    def answer(host: str, port: int, *rest: Any, **options: Any) -> Any:
        if host in found:
            return real(host, port, *rest, **options)
        asked.append(host)
        address = found[min(len(asked), len(found)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return asked


def test_a_name_that_comes_to_mean_a_private_address_is_not_called_there(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve_to(monkeypatch, "127.0.0.1")
    url = receiver.url.replace("127.0.0.1", "hooks.example")
    with pytest.raises(HostRefused):
        post(url, "hooks.example")
    assert receiver.received == []


def test_the_address_that_was_checked_is_the_one_connected_to(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = resolve_to(monkeypatch, "127.0.0.1", "203.0.113.9")
    url = receiver.url.replace("127.0.0.1", "hooks.example")
    assert post(url, "hooks.example", "127.0.0.1").is_sent
    assert asked == ["hooks.example"]


def test_no_proxy_of_the_shell_gets_it(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert post(receiver.url, *LOOPBACK).is_sent


def test_the_secret_stands_in_no_repr() -> None:
    hook = Webhook("https://hooks.example", "id1", {}, lambda: SECRET)
    assert "lambda" not in repr(hook)
    assert SECRET not in repr(hook)
