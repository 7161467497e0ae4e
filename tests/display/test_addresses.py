"""Any text is an ID that has an address of its own."""

from __future__ import annotations

from urllib.parse import quote, unquote, urljoin, urlsplit

import pytest
from django.urls import resolve, reverse
from hypothesis import example, given
from hypothesis import strategies as st

from appoints.display.addresses import detail_of, segment

ids = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    st.text("./\\?#%~\n\r ;:=Li4", min_size=1, max_size=6),
)


def meant(address: str) -> object:
    """The ID that the server reads from an address, once a browser has resolved it."""
    path = urlsplit(urljoin("https://calls.example/appoints/?q=x", address)).path
    return resolve(unquote(path)).kwargs["appoint_id"]


@given(ids)
@example("..")
@example(".")
@example("~Li4")
@example("/")
@example("export.csv")
def test_an_id_survives_its_address(appoint_id: str) -> None:
    assert meant(detail_of(appoint_id, "preset=today")) == appoint_id


@given(ids)
def test_no_part_of_the_address_can_be_resolved_or_merged(appoint_id: str) -> None:
    part = unquote(segment(appoint_id))
    assert part not in (".", "..")
    assert not set(part) & set("/\\\n\r\t\x00")


@given(ids)
def test_an_address_that_a_portal_builds_by_quoting_leads_there_too(appoint_id: str) -> None:
    if not appoint_id.startswith("~"):
        path = f"/appoints/{quote(appoint_id, safe='')}/"
        assert resolve(unquote(path)).kwargs["appoint_id"] == appoint_id


@pytest.mark.parametrize("appoint_id", ["174730253678826340158055543045", "a b", "外呼", "a?b"])
def test_what_is_safe_is_quoted_only(appoint_id: str) -> None:
    assert segment(appoint_id) == quote(appoint_id, safe="")


@given(ids)
def test_django_builds_the_same_address(appoint_id: str) -> None:
    assert meant(reverse("appoints:detail", args=[appoint_id])) == appoint_id
