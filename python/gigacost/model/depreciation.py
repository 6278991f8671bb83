"""What an owned cluster loses in value while the run lasts.

By default the loss is one of market value, V(start) − V(end), which needs no residual: the chips could be sold for
V(end). ``straight_line = 1`` writes (price − residual) off over the life instead. Better chips coming to the market
reach an owned fleet here and nowhere else.
"""

from __future__ import annotations

from gigacost.graph.declarations import Input, contribution, status
from gigacost.model.constants import DECADE, HOURS_PER_YEAR
from gigacost.model.time import RUN
from gigacost.ops import Value, both, power, where

VALUE_DECLINE = Input(
    "value_decline_oom_per_year",
    "1/yr",
    "Orders of magnitude by which the market value of a cluster's hardware falls in a year.",
    default=0.14,
    source="Epoch AI, arXiv 2405.21015 B.3: 0.14 a year (90 % CI 0.10 to 0.18), that is ÷ 1.38",
    date="2024-05",
    high=10.0,
    plausible=(0.0, 0.4),
)
CHIP_AGE_YEARS = Input(
    "chip_age_years",
    "yr",
    "Age of the cluster at the start of the run; its price is the price new.",
    default=0.0,
    source="assumption: bought new for the run",
    high=100.0,
    plausible=(0.0, 10.0),
)
STRAIGHT_LINE = Input(
    "straight_line",
    "1",
    "How chips, servers and network lose value: 0 by market value, 1 in equal parts over their life.",
    default=0.0,
    source="market value, as in Epoch AI, arXiv 2405.21015",
    date="2024-05",
    high=1,
    integer=True,
)
CHIP_LIFE_YEARS = Input(
    "chip_life_years",
    "yr",
    "Life of chips, servers and network: no run outlasts it, straight-line depreciation writes them off over it.",
    default=5.0,
    source="Epoch AI, AI data centre cost breakdown: 5 years for IT; companies book 5 to 6",
    date="2026-05-14",
    low=0.01,
    high=1e6,
    plausible=(3.0, 7.0),
)
RESIDUAL_SHARE = Input(
    "residual_share",
    "1",
    "What the hardware is worth at the end of its straight-line life, as a share of its price.",
    default=0.0,
    source="Epoch AI, AI data centre cost breakdown: IT written off in full",
    date="2026-05-14",
    high=1.0,
)
FACILITY_LIFE_YEARS = Input(
    "facility_life_years",
    "yr",
    "Years over which the building, its power and cooling are written off in equal parts.",
    default=14.0,
    source="Epoch AI, AI data centre cost breakdown",
    date="2026-05-14",
    low=0.01,
    high=1000.0,
    plausible=(10.0, 30.0),
)


@status("outlives_chips", spoils=RUN, central=True)
def outlives_chips(owns_chips: Value, chip_age_years: Value, train_hours: Value, chip_life_years: Value) -> Value:
    """Whether owned chips are older at the end of the run than they get [truth].

    owns_chips and chip_age_years + train_hours / 8766 > chip_life_years. No plan replaces them; who expects more of
    them gives a longer life.

    Source: Epoch AI, AI data centre cost breakdown (2026-05-14): 5 years for IT; companies book 5 to 6.
    """
    return both(owns_chips == 1, chip_age_years + train_hours / HOURS_PER_YEAR > chip_life_years)


def run_years(train_hours: Value) -> Value:
    """Length of the final run [yr].

    train_hours / 8766.

    Source: definition.
    """
    return train_hours / HOURS_PER_YEAR


def value_share_at_start(value_decline_oom_per_year: Value, chip_age_years: Value) -> Value:
    """Market value when the run starts ÷ price new [1].

    10^(−r · age).

    Source: Epoch AI, arXiv 2405.21015, section 2.2.
    """
    return power(DECADE, -(value_decline_oom_per_year * chip_age_years))


def value_share_at_end(value_decline_oom_per_year: Value, chip_age_years: Value, run_years: Value) -> Value:
    """Market value when the run ends ÷ price new [1].

    10^(−r · (age + run)).

    Source: Epoch AI, arXiv 2405.21015, section 2.2.
    """
    return power(DECADE, -(value_decline_oom_per_year * (chip_age_years + run_years)))


def depreciated_share(
    straight_line: Value,
    value_share_at_start: Value,
    value_share_at_end: Value,
    residual_share: Value,
    chip_life_years: Value,
    run_years: Value,
) -> Value:
    """Share of the price new that chips, servers and network lose during the run [1].

    V(start) − V(end), or (1 − residual) · run / life.

    Source: Epoch AI, arXiv 2405.21015, section 2.2; straight line: accounting practice.
    """
    return where(
        straight_line == 1,
        (1 - residual_share) * run_years / chip_life_years,
        value_share_at_start - value_share_at_end,
    )


@contribution(to="total_run_usd")
def cost_chips_usd(chips_capex_usd: Value, depreciated_share: Value) -> Value:
    """Value that the owned chips lose during the run [$].

    chips_capex_usd · depreciated_share.

    Source: Epoch AI, arXiv 2405.21015, section 2.2 (amortised hardware cost).
    """
    return chips_capex_usd * depreciated_share


@contribution(to="total_run_usd")
def cost_servers_usd(servers_capex_usd: Value, depreciated_share: Value) -> Value:
    """Value that the owned servers lose during the run [$].

    servers_capex_usd · depreciated_share.

    Source: Epoch AI, arXiv 2405.21015, section 2.2 (amortised hardware cost).
    """
    return servers_capex_usd * depreciated_share


@contribution(to="total_run_usd")
def cost_network_usd(network_capex_usd: Value, depreciated_share: Value) -> Value:
    """Value that the owned network loses during the run [$].

    network_capex_usd · depreciated_share.

    Source: Epoch AI, arXiv 2405.21015, section 2.2 (amortised hardware cost).
    """
    return network_capex_usd * depreciated_share


@contribution(to="total_run_usd")
def cost_facility_usd(facility_capex_usd: Value, facility_life_years: Value, run_years: Value) -> Value:
    """Part of the owned building, its power and cooling that the run uses up [$].

    facility_capex_usd · run / life.

    Source: Epoch AI, AI data centre cost breakdown (2026-05-14): facility life 14 years.
    """
    return facility_capex_usd * run_years / facility_life_years
