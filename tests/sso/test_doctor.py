"""What the doctor says of a provider of OpenID Connect."""

from __future__ import annotations

from contextlib import suppress
from io import StringIO

import pytest
import requests
from django.core.management import call_command

from tests.sso.provider import Provider

pytestmark = pytest.mark.django_db


def said() -> str:
    text = StringIO()
    with suppress(SystemExit):  # of what else is wrong here
        call_command("doctor", stdout=text, no_color=True)
    [line] = [each for each in text.getvalue().splitlines() if " OpenID Connect: " in each]
    return line


def test_a_provider_that_answers_is_in_order(provider: Provider) -> None:
    assert said().startswith("ok: ")


def test_one_that_does_not_is_wrong(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise requests.ConnectionError("refused")

    monkeypatch.setattr(requests.Session, "send", fail)
    line = said()
    assert line.startswith("wrong: ") and "https://id.example" in line and "OIDC_ISSUER" in line
