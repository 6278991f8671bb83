"""The six markets of compute, told apart by what is owned, and the states in which a market has nothing to offer.

A market is four 0/1 flags and a commitment, so that formulas need no branches:

============  ==========  =============  =========  ================  ================
market        owns_chips  owns_facility  is_rented  is_interruptible  commitment_hours
============  ==========  =============  =========  ================  ================
own           1           1              0          0                 0
colo          1           0              0          0                 0
on_demand     0           0              1          0                 0
reserved_1y   0           0              1          0                 8766
reserved_3y   0           0              1          0                 26298
spot          0           0              1          1                 0
============  ==========  =============  =========  ================  ================
"""

from __future__ import annotations

from gigacost.catalog.columns import catalogued
from gigacost.graph.declarations import MISSING, Constant, Input, status
from gigacost.model.constants import DAYS_PER_YEAR
from gigacost.ops import Value, both, missing, where

OWNS_CHIPS = catalogued("owns_chips", "Whether the chips are bought (1) or not (0); set by the market.")
OWNS_FACILITY = catalogued("owns_facility", "Whether the data centre is built (1) or not (0); set by the market.")
IS_RENTED = catalogued("is_rented", "Whether the chips are rented (1) or not (0); set by the market.")
COMMITMENT_HOURS = catalogued("commitment_hours", "Hours of each chip that are paid for whether used or not.")

CHIP_PRICE = catalogued(
    "chip_price_usd",
    "What one chip costs to buy, in the form that server_overhead_factor belongs to (chip, board, server or rack).",
    default=MISSING,
    plausible=(500.0, 3e6),
)
IS_SOLD = catalogued(
    "is_sold",
    "Whether the chip can be bought (1) or only rented from its maker (0). Whoever prices a chip that is not sold, by "
    "giving chip_price_usd, says so with is_sold = 1.",
    default=1.0,
    source="assumption: what the catalogue does not know to be kept by its maker is sold",
)
RENTAL_PRICE = catalogued(
    "rental_usd_per_chip_hour", "The rate of one rented chip in this market.", default=MISSING, plausible=(0.05, 100.0)
)
PRICE_VOTES = catalogued(
    "price_votes",
    "How many votes of providers the catalogue's price of the chip rests on: of its rent where it is rented, one where "
    "it is bought. Absent for a price that the user gives.",
    default=MISSING,
)
PRICE_AGE_DAYS = catalogued(
    "price_age_days",
    "How old the quote is that the catalogue's price of the chip is or follows from; of a month or a year, from its "
    "first day. Absent for a price that the user gives.",
    default=MISSING,
)
IS_DERIVED = catalogued(
    "is_derived",
    "Whether the catalogue's rent follows from a quote of another term (1) or is quoted (0). Absent for a price that "
    "the user gives.",
    default=MISSING,
)
RELEASE_YEAR = catalogued("release_year", "When the chip was released, as a decimal year.", default=MISSING)
AS_OF_YEAR = catalogued("as_of_year", "The date of prices and availability, as a decimal year.")

AVAILABILITY_LAG_DAYS = Constant(
    90, "d", "Epoch AI training-cost-trends: a GPU can be had 90 days after its release", "2026-04-01"
)


SPOT_REGION_CHIPS = Input(
    "spot_region_chips",
    "chip",
    "How many spot chips of one kind a single region is taken to hold for one user.",
    default=512.0,
    source=(
        "assumption: as many as one reservation of AWS EC2 Capacity Blocks can hold, 64 instances of 8 GPUs (EC2 user "
        "guide, Capacity Blocks for ML); no provider says how large its spot pools are"
    ),
    date="2026-11-30",
    low=1,
    high=1e9,
)


@status("not_yet_available", spoils="chip_hours")
def not_yet_available(as_of_year: Value, release_year: Value) -> Value:
    """Whether the chip cannot be had yet at the date of the estimate [truth].

    Less than 90 days from release_year to as_of_year. No run can take place, so its chip-hours and all that follows
    from them are null. A chip without a known release date is taken to be available.

    Source: Epoch AI training-cost-trends (availability of GPUs 90 days after release).
    """
    return (as_of_year - release_year) * DAYS_PER_YEAR < AVAILABILITY_LAG_DAYS


@status("not_sold", spoils="chip_price_usd")
def not_sold(owns_chips: Value, is_sold: Value) -> Value:
    """Whether the design buys a chip that its maker only rents out [truth].

    owns_chips = 1 and is_sold = 0: TPU and Trainium. Who has a price for them gives chip_price_usd and is_sold = 1.

    Source: definition.
    """
    return both(owns_chips == 1, is_sold == 0)


@status("no_chip_price", spoils="chip_price_usd")
def no_chip_price(owns_chips: Value, chip_price_usd: Value) -> Value:
    """Whether the design buys a chip whose price is not known [truth].

    A missing price is never zero and never another chip's price.

    Source: definition.
    """
    return both(owns_chips == 1, missing(chip_price_usd))


@status("no_price", spoils="rental_usd_per_chip_hour")
def no_price(is_rented: Value, rental_usd_per_chip_hour: Value) -> Value:
    """Whether the design rents a chip for which this market has no quote [truth].

    A missing rate is never zero and never another chip's rate.

    Source: definition.
    """
    return both(is_rented == 1, missing(rental_usd_per_chip_hour))


def bought_chip_usd(owns_chips: Value, chip_price_usd: Value) -> Value:
    """What is paid to buy one chip; 0 where chips are not bought [$/chip].

    Source: definition.
    """
    return where(owns_chips == 1, chip_price_usd, 0)


def rent_usd_per_chip_hour(is_rented: Value, rental_usd_per_chip_hour: Value) -> Value:
    """What is paid for one hour of one rented chip; 0 where chips are not rented [$/(chip·h)].

    Source: definition.
    """
    return where(is_rented == 1, rental_usd_per_chip_hour, 0)


def spot_is_beyond_region(is_interruptible: Value, chips: Value, spot_region_chips: Value) -> Value:
    """1 where more chips are to be had on the spot market than a single region is taken to hold, else 0 [1].

    1 where is_interruptible = 1 and chips > spot_region_chips. The spot price of a few servers says nothing about such
    a design.

    Source: assumption.
    """
    return where(both(is_interruptible == 1, chips > spot_region_chips), 1.0, 0.0)
