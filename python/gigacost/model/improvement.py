"""Keeping the model current: retraining and fine-tuning over a horizon, ever cheaper, discounted.

By default the horizon is 0 years and all of this is exactly $0. On chips that are owned or committed a retraining ends
before the next one begins; on demand they may overlap, on more chips. A retraining repeats the final run for the same
capability; its experiments and people are not repeated, for the recipe is known. Three things make it cheaper by the
year: algorithms need less compute; hardware costs less, which reaches a rented fleet as a lower rate, an owned one as
the loss of value it has already suffered (never both); and, with ``hardware_upgrades``, new chips use less energy.
Upgrades change the later hourly rate and add no CapEx. The series of yearly cheaper runs is summed in closed form.
"""

from __future__ import annotations

from gigacost.graph.declarations import Constant, Input, contribution, doubt, status
from gigacost.model.constants import DECADE, YEAR
from gigacost.ops import Value, both, either, floor, power, total, where

HORIZON_YEARS = Input(
    "horizon_years",
    "yr",
    "Years after the first model for which it is kept current; 0 leaves improvement out.",
    default=0.0,
    source="assumption: published costs hold no improvement",
    high=50.0,
    plausible=(0.0, 10.0),
)
RETRAINING_INTERVAL = Input(
    "retraining_interval_years",
    "yr",
    "Time between two retrainings from scratch.",
    default=1.0,
    source="releases of Llama 2, 3 and 4: 2023-07, 2024-04, 2025-04",
    date="2025-04",
    low=0.0027,
    high=100.0,
    plausible=(0.1, 10.0),
)
FINETUNING_INTERVAL = Input(
    "finetuning_interval_years",
    "yr",
    "Time between two rounds of fine-tuning.",
    default=0.25,
    source="assumption: once a quarter",
    low=0.0027,
    high=100.0,
    plausible=(0.01, 10.0),
)
FINETUNING_SHARE = Input(
    "finetuning_share",
    "1",
    "Compute of one round of fine-tuning ÷ compute of the final run.",
    default=0.047,
    source="DeepSeek-V3, arXiv 2412.19437, table 1: all stages ÷ pre-training − 1 = 2.788 / 2.664 − 1",
    date="2024-12",
    high=1000.0,
    plausible=(0.0, 1.0),
)
PRICE_PERFORMANCE_GAIN = Input(
    "price_performance_gain",
    "1",
    "Factor by which hardware does more per $ after a year; for rented chips the fall of the rate. Rates of single "
    "chips have risen too (H100, 2025-10 to 2026-06): 1 holds them.",
    default=1.38,
    source="Epoch AI, arXiv 2405.21015: 0.14 orders of magnitude a year",
    date="2024-05",
    low=0.1,
    high=100.0,
    plausible=(1.0, 2.0),
)
ALGORITHMIC_GAIN = Input(
    "algorithmic_gain",
    "1",
    "Factor by which the compute for the same capability falls in a year.",
    default=2.8,
    source="Epoch AI, Algorithmic progress in language models (arXiv 2403.05812): halves every 8 months (CI 5 to 14)",
    date="2024-03",
    low=0.1,
    high=100.0,
    plausible=(1.0, 6.0),
)
ENERGY_EFFICIENCY_GAIN = Input(
    "energy_efficiency_gain",
    "1",
    "Factor by which new hardware does more per kWh after a year; counts with hardware_upgrades.",
    default=1.4,
    source="Epoch AI: energy efficiency of AI hardware improves by 40 to 50 % a year; the lower end",
    date="2026-11",
    low=0.1,
    high=100.0,
    plausible=(1.0, 2.0),
)
HARDWARE_UPGRADES = Input(
    "hardware_upgrades",
    "1",
    "Whether later runs move to the hardware of their day (1) or stay on the first (0).",
    default=0.0,
    source="assumption: the fleet stays",
    high=1,
    integer=True,
)

FULL_INTERVAL_TOLERANCE = Constant(1e-9, "1", "rounding: 0.3 years hold three intervals of 0.1 years", "2026-11")
SERIES_TOLERANCE = Constant(1e-9, "1", "rounding: nearer to 1 the ratio's series is its number of terms", "2026-11")


def _series(ratio: Value, count: Value) -> Value:
    """Sum of ratio + ratio² + … + ratio^count [1]."""
    constant = both(ratio > 1 - SERIES_TOLERANCE, ratio < 1 + SERIES_TOLERANCE)
    return where(constant, count, ratio * (1 - power(ratio, count)) / where(constant, 1, 1 - ratio))


def retraining_count(horizon_years: Value, retraining_interval_years: Value) -> Value:
    """Retrainings within the horizon [1].

    ⌊horizon / interval⌋.

    Source: definition.
    """
    return floor(horizon_years / retraining_interval_years + FULL_INTERVAL_TOLERANCE)


def finetuning_count(horizon_years: Value, finetuning_interval_years: Value) -> Value:
    """Rounds of fine-tuning within the horizon [1].

    ⌊horizon / interval⌋.

    Source: definition.
    """
    return floor(horizon_years / finetuning_interval_years + FULL_INTERVAL_TOLERANCE)


def retrainings_overlap(
    run_years: Value,
    retraining_interval_years: Value,
    retraining_count: Value,
    finetuning_share: Value,
    finetuning_interval_years: Value,
    finetuning_count: Value,
) -> Value:
    """1 where a retraining, or a round of fine-tuning, takes longer than the time until the next, else 0 [1].

    run_years > retraining_interval_years where there is a retraining, or finetuning_share · run_years >
    finetuning_interval_years where there is fine-tuning.

    Source: definition.
    """
    retrainings = both(retraining_count >= 1, run_years > retraining_interval_years)
    rounds = both(finetuning_count >= 1, finetuning_share * run_years > finetuning_interval_years)
    return where(either(retrainings, rounds), 1.0, 0.0)


