"""When a charge is: from a second to a second after the first day of a design, cut at the beginnings of months."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from typing import NamedTuple

LONGEST_DAYS = 36_525
"""A bill spans a century at most."""

_DAY, _HOUR = 86_400.0, 3_600.0


class Span(NamedTuple):
    """Seconds after the first moment of a design: from one up to another."""

    start: int
    end: int

    def later(self, seconds: int) -> Span:
        """The same, later."""
        return Span(self.start + seconds, self.end + seconds)


class Piece(NamedTuple):
    """The part of a span in one month, and the month."""

    start: dt.datetime
    end: dt.datetime
    month: dt.datetime
    month_end: dt.datetime

    @property
    def seconds(self) -> int:
        """How long it is."""
        return round((self.end - self.start).total_seconds())


def of_days(days: float) -> int:
    """Seconds of so many days, up to the next second; at least one."""
    return max(math.ceil(days * _DAY), 1)


def of_hours(hours: float) -> int:
    """The same of hours."""
    return max(math.ceil(hours * _HOUR), 1)


def months(day: dt.datetime, span: Span) -> Iterator[Piece]:
    """A span after a day, cut where a month of the calendar begins."""
    start, end = day + dt.timedelta(seconds=span.start), day + dt.timedelta(seconds=span.end)
    while start < end:
        month = start.replace(day=1, hour=0, minute=0, second=0)
        following = (month + dt.timedelta(days=31)).replace(day=1)
        yield Piece(start, min(end, following), month, following)
        start = following


def first_day(date: str) -> dt.datetime:
    """The first moment of a day, UTC."""
    return dt.datetime.fromisoformat(date).replace(tzinfo=dt.UTC)


def text(moment: dt.datetime) -> str:
    """A moment as FOCUS writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
