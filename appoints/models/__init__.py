"""What is stored: connections and their lines, results, saved views, teams."""

from __future__ import annotations

from .agents import AgentList
from .connection import Connection, Slot
from .saved import Default, PersonDefault, SavedView, Team, TeamDefault
from .snapshot import Chunk, Snapshot

__all__ = [
    "AgentList",
    "Chunk",
    "Connection",
    "Default",
    "PersonDefault",
    "SavedView",
    "Slot",
    "Snapshot",
    "Team",
    "TeamDefault",
]
