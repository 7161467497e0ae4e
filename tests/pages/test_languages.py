"""The pages in every language: other words, the same numbers, links and files."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from django.contrib.humanize.templatetags.humanize import intcomma
from django.test import Client
from django.utils import translation
from pytest_django import Settings

from appoints.connections import lookups
from appoints.connections.models import Connection
from appoints.display import formats
from appoints.isales import codes
from appoints.isales.simulator import Options, Simulator
from dashboard.accounts.models import User
from tests.pages.test_list import LIST

LANGUAGES = [
    ("en", "English"),
    ("zh-hans", "Simplified Chinese"),
    ("es", "Spanish"),
    ("pt-br", "Brazilian Portuguese"),
    ("ar", "Arabic"),
]
OTHERS = [code for code, _name in LANGUAGES if code != "en"]
# What is said, not what it leads to or how it is drawn.
SAID = {"title", "lang", "dir", "placeholder"}
SAID_TOO = re.compile(
    r"aria-label$|data-(label|moved|number|id|done|failed|words|changes|new|changed|old|waits|seldom)$"
    r"|data-(still|version)$"
)
PATTERNS = {f"data-{name}" for name in formats.PATTERNS}
# With the clock, not with the language.
MOVES = {"data-now", "data-fresh", "data-newer", "data-age"}
SECRET = {"csrfmiddlewaretoken"}


class Attributes(HTMLParser):
    """Collects all that scripts, style sheets, links and forms of a page go by."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("name") in SECRET:
            return
        for name, value in attrs:
            if name in SAID | PATTERNS | MOVES or SAID_TOO.search(name):
                continue
            if value and value.endswith(
                ("bootstrap-reboot.min.css", "bootstrap-reboot.rtl.min.css")
            ):
                continue
            self.found.append((tag, name, value))


@pytest.fixture(autouse=True)
def every_language(settings: Settings) -> Iterator[None]:
    """Also those that are not on offer yet; a browser's own choice must not stick."""
    settings.LANGUAGES = LANGUAGES
    yield
    translation.activate("en")


def page(client: Client, path: str, language: str) -> Any:
    return client.get(path, headers={"Accept-Language": language})


def attributes(client: Client, path: str, language: str) -> list[tuple[str, str, str | None]]:
    response = page(client, path, language)
    assert response.headers["Content-Language"] == language
    parser = Attributes()
    parser.feed(response.content.decode())
    return parser.found


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """More rows than a thousand, so that numbers have a separator."""
    with Simulator(Options(rows=1010)).running() as running:
        yield running


PATHS = [
    "?page=3&per_page=25",
    "?preset=last-7d&state=failed&sort=-delay",
    "?from=2026-01-01&to=2026-12-31&agent=101,102,103,104&late=1&number=+8613800000000",
    "?page=999999999",
]


@pytest.mark.usefixtures("noon_of_a_weekday")  # at midnight the next language's days are others
def test_only_words_differ_from_language_to_language(
    signed_in: Client, connection: Connection
) -> None:
    listed = page(signed_in, LIST, "en").content.decode()
    detail = re.findall(r'href="(/appoints/\d+/[^"]*)"', listed)[0]
    for path in (*(LIST + each for each in PATHS), detail):
        english = attributes(signed_in, path, "en")
        for language in OTHERS:
            assert attributes(signed_in, path, language) == english


def test_a_file_differs_only_in_the_words_for_causes(
    signed_in: Client, connection: Connection
) -> None:
    def rows(spoken: str) -> list[dict[str, str]]:
        text = page(signed_in, LIST + "export.csv", spoken).content.decode()
        found = list(csv.DictReader(io.StringIO(text)))
        return [{**row, "fail_reason": ""} for row in found]

    english = rows("en")
    for language in OTHERS:
        assert rows(language) == english
        about = json.loads(page(signed_in, LIST + "export.json", language).content)
        assert about["total"] == len(about["rows"]) == len(english)


def test_the_words_for_codes_are_translated_in_the_form_and_in_the_table(
    signed_in: Client, connection: Connection
) -> None:
    shown = page(signed_in, LIST + "?per_page=100", "zh-hans").content.decode()
    known = [*codes.GROUPS.values(), *codes.CALL_TYPES.values(), *codes.CALL_STATUSES.values()]
    assert [each for each in known if re.search(rf"[> ]{each}\s*<", shown)] == []


def test_a_value_keeps_its_own_order_in_a_sentence_from_right_to_left(
    signed_in: Client, connection: Connection
) -> None:
    asked = LIST + "?number=%2B8613800000000"
    assert "\u2068+8613800000000\u2069" in page(signed_in, asked, "ar").content.decode()
    assert "\u2068" not in page(signed_in, asked, "en").content.decode()


def test_thousands_are_marked_as_the_language_does() -> None:
    seen = {}
    for language, _name in LANGUAGES:
        with translation.override(language):
            seen[language] = intcomma(1234567)
    assert seen == {
        "en": "1,234,567",
        "zh-hans": "1,234,567",
        "es": "1.234.567",
        "pt-br": "1.234.567",
        "ar": "1,234,567",
    }


def test_a_day_is_written_as_the_language_does() -> None:
    seen = {}
    for language, _name in LANGUAGES:
        with translation.override(language):
            seen[language] = formats.clock(datetime(2026, 11, 3, 9, 5))  # noqa: DTZ001
    assert seen == {
        "en": "2026-11-03 09:05",
        "zh-hans": "2026-11-03 09:05",
        "es": "03/11/2026 09:05",
        "pt-br": "03/11/2026 09:05",
        "ar": "03/11/2026 09:05",
    }


def test_isales_own_words_win_in_its_languages_and_fill_gaps_in_others(
    connection: Connection,
) -> None:
    seen = {}
    for language in ("en", "zh-hans", "es"):
        with translation.override(language):
            known = lookups.reasons(connection, ask=True)
            plain = {code: translation.gettext(words) for code, words in codes.FAIL_WORDS.items()}
            seen[language] = {code for code in plain if known[code] != plain[code]}
            assert known.keys() > plain.keys()
    assert seen["es"] == set()


def test_a_stranger_finds_the_own_language_before_the_sign_in(client: Client, db: None) -> None:
    asked = "/accounts/login/?next=/appoints/%3Fpage%3D2"
    assert 'lang="ar"' in client.get(asked).content.decode()
    response = client.post("/accounts/language/", {"language": "ar", "next": asked})
    assert response.headers["Location"] == asked
    assert '<html lang="ar" dir="rtl"' in client.get(asked).content.decode()


def test_the_choice_of_a_language_leads_nowhere_else(client: Client, db: None) -> None:
    sent = {"language": "es", "next": "https://evil.example/"}
    assert client.post("/accounts/language/", sent).headers["Location"] == "/"


def test_a_persons_own_language_wins_over_what_was_chosen_before_the_sign_in(
    client: Client, supervisor: User
) -> None:
    client.post("/accounts/language/", {"language": "ar"})
    client.force_login(supervisor)
    client.post("/accounts/preferences/", {"language": "es"})
    response = client.get("/accounts/preferences/")
    assert response.headers["Content-Language"] == "es"
