"""Dates as sources give them: a day, a month or a year.

A month or a year stands for its last day: a price of May 2026 is known to hold by the end of May, and counting it from
the first would price a run with a quote from its future.
"""

from __future__ import annotations

import calendar
import datetime
import re
from functools import lru_cache

_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z")
_PARTIAL = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?\Z")
_FIRST_YEAR = 1950
_LAST_YEAR = 2200

DAY_FORM = "a day, YYYY-MM-DD"
PARTIAL_FORM = "a day, month or year, as 2026-11-21, 2026-11 or 2026"


@lru_cache(maxsize=65536)
def day(text: str) -> datetime.date:
    """The day of ``YYYY-MM-DD``; ValueError, saying what is wrong, for anything else."""
    match = _DAY.match(text)
    if not match:
        message = "not a date"
        raise ValueError(message)
    return _checked(int(match[1]), int(match[2]), int(match[3]))


@lru_cache(maxsize=4096)
def last_day(text: str) -> datetime.date:
    """The last day of a day, month or year; ValueError for anything else."""
    match = _PARTIAL.match(text)
    if not match:
        message = "not a date"
        raise ValueError(message)
    year, month = int(match[1]), int(match[2] or 12)
    if match[3]:
        return _checked(year, month, int(match[3]))
    first = _checked(year, month, 1)
    return first.replace(day=calendar.monthrange(year, month)[1])


def decimal_year(date: datetime.date) -> float:
    """The date as a year with a fraction: 2024-07-02 is 2024.5 [yr]."""
    days = 366 if calendar.isleap(date.year) else 365
    return date.year + (date.timetuple().tm_yday - 1) / days


def months_before(date: datetime.date, months: int) -> datetime.date:
    """The same day some months earlier, or the last day of that month where it is shorter."""
    index = date.year * 12 + date.month - 1 - months
    year, month = divmod(index, 12)
    month += 1
    return datetime.date(year, month, min(date.day, calendar.monthrange(year, month)[1]))


def _checked(year: int, month: int, day_of_month: int) -> datetime.date:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        message = f"year outside of {_FIRST_YEAR}-{_LAST_YEAR}"
        raise ValueError(message)
    try:
        return datetime.date(year, month, day_of_month)
    except ValueError:
        message = "there is no such day" if 1 <= month <= 12 else "there is no such month"  # noqa: PLR2004
        raise ValueError(message) from None
