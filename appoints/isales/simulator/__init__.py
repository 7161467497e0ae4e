"""A local CC-iSales: the same addresses, signatures, paging and oddities, over real HTTP.

It is for demos and tests, and knows no more of the real one than isales-api.md does.
"""

from __future__ import annotations

from .centre import Centre
from .faults import KINDS, Fault
from .oddities import odd_rows
from .options import Options
from .server import CallReceived, Simulator

__all__ = ["KINDS", "CallReceived", "Centre", "Fault", "Options", "Simulator", "odd_rows"]
