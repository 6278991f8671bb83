"""Dates as sources give them: a day, a month or a year.

A month or a year stands for its last day: a price of May 2026 is known to hold by the end of May, and counting it from
the first would price a run with a quote from its future.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z")
_PARTIAL = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?\Z")
_FIRST_YEAR = 1950
_LAST_YEAR = 2200
_DECEMBER = 12

DAY_FORM = "a day, YYYY-MM-DD"
PARTIAL_FORM = "a day, month or year, as 2026-11-21, 2026-11 or 2026"


@lru_cache(maxsize=65536)
def day(text: str) -> dt.date:
    """The day of ``YYYY-MM-DD``; ValueError, saying what is wrong, for anything else."""
    match = _DAY.match(text)
    if not match:
        message = "not a date"
        raise ValueError(message)
    return _checked(int(match[1]), int(match[2]), int(match[3]))


@lru_cache(maxsize=4096)
def last_day(text: str) -> dt.date:
    """The last day of a day, month or year; ValueError for anything else."""
    match = _PARTIAL.match(text)
    if not match:
        message = "not a date"
        raise ValueError(message)
    year, month = int(match[1]), int(match[2] or _DECEMBER)
    if match[3]:
        return _checked(year, month, int(match[3]))
    return _checked(year, month, 1).replace(day=_days_in(year, month))


def first_day(text: str) -> dt.date:
    """The first day of a day, month or year; ValueError for anything else."""
    last = last_day(text)
    return last if _DAY.match(text) else last.replace(day=1, month=last.month if "-" in text else 1)


def decimal_year(date: dt.date) -> float:
    """The date as a year with a fraction: 2024-07-02 is 2024.5 [yr]."""
    first = dt.date(date.year, 1, 1)
    return date.year + (date - first).days / (dt.date(date.year + 1, 1, 1) - first).days


def months_before(date: dt.date, months: int) -> dt.date:
    """The same day some months earlier, or the last day of that month where it is shorter."""
    index = date.year * 12 + date.month - 1 - months
    year, month = divmod(index, 12)
    month += 1
    return dt.date(year, month, min(date.day, _days_in(year, month)))


def months_between(first: dt.date, last: dt.date) -> int:
    """How many whole months lie between two days; negative where the first is the later one."""
    if first > last:
        return -months_between(last, first)
    months = (last.year - first.year) * 12 + last.month - first.month
    return months if months_before(last, months) >= first else months - 1


def _days_in(year: int, month: int) -> int:
    return 31 if month == _DECEMBER else (dt.date(year, month + 1, 1) - dt.date(year, month, 1)).days


def _checked(year: int, month: int, day_of_month: int) -> dt.date:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        message = f"year outside of {_FIRST_YEAR}-{_LAST_YEAR}"
        raise ValueError(message)
    try:
        return dt.date(year, month, day_of_month)
    except ValueError:
        message = "there is no such day" if 1 <= month <= _DECEMBER else "there is no such month"
        raise ValueError(message) from None
