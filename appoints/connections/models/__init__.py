"""Stored credentials, and what all workers share about the calls to iSales."""

from __future__ import annotations

from .connection import Connection
from .lookup import Lookup
from .slot import Slot

__all__ = ["Connection", "Lookup", "Slot"]
