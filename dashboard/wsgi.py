"""The WSGI application, for gunicorn."""

from __future__ import annotations

import os

# Polars gives memory back that it has not used for half a second, and shares it among its threads.
# It reads this as it is imported, which is not yet.
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:500,muzzy_decay_ms:0,narenas:2")

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")

application = get_wsgi_application()
# Views are imported before the first request, which need not wait for them.
get_resolver().url_patterns  # noqa: B018 looked up
