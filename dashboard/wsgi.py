"""The WSGI application, for gunicorn."""

from __future__ import annotations

import ctypes
import os
from contextlib import suppress

# Polars gives memory back that it has not used for a tenth of a second, and shares it among its
# threads. It reads this as it is imported, which is not yet.
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:100,muzzy_decay_ms:0,narenas:1")

from django.core.wsgi import get_wsgi_application
from django.urls import reverse

from dashboard.accounts.zone_names import zone_names
from dashboard.http.templates import compile_all

M_ARENA_MAX = -8  # of glibc's malloc.h

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

# Threads that are started from now on, as all are, share their memory outside of Polars, too: each
# would keep most of what it has freed, 15 MB after a few files. Python's own lock leaves them
# little to wait for. The variable that says the same is read before any of this; other C libraries
# have no such function.
with suppress(AttributeError):
    ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)
application = get_wsgi_application()
# Before the first request, which need not wait for it: views are imported, their addresses made
# ready, time zones listed and templates compiled.
reverse("home")
zone_names()
compile_all()
