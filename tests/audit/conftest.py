from __future__ import annotations

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _no_looks_known() -> None:
    """A look of another test's person, who had the same ID, is not this one's."""
    cache.clear()
