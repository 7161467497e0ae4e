from __future__ import annotations

from django.db import models

from appoints.connections.models.connection import Connection


class Slot(models.Model):
    """One of a connection's lines to iSales: whoever holds it may call, one request at a time.

    Slots keep concurrency and pace over all workers. A holder that died loses its slot at
    ``held_until``; ``last_call`` keeps the pace from one holder to the next.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="slots")
    number = models.PositiveIntegerField()
    holder = models.CharField(max_length=32, blank=True)
    held_until = models.DateTimeField()
    last_call = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "number"], name="slot_once"),
        ]

    def __str__(self) -> str:
        return f"{self.connection_id}/{self.number}"
