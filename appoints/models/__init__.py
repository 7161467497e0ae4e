"""What is stored: connections and their lines, results, saved views, teams."""

from __future__ import annotations

from .agents import AgentList
from .connection import Connection
from .neighbour import Neighbour
from .saved import Default, PersonDefault, SavedView, Team, TeamDefault
from .slot import Slot
from .snapshot import Chunk, Snapshot

__all__ = [
    "AgentList",
    "Chunk",
    "Connection",
    "Default",
    "Neighbour",
    "PersonDefault",
    "SavedView",
    "Slot",
    "Snapshot",
    "Team",
    "TeamDefault",
]
