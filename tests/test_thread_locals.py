"""What Django keeps of each thread is its own, and no thread waits for another to read it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.cache import caches
from django.urls import get_script_prefix, get_urlconf
from django.utils import timezone, translation
from pytest_django import Settings


def locks_taken(do: Callable[[], object]) -> list[str]:
    """Return the calls of C functions that take a lock."""
    taken: list[str] = []

    def look(_frame: Any, event: str, function: Any) -> None:
        if event == "c_call" and function.__name__ in ("acquire", "__enter__"):
            taken.append(repr(function))

    sys.setprofile(look)
    try:
        do()
    finally:
        sys.setprofile(None)
    return taken


@pytest.mark.parametrize(
    "read",
    [
        translation.get_language,
        translation.get_language_bidi,
        lambda: translation.gettext("Sign in"),
        timezone.get_current_timezone,
        get_script_prefix,
        get_urlconf,
        lambda: caches["default"],
    ],
    ids=["language", "direction", "word", "zone", "prefix", "addresses", "cache"],
)
def test_a_thread_takes_no_lock_to_read_what_is_its_own(read: Callable[[], object]) -> None:
    with translation.override("es"), timezone.override("Asia/Shanghai"):
        read()
        assert locks_taken(read) == []


def test_so_it_is_for_the_tests_after_one_that_sets_languages(settings: Settings) -> None:
    settings.LANGUAGES = [("es", "Spanish")]
    with translation.override("es"):
        assert locks_taken(translation.get_language) == []


def test_another_thread_has_its_own_language_and_zone() -> None:
    with (
        translation.override("es"),
        timezone.override("Asia/Shanghai"),
        ThreadPoolExecutor() as pool,
    ):
        assert pool.submit(translation.get_language).result() == "en"
        assert pool.submit(timezone.get_current_timezone_name).result() == "UTC"
