from __future__ import annotations

from django.conf import settings
from django.db import models

from appoints.connections.models.connection import Connection


class Snapshot(models.Model):
    """Every row that iSales had for what it was asked, or those that have come so far.

    ``subject`` stands for the agents, number and task that were asked for, ``criteria`` holds them
    (encrypted, for they may name a customer); ``begin`` and ``end`` bound the reserved time, null
    is open. Above ``most`` rows it is not loaded, null is APPOINTS_MOST_ROWS. ``unfinished`` counts
    the rows whose call may still change them. ``worked`` are the seconds for which a call for it
    was out.
    ``expected`` are calls that moved into the range and are not among the rows (encrypted).
    ``refresh_requested`` says that a person asked for newer rows. ``person`` is whose question it
    counts as. Whoever holds the lease fetches; each write checks its number, so that a holder that
    was slow harms nothing. While a program that reads it page by page has it ``pinned``, it stays
    beside a newer one.
    """

    class Status(models.TextChoices):
        LOADING = "loading"
        WHOLE = "whole"
        TOO_MANY = "too-many"
        FAILED = "failed"

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="snapshots")
    subject = models.CharField(max_length=64)
    criteria = models.BinaryField()
    begin = models.DateTimeField(null=True)
    end = models.DateTimeField(null=True)
    most = models.PositiveIntegerField(null=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.LOADING)
    limit = models.PositiveIntegerField(help_text="rows a page")
    total = models.PositiveIntegerField(null=True, help_text="as iSales reported it last")
    received = models.PositiveIntegerField(default=0, help_text="different rows")
    unfinished = models.PositiveIntegerField(default=0)
    failure = models.JSONField(null=True)
    created = models.DateTimeField(auto_now_add=True)
    as_of = models.DateTimeField(null=True, help_text="when the oldest row was fetched")
    ended = models.DateTimeField(null=True)
    expected = models.BinaryField(null=True)
    worked = models.FloatField(default=0.0)
    refresh_requested = models.BooleanField(default=False)
    wanted = models.DateTimeField(help_text="when somebody last asked for it")
    pinned = models.DateTimeField(null=True, help_text="when a program last asked for just this")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    taken = models.DateTimeField(null=True, help_text="when a loader last took it")
    lease = models.PositiveIntegerField(default=0)
    leased_until = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["connection", "status", "subject"], name="snapshot_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.connection_id}/{self.pk} {self.status}"


class Chunk(models.Model):
    """About a thousand rows of a snapshot: an Arrow file, compressed and encrypted.

    ``pages`` lists the offset of each page in it and the total that iSales reported with it;
    ``version`` is another whenever it is written.
    """

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    pages = models.JSONField()
    version = models.BigIntegerField(default=0)
    payload = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "number"], name="chunk_once"),
        ]

    def __str__(self) -> str:
        return f"{self.snapshot_id}/{self.number}"


class Pin(models.Model):
    """A piece of an answer that a program reads page by page: a snapshot's rows of a window.

    ``moment`` is the answer's name, by which the program asks for its further pages.
    """

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="pins")
    moment = models.DateTimeField()
    begin = models.DateTimeField()
    end = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["moment"], name="pin_by_moment")]
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "moment", "begin"], name="pin_once"),
        ]

    def __str__(self) -> str:
        return f"{self.snapshot_id}/{self.moment}"


class SharedPage(models.Model):
    """A page of iSales' own list: whoever asks while a call for it is out gets that call's answer.

    ``number`` counts the calls; the holder of the lease asks. ``ended`` is when the last one did,
    None while it is out, and then its answer (an Arrow file, encrypted) or failure is here.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=64, unique=True)
    number = models.PositiveIntegerField(default=0)
    leased_until = models.DateTimeField()
    ended = models.DateTimeField(null=True)
    as_of = models.DateTimeField(null=True)
    total = models.PositiveIntegerField(null=True)
    payload = models.BinaryField(null=True)
    failure = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["ended"], name="shared_page_by_end")]

    def __str__(self) -> str:
        return f"{self.connection_id}/{self.number}"
