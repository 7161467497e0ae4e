#!/usr/bin/env python
"""Django's command line for the dashboard."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    if sys.argv[1:2] == ["simulator"]:
        # It holds nothing secret, so it should start on a machine where nothing is set.
        os.environ.setdefault("DEBUG", "1")
    execute_from_command_line(sys.argv)
