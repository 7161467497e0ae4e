"""What the admin shows of reserved calls, teams and people."""

from appoints.admin import connections, people, saved_views, teams

__all__ = ["connections", "people", "saved_views", "teams"]
