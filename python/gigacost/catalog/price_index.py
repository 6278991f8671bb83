"""Dollars of one year: how many of them a dollar of some date is, by a price index.

The year's index is the mean of its months; of the year under way, of those that are known. The date's is that of its
month; a date after the last known month takes the last one, as prices after the catalogue's date are its newest.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

from gigacost.catalog.records import Citation

_MONTHS = 12


class PriceIndex:
    """A monthly index with its source."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._about: Mapping[str, str] = table["index"]
        self._months: dict[int, list[float]] = {int(year): list(map(float, of)) for year, of in table["values"].items()}

    @property
    def years(self) -> range:
        """The years in whose dollars amounts can be told."""
        return range(min(self._months), max(self._months) + 1)

    @property
    def last(self) -> str:
        """The last month that is known, ``2026-08``."""
        year = self.years[-1]
        return f"{year}-{len(self._months[year]):02}"

    def covers(self, date: dt.date) -> bool:
        """Whether the index has the month of a date."""
        return date.year in self._months and date.month <= len(self._months[date.year])

    def ratio(self, year: int, date: dt.date) -> Citation:
        """Dollars of a year for one dollar of a date's month. KeyError for a year or a date before the index begins."""
        known = self._months[year]
        base = math.fsum(known) / len(known)
        month = f"{date:%Y-%m}"
        if date.year > self.years[-1] or (date.year == self.years[-1] and not self.covers(date)):
            at, month = self._months[self.years[-1]][-1], f"{self.last}, the last known for {month}"
        else:
            at = self._months[date.year][date.month - 1]
        of = f"{year}" if len(known) == _MONTHS else f"{year}, its first {len(known)} months"
        basis = f"derived: {self._about['name']}, mean of {of}, {base:.6g}, over that of {month}, {at:.6g}"
        return Citation(base / at, "1", self._about["source"], self._about["date"], basis)
