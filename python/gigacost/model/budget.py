"""What a budget has to hold: the runs of a year, and what is bought or committed to before the first of them.

Memos, not contributions: a run's own costs hold its part of both.
"""

from __future__ import annotations

from gigacost.graph.declarations import Constant
from gigacost.ops import Value, missing, total, where

ONE_RUN_PER_YEAR = Constant(1, "1/yr")


def cost_year_usd(total_project_usd: Value, runs_per_year: Value) -> Value:
    """All runs of a year, each as a project of its own [$/yr].

    runs_per_year · total_project_usd; of one run where runs_per_year is not given. Together the runs bear what owned
    chips cost in a year, or all that a commitment of a year costs. Improvement of later years is not part of it.

    Source: definition.
    """
    return where(missing(runs_per_year), ONE_RUN_PER_YEAR, runs_per_year) * total_project_usd


def upfront_usd(
    cluster_capex_usd: Value,
    facility_capex_usd: Value,
    rent_usd_per_chip_hour: Value,
    chips: Value,
    commitment_hours: Value,
) -> Value:
    """What is bought or committed to before the first run; 0 on demand and on spot [$].

    cluster_capex_usd + facility_capex_usd + rate · chips · commitment_hours: the price of what is owned, and the whole
    of a commitment, whether it is paid at once or month by month.

    Source: definition.
    """
    return total(cluster_capex_usd, facility_capex_usd, rent_usd_per_chip_hour * chips * commitment_hours)
