from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import stamina
import time_machine
from django.core.management.color import no_style
from django.core.signals import setting_changed
from django.db import connection as database
from django.test import Client, TransactionTestCase
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from appoints.connections.models import Connection
from appoints.isales import retries
from appoints.isales.simulator import Options, Simulator
from dashboard.accounts.models import User
from dashboard.thread_locals import replace_guarded

from .factories import NOON, browser_of, connected, person

# How long an example takes says how busy the machine is, not whether the code is right; and each
# run tries others, so that twenty are enough for all tests together to stay within six minutes.
settings.register_profile("unhurried", deadline=None, max_examples=20)
settings.load_profile("unhurried")


# Files of the browser that one worker takes together, so that all end at about the same time.
TOGETHER = (("axe",), ("live", "look", "portal", "print", "states", "views", "wallboard"))
# Files that take seconds: what is begun last must be short, or all but one worker wait for it.
LONG_FILES = """
results/test_spreadsheets access/test_every_address results/test_partition_lookup
insight/test_incomplete connections/test_crowd test_locks
access/test_two_workers pages/test_list query/test_declarations
pages/test_list_refresh insight/test_pages snapshots/test_freshness
access/test_nothing_leaks results/test_lookup pages/test_failures
pages/test_detail pages/test_languages pages/test_export
results/test_export results/test_filtering pages/test_number_search
display/test_clock insight/test_odd_rows pages/test_sorting
pages/test_count_links isales/test_simulator_centre test_environment
test_catalogues
"""
LONG = [f"tests/{name}.py" for name in LONG_FILES.split()]


MIGRATED = {"django_content_type", "auth_permission", "auth_group", "auth_group_permissions"}


class FewBrowsers(LoadScopeScheduling):  # type: ignore[misc]
    """Files go to whichever worker is free; the browser's to three, each with one demo."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if not file.startswith("tests/browser/"):
            return file
        name = file.removeprefix("tests/browser/test_").removesuffix(".py")
        return next((f"browser: {group}" for group in TOGETHER if name in group), "browser")


# xdist's own groups go by a part of pytest that pytest 9.2 has no more.
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FewBrowsers:
    return FewBrowsers(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is of another database; begin with the browser's files, then the long ones."""
    others = [each for each in items if is_of_another_database(each)]
    config.hook.pytest_deselected(items=others)
    items[:] = [each for each in items if each not in set(others)]

    def place(item: pytest.Item) -> int:
        file = item.nodeid.partition("::")[0]
        if file.startswith("tests/browser/"):
            return 0
        return 1 + LONG.index(file) if file in LONG else 1 + len(LONG)

    items.sort(key=place)


def is_of_another_database(item: pytest.Item) -> bool:
    """Tell whether a run on another database tests this; ``make test`` has one on each."""
    mark = item.get_closest_marker("of_database")
    return mark is not None and mark.args != (database.vendor,)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Let the collector of garbage pass over the tests themselves, and look less often.

    It took a tenth of the time: it went through all that was collected again and again. While they
    are collected nothing becomes garbage.
    """
    gc.disable()
    collected = yield
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
    return collected


def pytest_unconfigure() -> None:
    """Remove what is left of the database where a thread held a connection to the end."""
    if database.vendor == "sqlite":
        name = database.settings_dict["TEST"]["NAME"]
        for each in (name, f"{name}-shm", f"{name}-wal"):
            Path(each).unlink(missing_ok=True)


@pytest.fixture(autouse=True, scope="session")
def _what_migrating_made_stays() -> Iterator[None]:
    """Empty the other tables only, after a test whose threads have transactions of their own.

    Django's way, a command and a new connection for each test, took most of such a test's time.
    """

    def empty(_: TransactionTestCase) -> None:
        tables = set(database.introspection.django_table_names(only_existing=True))
        emptied = database.ops.sql_flush(no_style(), sorted(tables - MIGRATED))
        database.ops.execute_sql_flush(emptied)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty)
        patch.setattr(TransactionTestCase, "_should_reload_connections", lambda _: False)
        yield


@pytest.fixture(autouse=True, scope="session")
def _retries_do_not_wait() -> Iterator[None]:
    """Repeat a call at once; the tests of the client itself wait as it does."""
    with stamina.set_testing(True, attempts=retries.TRIES, cap=True):
        yield


@pytest.fixture(autouse=True, scope="session")
def _guarded_stays_replaced() -> Iterator[None]:
    """Replace it again after Django, which makes it anew where a test sets languages or caches."""

    def replace(*, setting: str, **_about: object) -> None:
        if setting in ("LANGUAGES", "LANGUAGE_CODE", "LOCALE_PATHS", "CACHES"):
            replace_guarded()

    setting_changed.connect(replace)
    yield
    setting_changed.disconnect(replace)


@pytest.fixture
def supervisor(db: None) -> User:
    """A person who may sign in and is no administrator."""
    return person()


@pytest.fixture
def signed_in(supervisor: User, transactional_db: None) -> Client:
    """The supervisor's browser."""
    return browser_of(supervisor)


@pytest.fixture
def noon_of_a_weekday() -> Iterator[None]:
    """Let it be a time of which the simulator has what is due, done and to come, today and near."""
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator(Options(rows=590)).running() as running:
        yield running


@pytest.fixture
def connection(simulator: Simulator, transactional_db: None, settings: Any) -> Iterator[Connection]:
    """A stored connection to the simulator; loads run in threads, hence real transactions."""
    # A busy machine must not turn a whole answer into one that is still loading.
    settings.APPOINTS_PAGE_WAIT = settings.APPOINTS_REST_WAIT = 20
    settings.APPOINTS_NEWER_WAIT = 100  # also where the rows took a minute to load
    with connected(simulator.base_url) as stored:
        yield stored
