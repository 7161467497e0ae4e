from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Self

from django.db import models
from django.utils import timezone

from appoints.connections import stamps
from appoints.connections.models.connection import Connection


class Neighbour(models.Model):
    """What a neighbour of the list told about a connection, for all workers.

    ``found`` holds, by locale, what was told and until when it is kept. ``lacking``: it answers
    401, not being purchased, and is asked again only by a person's check. Who holds the lease
    asks. A changed endpoint starts afresh.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="neighbours")
    name = models.CharField(max_length=20)
    endpoint = models.CharField(max_length=32)
    lacking = models.BooleanField(default=False)
    found = models.JSONField(default=dict)
    leased_until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "name"], name="neighbour_once"),
        ]

    def __str__(self) -> str:
        return f"{self.connection_id}/{self.name}"

    @classmethod
    def of(cls, connection: Connection, name: str) -> Self:
        """Return what is known of a neighbour under the connection's endpoint."""
        now, endpoint = timezone.now(), connection.endpoint_fingerprint()
        blank = {"endpoint": endpoint, "leased_until": now}
        found, _ = cls.objects.get_or_create(connection=connection, name=name, defaults=blank)
        if found.endpoint != endpoint:
            found.endpoint, found.lacking, found.found = endpoint, False, {}
        return found

    def told(self, locale: str, longest: timedelta) -> Mapping[str, str] | None:
        """Return what was told, None where that was too long ago."""
        until = self.found.get(locale, {}).get("until", 0.0)
        left = until - time.time()
        return self.last_told(locale) if 0 < left <= longest.total_seconds() else None

    def last_told(self, locale: str) -> Mapping[str, str]:
        """Return what was told last, however long ago."""
        words: Mapping[str, str] = self.found.get(locale, {}).get("words", {})
        return words

    def take_lease(self, length: timedelta) -> bool:
        """Become the one who asks, if nobody is and nothing was written since this was read."""
        if stamps.left(self.leased_until, length):
            return False
        until = timezone.now() + length
        mine = type(self).objects.filter(pk=self.pk, leased_until=self.leased_until)
        taken = mine.update(leased_until=until)
        self.leased_until = until
        return bool(taken)

    def keep(self, locale: str, words: Mapping[str, str], length: timedelta) -> None:
        """Store what was told, and end the lease."""
        until = time.time() + length.total_seconds()
        self.found = {**self.found, locale: {"until": until, "words": dict(words)}}
        self.end_lease()

    def lack(self) -> None:
        """Store that this platform does not offer it, and end the lease."""
        self.lacking = True
        self.end_lease()

    def end_lease(self) -> None:
        """Write what is held, and let others ask."""
        mine = type(self).objects.filter(pk=self.pk, leased_until=self.leased_until)
        values = {"endpoint": self.endpoint, "lacking": self.lacking, "found": self.found}
        mine.update(leased_until=timezone.now(), **values)
