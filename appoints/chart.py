"""The picture of a range: a bar an hour or a day, each a link, with its table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from appoints.results.overtime import HOUR, Bucket
from appoints.results.query import Query

WIDTH, HEIGHT = 960, 44  # units of the drawing
LABELS = 12  # at the most under the bars


class Part(NamedTuple):
    """A piece of a bar: the state it stands for, and its place."""

    name: str
    y: float
    height: float


class Bar(NamedTuple):
    """A bar: its numbers, its pieces from the foot up, and the address of its rows alone."""

    bucket: Bucket
    label: str
    shows_label: bool
    x: float
    width: float
    middle: float
    parts: list[Part]
    address: str


class Chart:
    """Bars over the buckets of a result, with the tallest as high as the drawing."""

    width, height = WIDTH, HEIGHT

    def __init__(self, buckets: Sequence[Bucket], query: Query) -> None:
        # The first and the last may be cut short by the range.
        longest = max((bucket.end - bucket.begin for bucket in buckets), default=HOUR)
        self.by_day = longest > HOUR
        self.highest = max((bucket.reserved for bucket in buckets), default=0)
        step = WIDTH / max(1, len(buckets))
        every = -(-len(buckets) // LABELS)
        self.bars = [
            self._bar(number, bucket, step, query, shows_label=number % every == 0)
            for number, bucket in enumerate(buckets)
        ]

    def _bar(
        self, number: int, bucket: Bucket, step: float, query: Query, *, shows_label: bool
    ) -> Bar:
        address = query.but(preset="", begin=bucket.begin, end=bucket.end).urlencode()
        label = bucket.begin.strftime("%m-%d" if self.by_day else "%H:%M")
        x = number * step
        return Bar(
            bucket=bucket,
            label=label,
            shows_label=shows_label,
            x=round(x + step * 0.08, 2),
            width=round(step * 0.84, 2),
            middle=round(x + step / 2, 2),
            parts=self._parts(bucket),
            address=address,
        )

    def _parts(self, bucket: Bucket) -> list[Part]:
        rest = bucket.reserved - bucket.reached - bucket.failed - bucket.overdue
        parts, foot = [], float(HEIGHT)
        for name, rows in (
            ("overdue", bucket.overdue),
            ("failed", bucket.failed),
            ("reached", bucket.reached),
            ("upcoming", rest),
        ):
            height = rows / self.highest * HEIGHT if self.highest else 0.0
            foot -= height
            if rows:
                parts.append(Part(name, round(foot, 2), round(height, 2)))
        return parts
