from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Self

from django.db import models
from django.utils import timezone

from appoints.connections import timestamps
from appoints.connections.models.connection import Connection


class Lookup(models.Model):
    """The last answer to a lookup of names, for all workers.

    ``answers`` holds, by locale, the words and until when they are fresh. ``not_offered``: iSales
    answered 401, for it was not purchased; only a person's check asks again. The holder of the
    lease asks. A changed endpoint starts afresh.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="lookups")
    name = models.CharField(max_length=20)
    endpoint = models.CharField(max_length=32)
    not_offered = models.BooleanField(default=False)
    answers = models.JSONField(default=dict)
    leased_until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "name"], name="lookup_once"),
        ]

    def __str__(self) -> str:
        return f"{self.connection_id}/{self.name}"

    @classmethod
    def of(cls, connection: Connection, name: str) -> Self:
        """Return what is known of a lookup under the connection's endpoint."""
        now, endpoint = timezone.now(), connection.endpoint_fingerprint()
        blank = {"endpoint": endpoint, "leased_until": now}
        found, _ = cls.objects.get_or_create(connection=connection, name=name, defaults=blank)
        if found.endpoint != endpoint:
            found.endpoint, found.not_offered, found.answers = endpoint, False, {}
        return found

    def fresh_answer(self, locale: str, longest: timedelta) -> Mapping[str, str] | None:
        """Return the last answer, None where it is no longer fresh."""
        until = self.answers.get(locale, {}).get("until", 0.0)
        left = until - time.time()
        return self.last_answer(locale) if 0 < left <= longest.total_seconds() else None

    def last_answer(self, locale: str) -> Mapping[str, str]:
        """Return the last answer, however old."""
        words: Mapping[str, str] = self.answers.get(locale, {}).get("words", {})
        return words

    def take_lease(self, length: timedelta) -> bool:
        """Take the lease; tell whether nobody held it, or wrote since this was read."""
        if timestamps.left(self.leased_until, length):
            return False
        until = timezone.now() + length
        mine = type(self).objects.filter(pk=self.pk, leased_until=self.leased_until)
        taken = mine.update(leased_until=until)
        self.leased_until = until
        return bool(taken)

    def keep(self, locale: str, words: Mapping[str, str], length: timedelta) -> None:
        """Store an answer, and end the lease."""
        until = time.time() + length.total_seconds()
        self.answers = {**self.answers, locale: {"until": until, "words": dict(words)}}
        self.end_lease()

    def mark_not_offered(self) -> None:
        """Store that iSales does not offer this lookup, and end the lease."""
        self.not_offered = True
        self.end_lease()

    def end_lease(self) -> None:
        """Write this lookup as it is, and let others ask."""
        mine = type(self).objects.filter(pk=self.pk, leased_until=self.leased_until)
        values = {
            "endpoint": self.endpoint,
            "not_offered": self.not_offered,
            "answers": self.answers,
        }
        mine.update(leased_until=timezone.now(), **values)
