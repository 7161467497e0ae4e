"""What Django keeps of each thread (its language, zone, addresses and caches), without a lock.

Django guards them for asynchronous code, which there is none of here, by one lock each of the
process. A page asks a thousand times for its language, and often for a cache; with many pages at
once, Python often let the next thread go amid such a look, and all stood in line for that lock.
"""

from __future__ import annotations

import threading

from django.core.cache import caches
from django.urls import base
from django.utils import timezone
from django.utils.translation import trans_real

GUARDED = (
    (trans_real, "_active"),
    (timezone, "_active"),
    (base, "_prefixes"),
    (base, "_urlconfs"),
    (caches, "_connections"),
)


def replace_guarded() -> None:
    """Keep it from now on in what is the thread's own; what this thread has so far stays."""
    for owner, name in GUARDED:
        own, guarded = threading.local(), getattr(owner, name)
        if hasattr(guarded, "value"):
            own.value = guarded.value
        setattr(owner, name, own)
