"""Markets, precisions and dates: what follows from their labels alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gigacost.catalog.dates import day, decimal_year
from gigacost.catalog.records import Citation, Column
from gigacost.catalog.sources import cited

_MARKET = ("market",)

COLUMNS = (
    Column("owns_chips", "1", _MARKET, "1 where chips, servers and network are bought", high=1, integer=True),
    Column("owns_facility", "1", _MARKET, "1 where the site is bought too", high=1, integer=True),
    Column("is_rented", "1", _MARKET, "1 where chips are rented", high=1, integer=True),
    Column("is_interruptible", "1", _MARKET, "1 where the provider may take the chips away", high=1, integer=True),
    Column("commitment_hours", "h", _MARKET, "hours that are paid at least", high=1e06),
    Column("precision_bytes", "B", ("precision",), "bytes of one value"),
    Column(
        "gather_byte_per_param",
        "B/param",
        ("precision",),
        "bytes of a weight where shards of it are gathered",
        high=16,
        low_open=True,
    ),
    Column("as_of_year", "yr", ("as_of",), "the date as a year with a fraction", low=1990, high=3000),
)
_UNITS = {column.name: column.unit for column in COLUMNS}
_OF_PRECISION = {"precision_bytes": ("bytes", "definition"), "gather_byte_per_param": ("gather_bytes", "recipes")}
"""The field of a precision's entry, and the source of all of them."""


class Terms:
    """The figures of markets, precisions and dates."""

    def __init__(self, markets: Mapping[str, Any], precisions: Mapping[str, Any]) -> None:
        self._markets = markets
        self._precisions = precisions

    def figure(self, column: str, label: str) -> Citation:
        """A figure that follows from the label by definition."""
        if column == "as_of_year":
            return Citation(decimal_year(day(label)), "yr", "the date itself", label, "derived: the date as a number")
        if column in _OF_PRECISION:
            source, date = cited(self._precisions["sources"], _OF_PRECISION[column][1])
            value = self._precisions["precisions"][label][_OF_PRECISION[column][0]]
            return Citation(float(value), _UNITS[column], source, date, "quoted")
        source, date = cited(self._markets["sources"], "definition")
        value = float(self._markets["markets"][label].get(column, 0.0))
        return Citation(value, _UNITS[column], source, date, "quoted")
