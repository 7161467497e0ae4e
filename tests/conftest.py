from __future__ import annotations

import pytest
from django.contrib.auth.models import User


@pytest.fixture
def supervisor(db: None) -> User:
    """A person who may sign in and is no administrator."""
    return User.objects.create_user("supervisor", password="correct horse battery")
