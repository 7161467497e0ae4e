"""The system check of GROUP_MAP: ``manage.py check --database default``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning
from django.db import DatabaseError

from dashboard.accounts.group_map import unknown_teams


def mapped_teams_exist(
    *, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Warn about teams of GROUP_MAP that nobody has created yet."""
    return [
        Warning(
            f"GROUP_MAP gives the team {slug}, and there is none.",
            hint=f"Create it (manage.py team {slug}), or name another.",
            id="accounts.W001",
        )
        for alias in databases or ()
        for slug in _unknown(alias)
    ]


def _unknown(alias: str) -> list[str]:
    try:
        return unknown_teams(
            (slug for each in settings.GROUP_MAP.teams.values() for slug in each), alias
        )
    except DatabaseError:
        # Not migrated yet: migrate itself runs this check first.
        return []
