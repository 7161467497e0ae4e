"""Put every stored secret under the first of CREDENTIAL_KEYS, so that the others may go."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appoints.alerts.models import Rule
from appoints.connections.models import Connection
from appoints.encryption import StoredSecret, WrongKey
from appoints.saved_views.models import SavedView


class Command(BaseCommand):
    help = "Re-encrypts every stored secret under the first of CREDENTIAL_KEYS; all or none."

    def handle(self, **options: Any) -> None:
        with transaction.atomic():
            connections = list(Connection.objects.select_for_update())
            lost = [each.slug for each in connections if not _rotate(each)]
            if lost:
                words = _(
                    "None of CREDENTIAL_KEYS decrypts the secret key of: %s. Nothing changed."
                )
                raise CommandError(words % ", ".join(lost))
            Connection.objects.bulk_update(connections, ["secret_key"])
            views = list(SavedView.objects.select_for_update())
            for view in views:
                view.rotate()
            SavedView.objects.bulk_update(views, ["sealed"])
            rules = list(Rule.objects.select_for_update())
            for rule in rules:
                rule.rotate()
            Rule.objects.bulk_update(rules, ["sealed", "secret"])
        words = ngettext(
            "%d secret is now under the first of CREDENTIAL_KEYS.",
            "%d secrets are now under the first of CREDENTIAL_KEYS.",
            len(connections),
        )
        self.stdout.write(words % len(connections))


def _rotate(connection: Connection) -> bool:
    assert isinstance(connection.secret_key, StoredSecret)
    try:
        connection.secret_key = connection.secret_key.rotated()
    except WrongKey:
        return False
    return True
