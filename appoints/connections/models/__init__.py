"""Stored credentials, and what all workers share about the calls to iSales."""

from __future__ import annotations

from .connection import Connection
from .neighbour import Neighbour
from .slot import Slot

__all__ = ["Connection", "Neighbour", "Slot"]
