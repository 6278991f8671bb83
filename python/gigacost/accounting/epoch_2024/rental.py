"""What is paid for rented chips: the price of a commitment of three years."""

from __future__ import annotations

from gigacost.catalog.columns import catalogued
from gigacost.graph.declarations import MISSING, Input
from gigacost.ops import Value, both, missing, where

NEAREST_RENTAL = catalogued(
    "nearest_rental_usd_per_chip_hour",
    "Rate of one rented chip by the quote nearest to two months before training, as for a commitment of three years.",
    default=MISSING,
)
TERM_DISCOUNT = Input(
    "term_discount",
    "1",
    "Share off the price on demand in the term that rental_usd_per_chip_hour is quoted for.",
    default=0.0,
    source="definition: none on demand",
    high=1.0,
    high_open=True,
)
THREE_YEAR_DISCOUNT = Input(
    "three_year_discount",
    "1",
    "Share off the price on demand for a commitment of three years, at which a run is charged; as term_discount, the "
    "quote is charged as it is.",
    default=0.0,
    source="definition: the quote as it is",
    high=1.0,
    high_open=True,
)


def rental_usd_per_chip_hour(is_rented: Value, nearest_rental_usd_per_chip_hour: Value) -> Value:
    """The rate of one rented chip, in whatever market [$/(chip·h)].

    That of the catalogue's quote nearest in time, of Amazon before Microsoft, Google and Lambda. 0 where there is none
    and none is due.

    Source: Epoch AI, arXiv 2405.21015v2 A.5.
    """
    unpaid = both(is_rented == 0, missing(nearest_rental_usd_per_chip_hour))
    return where(unpaid, 0, nearest_rental_usd_per_chip_hour)


def rent_usd_per_chip_hour(
    is_rented: Value, rental_usd_per_chip_hour: Value, term_discount: Value, three_year_discount: Value
) -> Value:
    """What is paid for one hour of one rented chip, at the price of a commitment of three years [$/(chip·h)].

    quote · (1 − three_year_discount) / (1 − term_discount).

    Source: Epoch AI, arXiv 2405.21015v2 A.5.
    """
    charged = rental_usd_per_chip_hour * ((1 - three_year_discount) / (1 - term_discount))
    return where(is_rented == 1, charged, 0)
