"""PostgreSQL as Django speaks it, over few connections that the threads of a process share."""

from __future__ import annotations

from django.db import connections


def give_back() -> None:
    """Let other threads have the connection of this one, unless it is amid a transaction.

    SQLite's stays the thread's: it is no process of a server, and to open one takes longer.
    """
    held = connections["default"]
    if held.vendor == "postgresql" and not held.in_atomic_block:
        held.close()
