from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from dashboard.accounts.models import User

# How long an example takes says how busy the machine is, not whether the code is right.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


class OneBrowser(LoadScopeScheduling):  # type: ignore[misc]
    """Files go to whichever worker is free; the browser's all to one, with one demo."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "tests/browser" if file.startswith("tests/browser/") else file


# xdist's own groups go by a part of pytest that pytest 9.2 has no more.
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneBrowser:
    return OneBrowser(config, log)


@pytest.fixture
def supervisor(db: None) -> User:
    """A person who may sign in and is no administrator."""
    return User.objects.create_user("supervisor", password="correct horse battery")
