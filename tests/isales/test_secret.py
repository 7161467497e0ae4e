"""A secret shows itself to whoever asks by name, and to nobody else."""

from __future__ import annotations

import copy
import logging
import pickle
import traceback

import httpx
import pytest

from appoints.isales.endpoint import Endpoint
from appoints.isales.secret import Secret
from appoints.isales.signing import AkskAuth, SigningOptions

SK = "SK-seen-nowhere-7391"
SECRET = Secret(SK)


def test_whoever_asks_by_name_is_told() -> None:
    assert SECRET.reveal() == SK


@pytest.mark.parametrize(
    "shown",
    [
        repr(SECRET),
        str(SECRET),
        f"{SECRET} {SECRET!r} {SECRET!s:>30}",
        "%s %r" % (SECRET, SECRET),  # noqa: UP031
        repr([SECRET, {"key": SECRET}]),
        repr(Endpoint("https://isales.example", 1, "AK", SECRET)),
        repr(AkskAuth("AK", SECRET, SigningOptions())),
        repr(dir(SECRET)),
    ],
    ids=["repr", "str", "f-string", "percent", "within", "endpoint", "signer", "names"],
)
def test_no_way_to_show_it_does(shown: str) -> None:
    assert SK not in shown


def test_no_log_shows_it(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("any").warning("%s and %r", SECRET, [SECRET])
    assert "<Secret>" in caplog.text
    assert SK not in caplog.text


def test_a_trace_with_its_locals_does_not_show_it() -> None:
    auth = AkskAuth("AK", SECRET, SigningOptions())
    request = httpx.Request("POST", "https://isales.example", stream=httpx.ByteStream(b""))
    with pytest.raises(httpx.RequestNotRead) as caught:
        auth.authorization(request)
    trace = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert SK not in "".join(trace.format())


def test_it_is_not_pickled() -> None:
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps({"key": SECRET})


def test_a_copy_is_the_secret_itself() -> None:
    assert copy.copy(SECRET) is SECRET
    assert copy.deepcopy([SECRET])[0] is SECRET


def test_secrets_are_compared_by_what_they_hold_and_with_secrets_only() -> None:
    assert Secret("a") == Secret("a") != Secret("b")
    assert len({Secret("a"), Secret("a")}) == 1
    assert Secret("a") != "a"
    assert not Secret("") and Secret("a")
