"""What it costs to own while the run lasts, beside the loss of value: money tied up, and upkeep.

The capital charge is taken once, on the mean book value. Discounting belongs to the years of ``improvement`` only.
"""

from __future__ import annotations

from gigacost.graph.declarations import Input, contribution
from gigacost.ops import Value, where

COST_OF_CAPITAL = Input(
    "cost_of_capital",
    "1/yr",
    "Yearly return that the money tied up has to earn; also discounts later years of improvement.",
    default=0.087,
    source="mean of the weighted average costs of capital of Microsoft, 8.34 %, and Alphabet, 9.07 % (valuesense.io); "
    "lenders to a GPU cloud ask 10 to 11 % (CoreWeave 10-Q, June 2025)",
    date="2024-11-15",
    high=1.0,
    plausible=(0.03, 0.2),
)
MAINTENANCE_SHARE = Input(
    "maintenance_share_per_year",
    "1/yr",
    "Operation and maintenance of what is owned, without energy, per year and $ of CapEx.",
    default=0.008,
    source="Epoch AI, AI data centre cost breakdown: opex of $0.9B less $0.6B of energy, a year, on $38B",
    date="2026-05-14",
    high=1.0,
    plausible=(0.0, 0.1),
)


def mean_book_share(
    straight_line: Value, value_share_at_start: Value, value_share_at_end: Value, residual_share: Value
) -> Value:
    """Mean book value of chips, servers and network ÷ price new [1].

    (V(start) + V(end)) / 2 during the run by market value; (1 + residual) / 2 over the life by straight line.

    Source: capital charge on mean capital tied up, as in textbook cost accounting.
    """
    return where(straight_line == 1, (1 + residual_share) / 2, (value_share_at_start + value_share_at_end) / 2)


def hardware_financing_usd(
    cost_of_capital: Value, cluster_capex_usd: Value, mean_book_share: Value, run_years: Value
) -> Value:
    """Capital charge on chips, servers and network during the run [$].

    cost_of_capital · cluster_capex_usd · mean_book_share · run.

    Source: capital charge on mean capital tied up, as in textbook cost accounting.
    """
    return cost_of_capital * cluster_capex_usd * mean_book_share * run_years


def facility_financing_usd(cost_of_capital: Value, facility_capex_usd: Value, run_years: Value) -> Value:
    """Capital charge on the building, its power and cooling during the run [$].

    cost_of_capital · facility_capex_usd / 2 · run: half of the price is tied up over a life written off in equal parts.

    Source: capital charge on mean capital tied up, as in textbook cost accounting.
    """
    return cost_of_capital * (facility_capex_usd / 2) * run_years


@contribution(to="total_run_usd")
def cost_financing_usd(hardware_financing_usd: Value, facility_financing_usd: Value) -> Value:
    """Capital charge on all that is owned, during the run [$].

    Hardware and facility, each on its mean book value.

    Source: capital charge on mean capital tied up, as in textbook cost accounting.
    """
    return hardware_financing_usd + facility_financing_usd


@contribution(to="total_run_usd")
def cost_maintenance_usd(
    maintenance_share_per_year: Value, cluster_capex_usd: Value, facility_capex_usd: Value, run_years: Value
) -> Value:
    """Operation and maintenance of what is owned, during the run [$].

    0.8 % a year · (cluster + facility CapEx) · run. In colocation the landlord keeps up the facility.

    Source: Epoch AI, AI data centre cost breakdown (2026-05-14).
    """
    return maintenance_share_per_year * (cluster_capex_usd + facility_capex_usd) * run_years
