"""The roles: groups that ``migrate`` makes where they are missing, and that superusers may change.

A role that is there stays as it is, whatever ROLES says.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps as installed
from django.apps.registry import Apps
from django.contrib.auth.models import Group
from django.db.models import Q, QuerySet

# What an administrator keeps.
KEPT = (
    ("accounts", "user"),
    ("accounts", "team"),
    ("access", "grant"),
    ("connections", "connection"),
    ("saved_views", "savedview"),
    ("saved_views", "teamdefault"),
)
VERBS = ("add", "change", "delete", "view")
ROLES = {
    "exporter": ["access.export_files"],
    "numbers": ["access.see_numbers"],
    "auditor": ["audit.view_event"],
    "administrator": [
        "accounts.enter_admin",
        "accounts.give_roles",
        *(f"{app}.{verb}_{model}" for app, model in KEPT for verb in VERBS),
    ],
}


def roles() -> QuerySet[Group]:
    """Return the groups that are roles; who gives roles gives no other group."""
    return Group.objects.filter(name__in=ROLES)


def make_missing_roles(using: str, apps: Apps | None = None, **_about: Any) -> None:
    """Make the roles that are missing and whose permissions are all there.

    Permissions are missing while only some apps are migrated.
    """
    try:
        group = (apps or installed).get_model("auth", "Group")
        permission = (apps or installed).get_model("auth", "Permission")
    except LookupError:
        return
    stored = set(group.objects.using(using).values_list("name", flat=True))
    links = group.permissions.through
    for name in ROLES.keys() - stored:
        wanted = ROLES[name]
        found = permission.objects.using(using).filter(_any_of(wanted))
        if len(found) == len(wanted):
            # In bulk, which sends no signal: nobody did this, so the log has nothing to tell.
            [made] = group.objects.using(using).bulk_create([group(name=name)])
            rows = [links(group=made, permission=each) for each in found]
            links.objects.using(using).bulk_create(rows)


def _any_of(wanted: list[str]) -> Q:
    pairs = (each.split(".") for each in wanted)
    return reduce(or_, (Q(content_type__app_label=app, codename=name) for app, name in pairs))
