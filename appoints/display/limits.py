"""What limits a person, in a line of words."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appoints.access.scope import Scope


def limits(scope: Scope) -> str:
    """Return which teams a person sees rows by, of what, and whether numbers are masked.

    Empty for a person who may see every row, with its number.
    """
    limited = scope.teams and not scope.is_everything
    return " · ".join(
        [
            *([f"{_teams(scope)}: {', '.join(_granted(scope))}"] if limited else []),
            *([_("numbers masked")] if scope.masked else []),
        ]
    )


def _teams(scope: Scope) -> str:
    return ngettext("Team %s", "Teams %s", len(scope.teams)) % ", ".join(scope.teams)


def _granted(scope: Scope) -> Iterator[str]:
    """Yield how many connections are granted, and agents and tasks where only some are."""
    filters = [row_filter for _connection, row_filter in scope.row_filters]
    yield ngettext("%s connection", "%s connections", len(filters)) % len(filters)
    if all(each.agents for each in filters):
        agents = len({agent for each in filters for agent in each.agents})
        yield ngettext("%s agent", "%s agents", agents) % agents
    if all(each.tasks for each in filters):
        tasks = len({task for each in filters for task in each.tasks})
        yield ngettext("%s task", "%s tasks", tasks) % tasks
