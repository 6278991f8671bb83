"""When a charge is: from a moment to a moment after the first day of a design, cut at the beginnings of months."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import NamedTuple

LONGEST_DAYS = 36_525
"""A bill spans a century at most."""

SECOND = 1_000_000
"""In the microseconds that moments are counted in."""

_DAY, _HOUR = 86_400.0 * SECOND, 3_600.0 * SECOND


class Span(NamedTuple):
    """Microseconds after the first moment of a design: from one up to another."""

    start: int
    end: int

    def later(self, by: int) -> Span:
        """The same, later."""
        return Span(self.start + by, self.end + by)


class Piece(NamedTuple):
    """The part of a span in one month, in whole seconds, and the month."""

    start: dt.datetime
    end: dt.datetime
    month: dt.datetime
    month_end: dt.datetime
    length: int
    """In microseconds, before its ends were moved to the next second."""


def of_days(days: float) -> int:
    """So many days; at least a second."""
    return max(round(days * _DAY), SECOND)


def of_hours(hours: float) -> int:
    """So many hours; at least a second."""
    return max(round(hours * _HOUR), SECOND)


def months(day: dt.datetime, span: Span) -> Iterator[Piece]:
    """A span after a day, cut where a month of the calendar begins; without what is no second."""
    start, end = day + dt.timedelta(microseconds=span.start), day + dt.timedelta(microseconds=span.end)
    while start < end:
        month = start.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        following = (month + dt.timedelta(days=31)).replace(day=1)
        until = min(end, following)
        piece = Piece(_whole(start), _whole(until), month, following, (until - start) // dt.timedelta(microseconds=1))
        if piece.start < piece.end:
            yield piece
        start = following


def _whole(moment: dt.datetime) -> dt.datetime:
    """The next whole second."""
    return moment + dt.timedelta(microseconds=-moment.microsecond % SECOND)


def first_day(date: str) -> dt.datetime:
    """The first moment of a day, UTC."""
    return dt.datetime.fromisoformat(date).replace(tzinfo=dt.UTC)


def text(moment: dt.datetime) -> str:
    """A moment as FOCUS writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
