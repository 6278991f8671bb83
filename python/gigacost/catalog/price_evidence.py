"""How well the price of a chip is known: on how many votes it rests, how old it is, whether it is quoted at all.

Where chips are rented it is the rent (``rental``): votes are those of providers, surveys together being one. Where they
are bought it is what a chip is bought for (``chip_prices``), which is one source's figure: one vote, whether it is a
list price or the mean of a year's sales.

An age counts from the date of the quote; of a month or a year from its first day, so that no price is younger than it
may be. It is negative where the price is of a later date.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from gigacost.catalog.chip_prices import price_at
from gigacost.catalog.dates import first_day
from gigacost.catalog.records import Citation, Column, missing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from gigacost.catalog.hardware import Hardware
    from gigacost.catalog.rental import Rental

_AXES = ("hardware", "market", "provider_class", "as_of")

COLUMNS = (
    Column(
        "price_votes",
        "1",
        _AXES,
        "how many providers' quotes the price of the chip is chosen among",
        high=1e6,
        integer=True,
    ),
    Column(
        "price_age_days",
        "d",
        _AXES,
        "days from the quote that is the price of the chip to the date",
        low=-1e6,
        high=1e6,
    ),
    Column("is_derived", "1", _AXES, "1 where the rent follows from a quote of another term", high=1, integer=True),
)
NAMES = frozenset(column.name for column in COLUMNS)
_UNITS = {column.name: column.unit for column in COLUMNS}


class _Price(NamedTuple):
    """A price as far as it says how well it is known."""

    date: str
    votes: int
    is_derived: bool
    told: str


class PriceEvidence:
    """How well the prices of chips are known, those of rents and those at which chips are bought."""

    def __init__(self, rental: Rental, hardware: Hardware, markets: Mapping[str, Mapping[str, Any]]) -> None:
        self._rental = rental
        self._hardware = hardware
        self._markets = markets

    def figure(self, column: str, chip: str, market: str, provider_class: str, as_of: dt.date) -> Citation:
        """One of the three figures, with the quote that it is of; missing where there is no price."""
        price = self._price(chip, market, provider_class, as_of)
        if price is None:
            return missing(_UNITS[column], f"no price of {chip} in the market {market}")
        values = {
            "price_votes": float(price.votes),
            "price_age_days": float((as_of - first_day(price.date)).days),
            "is_derived": float(price.is_derived),
        }
        return Citation(
            values[column], _UNITS[column], price.told, price.date, "derived: from the price that is chosen"
        )

    def _price(self, chip: str, market: str, provider_class: str, as_of: dt.date) -> _Price | None:
        if self._markets[market].get("is_rented"):
            rent = self._rental.rent(chip, market, provider_class, as_of)
            return _Price(rent.date, rent.votes, rent.is_derived, rent.provider) if rent.votes else None
        bought = price_at(self._hardware.prices(chip), as_of)
        return _Price(bought.date, 1, is_derived=False, told=bought.source) if bought else None
