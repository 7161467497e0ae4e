"""The picture of a range: bars of five minutes, an hour or a day, each a link, with its table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.dateformat import format as formatted
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from appoints.display.formats import offset_if_twice
from appoints.display.html import NOTHING, html, joined
from appoints.query.query import Query
from appoints.results.histogram import HOUR, MINUTES, Bucket

HEIGHT = 72  # pixels of the tallest bar
TOP = 12  # pixels above it, for its number
FOOT = TOP + HEIGHT + 16  # where the labels end
LABELS = 4  # at the most under the bars: an hour that comes twice or a long month is wide
LABEL = '<text x="%s" y="%s" text-anchor="middle" aria-hidden="true">%s</text>'


class Segment(NamedTuple):
    """A piece of a bar: the state it stands for, and its place in pixels."""

    name: str
    y: float
    height: float


class BucketBar(NamedTuple):
    """A bar: its numbers, its pieces from the foot up, and the address of its rows alone.

    ``x``, ``width`` and ``middle`` are hundredths of the drawing's width, so that it stretches
    while its text does not. ``label`` is empty where there is no room for one; ``when`` and
    ``counts`` (reserved, reached, failed, overdue, other) are what the table says.
    """

    when: str
    label: str
    words: str
    counts: list[str]
    x: str
    width: str
    middle: str
    parts: list[Segment]
    address: str

    @property
    def drawn(self) -> SafeString:
        """The link, with what one can hit and the pieces, and the label below.

        These are numbers, over which a template takes its time.
        """
        drawn = [html('<rect class="hit"%s/>', self._place(TOP, TOP + HEIGHT))]
        for name, y, height in self.parts:
            stripes = html(' fill="url(#stripes)"') if name == "failed" else NOTHING
            place = self._place(y, height)
            drawn.append(html('<rect class="bar-%s"%s%s/>', name, stripes, place))
        link = '<a href="?%s" aria-label="%s"><title>%s</title>%s</a>'
        bar = html(link, self.address, self.words, self.words, joined(drawn))
        return bar + html(LABEL, self.middle, FOOT - 3, self.label) if self.label else bar

    @property
    def row(self) -> SafeString:
        """The row of the table."""
        counts = joined(html("<td>%s</td>", each) for each in self.counts)
        head = html('<a href="?%s">%s</a>', self.address, self.when)
        return html('<tr><th scope="row">%s</th>%s</tr>', head, counts)

    def _place(self, y: float, height: float) -> SafeString:
        place = ' x="%s" width="%s" y="%s" height="%s"'
        return html(place, self.x, self.width, y, height)


class Histogram:
    """Bars over the buckets of a result of ``total`` rows, the tallest as high as the drawing.

    ``timeless`` counts the rows that no bar holds, for want of a reserved time, and
    ``timeless_address`` asks for just them.
    """

    top, ground, foot = TOP, TOP + HEIGHT, FOOT

    def __init__(self, buckets: Sequence[Bucket], query: Query, total: int) -> None:
        # The first and the last may be cut short by the range.
        longest = max((_length(bucket) for bucket in buckets), default=HOUR)
        self.by_day, self.by_minutes = longest > HOUR, longest <= MINUTES
        self.highest = max((bucket.reserved for bucket in buckets), default=0)
        self.timeless = total - sum(bucket.reserved for bucket in buckets) if buckets else 0
        self.timeless_address = query.but(untimed=True).urlencode()
        self._query = query
        self._step = 100 / max(1, len(buckets))
        self._every = -(-len(buckets) // LABELS)
        self._words = gettext(
            "%(when)s: %(reserved)s reserved, %(reached)s reached, %(failed)s failed, "
            "%(overdue)s overdue"
        )
        # Translators: letters of Django's date filter: D, l weekday, j day, n, M, F month, H:i hour
        label = pgettext("day under a bar", "j M")
        # Translators: letters of Django's date filter
        day = pgettext("day of a bar", "D j M")
        # Translators: letters of Django's date filter
        hour = pgettext("hour", "D j M, H:i")
        self._label = label if self.by_day else "H:i"
        self._when = day if self.by_day else hour
        self.bars = [self._bar(number, bucket) for number, bucket in enumerate(buckets)]

    def _bar(self, number: int, bucket: Bucket) -> BucketBar:
        query = self._query.but(preset="", begin=bucket.begin, end=bucket.end)
        when = self._told(bucket.begin, self._when)
        counts = [intcomma(each) for each in (*bucket[2:], _other(bucket))]
        x = number * self._step
        return BucketBar(
            when=when,
            label=self._label_of(number, bucket.begin),
            words=self._words
            % dict(
                zip(("reserved", "reached", "failed", "overdue"), counts, strict=False), when=when
            ),
            counts=counts,
            x=f"{x + self._step * 0.1:.3f}%",
            width=f"{self._step * 0.8:.3f}%",
            middle=f"{x + self._step / 2:.3f}%",
            parts=self._parts(bucket),
            address=query.urlencode(),
        )

    def _label_of(self, number: int, begin: datetime) -> str:
        return "" if number % self._every else self._told(begin, self._label)

    def _told(self, begin: datetime, letters: str) -> str:
        return formatted(begin, letters) + ("" if self.by_day else offset_if_twice(begin))

    def _parts(self, bucket: Bucket) -> list[Segment]:
        parts, foot = [], float(TOP + HEIGHT)
        for name, rows in (
            ("overdue", bucket.overdue),
            ("failed", bucket.failed),
            ("reached", bucket.reached),
            ("other", _other(bucket)),
        ):
            height = rows / self.highest * HEIGHT if self.highest else 0.0
            foot -= height
            if rows:
                parts.append(Segment(name, round(foot, 1), round(height, 1)))
        return parts


def _length(bucket: Bucket) -> timedelta:
    # Subtract in UTC: within one zone Python ignores changes of offset.
    return bucket.end.astimezone(UTC) - bucket.begin.astimezone(UTC)


def _other(bucket: Bucket) -> int:
    """Return the rows of a bucket in none of the states that it tells apart."""
    return bucket.reserved - bucket.reached - bucket.failed - bucket.overdue
