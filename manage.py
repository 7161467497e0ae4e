#!/usr/bin/env python
"""Django's command line for the dashboard."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line
from django.db import Error

from dashboard.database import TROUBLES, kind_of


def run() -> None:
    """Run a command; a failing database is named in two lines, not by a traceback."""
    try:
        execute_from_command_line(sys.argv)
    except Error as error:
        if not (kind := kind_of(error)) or "--traceback" in sys.argv:
            raise
        sys.exit(f"{TROUBLES[kind].title}\n{TROUBLES[kind].advice}")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    if sys.argv[1:2] == ["simulator"]:
        # It holds nothing secret, so it should start on a machine where nothing is set.
        os.environ.setdefault("DEBUG", "1")
    run()