@status("overlapping_retrainings", spoils=("cost_retraining_usd", "cost_finetuning_usd"), central=True)
def overlapping_retrainings(owns_chips: Value, commitment_hours: Value, retrainings_overlap: Value) -> Value:
    """Whether owned or committed chips are to begin a retraining before the last one has ended [truth].

    Source: definition, see ``retrainings_overlap``.
    """
    return both(either(owns_chips == 1, commitment_hours > 0), retrainings_overlap == 1)


@doubt(of="run_years", what="the next retraining begins before that: each is taken to have chips of its own")
def concurrent_retrainings(owns_chips: Value, commitment_hours: Value, retrainings_overlap: Value) -> Value:
    """Whether retrainings, or rounds of fine-tuning, overlap on chips that are rented on demand or on spot [truth].

    Source: definition, see ``retrainings_overlap``.
    """
    return both(both(owns_chips == 0, commitment_hours <= 0), retrainings_overlap == 1)


def hardware_gain(
    is_rented: Value,
    hardware_upgrades: Value,
    straight_line: Value,
    price_performance_gain: Value,
    value_decline_oom_per_year: Value,
) -> Value:
    """Factor by which the price of the run's hardware falls in a year [1].

    Rented or upgraded: price_performance_gain. Owned and kept: 10^r, its loss of market value; 1 by straight line.

    Source: Epoch AI, arXiv 2405.21015 (0.14 orders of magnitude a year for both).
    """
    kept = where(straight_line == 1, 1, power(DECADE, value_decline_oom_per_year * YEAR))
    owned = where(hardware_upgrades == 1, price_performance_gain, kept)
    return where(is_rented == 1, price_performance_gain, owned)


def hardware_decline(hardware_gain: Value, algorithmic_gain: Value, cost_of_capital: Value) -> Value:
    """Cost of a run's hardware one year later ÷ now, for the same capability, discounted [1].

    1 / (hardware_gain · algorithmic_gain · (1 + cost_of_capital)).

    Source: Epoch AI, arXiv 2405.21015 and 2403.05812.
    """
    return 1 / (hardware_gain * algorithmic_gain * (1 + cost_of_capital * YEAR))


def site_decline(
    hardware_upgrades: Value, energy_efficiency_gain: Value, algorithmic_gain: Value, cost_of_capital: Value
) -> Value:
    """Cost of a run's energy, space and upkeep one year later ÷ now, for the same capability, discounted [1].

    1 / (efficiency · algorithmic_gain · (1 + cost_of_capital)); efficiency is 1 without upgrades.

    Source: Epoch AI (energy efficiency), arXiv 2403.05812.
    """
    efficiency = where(hardware_upgrades == 1, energy_efficiency_gain, 1)
    return 1 / (efficiency * algorithmic_gain * (1 + cost_of_capital * YEAR))


def run_hardware_usd(
    cost_chips_usd: Value,
    cost_servers_usd: Value,
    cost_network_usd: Value,
    hardware_financing_usd: Value,
    cost_rent_usd: Value,
) -> Value:
    """Part of the final run's cost that falls with the price of hardware [$].

    Chips, servers, network, the money tied up in them, rent. A memo.

    Source: definition.
    """
    return total(cost_chips_usd, cost_servers_usd, cost_network_usd, hardware_financing_usd, cost_rent_usd)


def run_site_usd(
    cost_facility_usd: Value,
    facility_financing_usd: Value,
    cost_maintenance_usd: Value,
    cost_colo_usd: Value,
    cost_energy_usd: Value,
) -> Value:
    """Part of the final run's cost that does not fall with the price of hardware [$].

    Facility, the money tied up in it, upkeep, colocation, energy. A memo.

    Source: definition.
    """
    return total(cost_facility_usd, facility_financing_usd, cost_maintenance_usd, cost_colo_usd, cost_energy_usd)


@contribution(to="cost_total_usd")
def cost_retraining_usd(
    run_hardware_usd: Value,
    run_site_usd: Value,
    hardware_decline: Value,
    site_decline: Value,
    retraining_interval_years: Value,
    retraining_count: Value,
) -> Value:
    """Retraining from scratch to the same capability over the horizon, discounted [$].

    Σ over the n retrainings of hardware · qₕ^(k·interval) + site · qₛ^(k·interval), k = 1 … n.

    Source: geometric series; rates of decline from Epoch AI.
    """
    years = retraining_interval_years / YEAR
    hardware = run_hardware_usd * _series(power(hardware_decline, years), retraining_count)
    return hardware + run_site_usd * _series(power(site_decline, years), retraining_count)


@contribution(to="cost_total_usd")
def cost_finetuning_usd(
    finetuning_share: Value,
    run_hardware_usd: Value,
    run_site_usd: Value,
    hardware_decline: Value,
    site_decline: Value,
    finetuning_interval_years: Value,
    finetuning_count: Value,
) -> Value:
    """Rounds of fine-tuning over the horizon, discounted [$].

    finetuning_share · Σ over the n rounds of hardware · qₕ^(k·interval) + site · qₛ^(k·interval), k = 1 … n.

    Source: geometric series; rates of decline from Epoch AI.
    """
    years = finetuning_interval_years / YEAR
    hardware = run_hardware_usd * _series(power(hardware_decline, years), finetuning_count)
    site = run_site_usd * _series(power(site_decline, years), finetuning_count)
    return finetuning_share * (hardware + site)
