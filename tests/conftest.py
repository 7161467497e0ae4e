from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from hypothesis import settings

# How long an example takes says how busy the machine is, not whether the code is right.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture
def supervisor(db: None) -> User:
    """A person who may sign in and is no administrator."""
    return User.objects.create_user("supervisor", password="correct horse battery")
