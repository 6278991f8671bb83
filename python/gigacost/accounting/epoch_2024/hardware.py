"""What chips and servers cost, and what they lose in value: in a straight line for as long as the run lasts."""

from __future__ import annotations

from gigacost.catalog.columns import catalogued
from gigacost.graph.declarations import MISSING
from gigacost.model.constants import DECADE
from gigacost.ops import Value, both, log, missing, where

_PAPER = "Epoch AI, arXiv 2405.21015v2"

EARLIEST_PRICE_USD = catalogued(
    "earliest_price_usd",
    "The earliest price of the chip, as quoted: of the bare chip, or of a server's share.",
    default=MISSING,
)
EARLIEST_PRICE_FACTOR = catalogued(
    "earliest_price_factor",
    "Price of a server per chip ÷ the earliest price: 1 where it was a server's share.",
    default=MISSING,
)
SERVER_PER_CHIP_PRICE = catalogued(
    "server_per_chip_price",
    "Price of a server ÷ price of the bare chips in it; parts what a server costs into chips and the rest.",
    default=1.64,
    source=f"{_PAPER} A.1: A100 1.66, V100 1.69, P100 1.54, all others their mean",
    date="2024-05",
    plausible=(1.0, 2.1),
)


def depreciated_share(value_share_at_start: Value, value_decline_oom_per_year: Value, run_years: Value) -> Value:
    """Share of the price new that chips, servers and network lose during the run [1].

    10^(−r·age) · r · ln 10 · run: the slope of the market value at the start, kept for the whole run.

    Source: Epoch AI, arXiv 2405.21015v2 section 2.2 (amortisation by the hour).
    """
    return value_share_at_start * value_decline_oom_per_year * log(DECADE) * run_years


def chip_price_usd(owns_chips: Value, earliest_price_usd: Value) -> Value:
    """What one chip costs to buy, in the form that server_overhead_factor belongs to [$/chip].

    Its earliest price, whenever it is bought: of a DGX server ÷ 8 where there is one. 0 where there is none and none is
    due.

    Source: Epoch AI, arXiv 2405.21015v2 A.1 and A.2.
    """
    return where(both(owns_chips == 0, missing(earliest_price_usd)), 0, earliest_price_usd)


def server_overhead_factor(earliest_price_factor: Value, server_per_chip_price: Value) -> Value:
    """Price of the server per chip ÷ price of the chip as quoted [1].

    1.64 for the price of a single chip (A100 1.66, V100 1.69, P100 1.54) and where nothing is known, 1 for a server's
    share.

    Source: Epoch AI, arXiv 2405.21015v2 A.1.
    """
    return where(missing(earliest_price_factor), server_per_chip_price, earliest_price_factor)


def chips_capex_usd(
    chips: Value, bought_chip_usd: Value, server_price_factor: Value, server_per_chip_price: Value
) -> Value:
    """Price of all chips, bare [$].

    chips · price of a server per chip / server_per_chip_price, also where only the server has a price.

    Source: Epoch AI, training-cost-trends (39013e2).
    """
    return chips * bought_chip_usd * server_price_factor / server_per_chip_price


def servers_capex_usd(chips_capex_usd: Value, server_per_chip_price: Value) -> Value:
    """Price of the servers around the chips [$].

    chips_capex_usd · (server_per_chip_price − 1).

    Source: Epoch AI, training-cost-trends (39013e2).
    """
    return chips_capex_usd * (server_per_chip_price - 1)
