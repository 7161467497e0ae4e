"""What belongs to others is as what does not exist, in the same words and in any writing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import unquote

from django.test import Client

from appoints.saved_views.models import SavedView
from tests.access.centre import AGENT_LIST, OURS, Centre
from tests.factories import browser_of
from tests.screen import text_of

NOWHERE = "nowhere"  # names nothing
RESERVATION = "call-0"

# Method, address, and an ID that is North's.
ADDRESSES = [
    ("get", "/v/{}/", OURS),
    ("get", "/views/{}/", OURS),
    ("post", "/views/{}/", OURS),
    ("post", "/views/{}/update/", OURS),
    ("post", "/views/{}/default/", OURS),
    ("get", "/views/{}/delete/", OURS),
    ("post", "/views/{}/delete/", OURS),
    ("post", "/accounts/tokens/{}/revoke/", OURS),
    ("get", "/appoints/{}/", RESERVATION),
    ("get", "/appoints/?connection={}", "south"),
    ("get", "/appoints/call-1/?connection={}", "south"),
    ("get", "/appoints/export.csv?connection={}", "south"),
    ("get", "/appoints/export.json?connection={}", "south"),
    ("get", "/appoints/export.xlsx?connection={}", "south"),
    ("post", "/appoints/?connection={}", "south"),
    ("get", "/wallboard/?connection={}", "south"),
    ("get", "/choices/agents/?connection={}", "south"),
    ("get", "/appoints/?agent_list={}", AGENT_LIST),
    ("get", "/appoints/export.csv?agent_list={}", AGENT_LIST),
]


def percent_encoded(text: str) -> str:
    return "".join(f"%{ord(each):02x}" for each in text)


WRITINGS: list[Callable[[str], str]] = [
    str,
    str.upper,
    percent_encoded,
    lambda name: percent_encoded(name).replace("%", "%25"),
    lambda name: name[:-1],
    lambda name: f"{name}1",
]


class Answer(NamedTuple):
    """What a page says, without what was typed, and the names of its headers."""

    status: int
    text: str
    headers: list[str]


def answer(browser: Client, method: str, address: str, name: str) -> Answer:
    data = {"connection": name} if method == "post" else None
    response = getattr(browser, method)(address.format(name), data, follow=True)
    typed = sorted({name, unquote(name)}, key=len, reverse=True)
    text = re.sub("|".join(map(re.escape, typed)), NOWHERE, text_of(response))
    return Answer(response.status_code, text, sorted(response.headers))


def test_what_belongs_to_others_is_as_what_does_not_exist(place: Centre) -> None:
    stranger = browser_of(place.people["stranger"])
    for method, address, name in ADDRESSES:
        none = answer(stranger, method, address, NOWHERE)
        found = [answer(stranger, method, address, write(name)) for write in WRITINGS]
        assert found == [none] * len(WRITINGS)
        assert none.status == 404


def test_ones_own_is_found_also_percent_encoded(place: Centre) -> None:
    owner = browser_of(place.people["exporter"])
    for address, name in (("/views/{}/", OURS), ("/appoints/{}/", RESERVATION)):
        assert owner.get(address.format(percent_encoded(name))).status_code == 200


def test_ones_own_in_capitals_is_another(place: Centre) -> None:
    owner = browser_of(place.people["exporter"])
    for method, address, name in ADDRESSES:
        assert answer(owner, method, address, name.upper()).status == 404


def test_a_deleted_view_is_as_one_that_never_was(place: Centre) -> None:
    owner = browser_of(place.people["exporter"])
    SavedView.objects.all().delete()
    for method, address, name in ADDRESSES:
        if name == OURS and "views" in address:
            answers = [answer(owner, method, address, each) for each in (OURS, NOWHERE)]
            assert answers[0] == answers[1]
            assert answers[0].status == 404
