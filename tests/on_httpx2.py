"""``pytest -p tests.on_httpx2``: httpx's fork, httpx2, in its place."""

from __future__ import annotations

import sys

import httpcore2
import httpx2

sys.modules |= {"httpx": httpx2, "httpcore": httpcore2}
