"""The money side of the model against published figures, each with its source.

Quantities are composed by parameter name from plain floats, so that these tests need neither engine nor catalogue;
catalogue figures are typed in. Bands are those of the figures, not of the model.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from types import ModuleType

import pytest

from gigacost.graph.declarations import Contribution, Input, marking
from gigacost.model import (
    capacity,
    capital,
    colocation,
    compute,
    data,
    depreciation,
    energy,
    experiments,
    financing,
    improvement,
    market,
    people,
    rental,
    storage,
    workload,
)

MODULES: tuple[ModuleType, ...] = (
    capacity,
    capital,
    colocation,
    compute,
    data,
    depreciation,
    energy,
    experiments,
    financing,
    improvement,
    market,
    people,
    rental,
    storage,
    workload,
)
QUANTITIES: dict[str, Callable[..., float]] = {
    name: member
    for module in MODULES
    for name, member in inspect.getmembers(module, inspect.isfunction)
    if member.__module__ == module.__name__ and not name.startswith("_")
}
INPUTS = {member.name: member for module in MODULES for member in vars(module).values() if isinstance(member, Input)}

OWN = {"owns_chips": 1.0, "owns_facility": 1.0, "is_rented": 0.0, "commitment_hours": 0.0}
COLO = {**OWN, "owns_facility": 0.0}
ON_DEMAND = {"owns_chips": 0.0, "owns_facility": 0.0, "is_rented": 1.0, "commitment_hours": 0.0}
RESERVED_1Y = {**ON_DEMAND, "commitment_hours": 8_766.0}
RESERVED_3Y = {**ON_DEMAND, "commitment_hours": 26_298.0}

# accelerators: Epoch AI ai-chip-counts (average sale of 2025, $20-27k, board), ai-companies (DGX H100 10.2 kW / 8);
# GB200 NVL72 rack about $3.1M / 72, 132 kW / 72
H100 = {"chip_price_usd": 23_500.0, "server_overhead_factor": 1.21, "system_w": 1_275.0}
GB200 = {"chip_price_usd": 43_056.0, "server_overhead_factor": 1.0, "system_w": 1_833.0}
# US industrial electricity in 2025 (EIA, in Epoch AI training-cost-trends), AWS fleet PUE of 2024
SITE = {"electricity_usd_per_kwh": 0.0826, "pue": 1.15}
STRAIGHT_LINE = {"straight_line": 1.0}


def evaluate(name: str, given: dict[str, float]) -> float:
    """The quantity's value: given, else computed from its parameters, else an input's default."""
    if name in given:
        return given[name]
    if name in QUANTITIES:
        function = QUANTITIES[name]
        return function(*(evaluate(parameter, given) for parameter in inspect.signature(function).parameters))
    default = INPUTS[name].default
    assert default is not None, f"{name} has to be given"
    return default


def cost(name: str, *given: dict[str, float], **more: float) -> float:
    """A quantity of a run of which train_hours and chips are given."""
    values = {key: value for each in given for key, value in each.items()} | more
    values.setdefault("chips", 1.0)
    values.setdefault("train_hours", 1_000.0)
    values.setdefault("chip_hours", values["chips"] * values["train_hours"])
    values.setdefault("train_days", values["train_hours"] / 24.0)
    return evaluate(name, values)


def all_in_usd_per_chip(chip: dict[str, float]) -> float:
    return cost("cluster_capex_usd", OWN, chip) + cost("facility_capex_usd", OWN, chip)


def test_h100_all_in_costs_45_to_55_thousand() -> None:
    # Latent.Space economics sheet, 2024-08: $45.8k to 51.6k by size of cluster
    assert 45e3 <= all_in_usd_per_chip(H100) <= 55e3


def test_gb200_all_in_costs_70_to_82_thousand() -> None:
    # Epoch AI, AI data centre cost breakdown, 2026-05-14: $38B per GW; Colossus 2: $8.8B / 110k
    assert 70e3 <= all_in_usd_per_chip(GB200) <= 82e3


def test_colossus_1_costs_as_published() -> None:
    # Epoch AI timelines, 2024-09-02: 100k H100, $3.2B of compute and $1.5B of construction, $47k per H100
    compute_usd = cost("cluster_capex_usd", OWN, H100, chips=1e5)
    construction_usd = cost("facility_capex_usd", OWN, H100, chips=1e5)
    assert compute_usd == pytest.approx(3.2e9, rel=0.15)
    assert construction_usd == pytest.approx(1.5e9, rel=0.15)
    assert (compute_usd + construction_usd) / 1e5 == pytest.approx(47e3, rel=0.1)


@pytest.mark.parametrize("method", [{}, STRAIGHT_LINE])
@pytest.mark.parametrize("age", [0.0, 1.0, 2.0])
def test_an_owned_h100_at_full_use_costs_1_2_to_2_2_an_hour(method: dict[str, float], age: float) -> None:
    assert 1.2 <= cost("usd_per_chip_hour", OWN, H100, SITE, method, chip_age_years=age) <= 2.2


def test_an_owned_gb200_costs_about_2_an_hour_over_its_life() -> None:
    # Epoch AI, 2026-05-14: $8.5M per MW of IT and year, IT over 5 years in equal parts: $2.0 for 2,090 W
    published = 8.5e6 * 2_090.0 / 1e6 / 8_766.0
    assert published == pytest.approx(2.03, abs=0.01)
    assert cost("usd_per_chip_hour", OWN, GB200, SITE, STRAIGHT_LINE) == pytest.approx(published, rel=0.1)
    # by market value: dearer than that when new, cheaper when old, about that over five years
    by_market_value = cost("usd_per_chip_hour", OWN, GB200, SITE, train_hours=5 * 8_766.0)
    assert by_market_value == pytest.approx(published, rel=0.15)
    new, old = (cost("usd_per_chip_hour", OWN, GB200, SITE, chip_age_years=age) for age in (0.0, 4.0))
    assert old < published < new < 1.5 * published


def test_gpt_4_capex_and_energy() -> None:
    # Epoch AI capex + energy $40.7M: 25,000 A100 for 95 days from 2022-05, DGX A100 $199k / 8 of 2020, 6.5 kW / 8
    total = cost(
        "run_compute_usd",
        OWN,
        chips=25_000.0,
        train_hours=95 * 24.0,
        chip_price_usd=24_875.0,
        server_overhead_factor=1.0,
        system_w=812.5,
        chip_age_years=1.75,
        facility_usd_per_w=0.0,
        cost_of_capital=0.0,
        maintenance_share_per_year=0.0,
    ) + cost(
        "cost_energy_usd",
        OWN,
        chips=25_000.0,
        train_hours=95 * 24.0,
        system_w=812.5,
        other_it_factor=1.0,
        pue=1.25,
        electricity_usd_per_kwh=0.0832,
    )
    assert total == pytest.approx(40.7e6, rel=0.1)


def test_a_78_day_run_on_a_reserved_year() -> None:
    # 16,384 H100 at $2.65 for a year (SemiAnalysis index, 2026-06): about $380M paid, $82M used
    given = {**RESERVED_1Y, "rental_usd_per_chip_hour": 2.65, "chips": 16_384.0, "train_hours": 78 * 24.0}
    used = cost("cost_rent_usd", given)
    parts = ("cost_rent_usd", "cost_experiments_usd", "cost_unused_usd")
    assert used == pytest.approx(82e6, rel=0.02)
    for factor in (1.0, 2.2):
        paid = math.fsum(cost(part, given, experiments_factor=factor) for part in parts)
        assert paid == pytest.approx(380e6, rel=0.01)


def test_a_year_of_work_costs_the_middles_of_the_published_intervals() -> None:
    # Epoch AI, arXiv 2405.21015 A.6, 90 % intervals: salary, overhead on it, equity
    salary, overhead, equity = (139_771.0, 265_236.0), (1.25, 1.40), (35_468.0, 501_747.0)
    middle = math.sqrt(math.prod(salary)) * math.sqrt(math.prod(overhead)) + math.sqrt(math.prod(equity))
    assert cost("usd_per_fte_year") == pytest.approx(middle, rel=5e-3)


def test_staff_cost_grows_less_than_the_run() -> None:
    # the share of staff in Epoch AI's four development costs falls from half to a third as runs grow a hundredfold
    small, large = (cost("cost_staff_usd", training_flop=flop) for flop in (1e23, 1e25))
    assert 10.0 < large / small < 100.0


@pytest.mark.parametrize(("flop", "published"), [(3.14e23, 2.34e6), (4.3e23, 1.16e6), (2.1e25, 35.8e6), (5e25, 61.4e6)])
def test_staff_cost_within_two_thirds_of_epochs_medians(flop: float, published: float) -> None:
    # Epoch AI, arXiv 2405.21015 v2, medians of GPT-3, OPT, GPT-4 and Gemini Ultra; the fit is within 1.6
    assert 1 / 1.65 <= cost("cost_staff_usd", training_flop=flop) / published <= 1.65


def test_keeping_the_raw_crawl_costs_9_6_million_a_year() -> None:
    assert cost("storage_usd_per_month", stored_tb=38_000.0) * 12 == pytest.approx(9.6e6, rel=0.01)


def test_processing_fifteen_trillion_tokens_costs_about_half_a_million() -> None:
    # FineWeb, 2024: 120k H100-hours, about $0.5M, for 15T tokens out of 38 PB
    assert cost("cost_data_processing_usd", tokens=15e12) == pytest.approx(0.5e6, rel=0.2)


def test_data_are_small_beside_the_run() -> None:
    # Llama 3.1 405B: 30.84M H100-hours on 16,384 chips; its data cost less than 2 % of the rent at $2.65
    given = {
        "tokens": 15.6e12,
        "params": 405e9,
        "checkpoint_bytes": 14 * 405e9,
        "chips": 16_384.0,
        "train_hours": 30.84e6 / 16_384,
    }
    names = ("cost_data_processing_usd", "cost_data_storage_usd", "cost_data_transfer_usd")
    assert 0.1e6 < math.fsum(cost(name, given) for name in names) < 0.02 * 2.65 * 30.84e6


def test_own_at_full_use_is_cheaper_than_on_demand_and_dearer_when_idle() -> None:
    # H100 on demand, median of 37 providers, 2026-05 (AIMultiple): $2.95
    full = cost("usd_per_chip_hour", OWN, H100, SITE)
    assert full < 2.95 < full / 0.3


def test_colocation_costs_about_as_much_as_owning_the_site() -> None:
    own, colo = (cost("usd_per_chip_hour", each, H100, SITE) for each in (OWN, COLO))
    assert colo == pytest.approx(own, rel=0.15)


RUN = {"params": 70e9, "tokens": 15e12, "training_flop": 6.3e24, "checkpoint_bytes": 9.8e11, "chips": 1_024.0}
CONTRIBUTIONS = [name for name, function in QUANTITIES.items() if isinstance(marking(function), Contribution)]
MARKETS = [OWN, COLO, ON_DEMAND, RESERVED_1Y, RESERVED_3Y]
BOUNDS = [
    (each.name, value)
    for module in MODULES
    if module not in (energy, workload)
    for each in vars(module).values()
    if isinstance(each, Input) and each.name not in {*OWN, *RUN}
    for value in (
        math.nextafter(each.low, math.inf) if each.low_open else each.low,
        math.nextafter(each.high, -math.inf) if each.high_open else each.high,
    )
]


def payable(flags: dict[str, float]) -> dict[str, float]:
    """The prices that a market needs, and none of those that it does not."""
    if flags["owns_chips"] == 1.0:
        return {"rental_usd_per_chip_hour": math.nan, **H100, **SITE}
    return {"rental_usd_per_chip_hour": 2.65, "chip_price_usd": math.nan, "system_w": math.nan, "pue": math.nan}


def test_all_contributions_are_covered() -> None:
    assert len(CONTRIBUTIONS) == 18


@pytest.mark.parametrize("flags", MARKETS)
@pytest.mark.parametrize("runs_per_year", [math.nan, 0.1, 3.0])
@pytest.mark.parametrize("train_hours", [1e-3, 2_000.0, 1e5])
@pytest.mark.parametrize("horizon_years", [0.0, 3.0])
def test_every_contribution_is_finite_and_none_is_negative(
    flags: dict[str, float], runs_per_year: float, train_hours: float, horizon_years: float
) -> None:
    varied = {"runs_per_year": runs_per_year, "train_hours": train_hours, "horizon_years": horizon_years}
    for name in CONTRIBUTIONS:
        value = cost(name, flags, payable(flags), RUN, varied)
        assert math.isfinite(value), name
        assert value >= 0.0, name


@pytest.mark.parametrize("flags", [OWN, COLO, RESERVED_1Y])
@pytest.mark.parametrize(("name", "bound"), BOUNDS)
def test_contributions_stay_finite_at_the_limits_of_every_input(
    flags: dict[str, float], name: str, bound: float
) -> None:
    assert math.isfinite(bound), f"{name} has no limit"
    for contribution in CONTRIBUTIONS:
        value = cost(contribution, flags, payable(flags), RUN, {"horizon_years": 3.0, "train_hours": 2e3, name: bound})
        assert math.isfinite(value), contribution
        assert value >= 0.0, contribution


def test_improvement_declines_with_the_years() -> None:
    given = {**ON_DEMAND, "rental_usd_per_chip_hour": 2.65}
    one, two, three = (cost("cost_retraining_usd", given, horizon_years=years) for years in (1.0, 2.0, 3.0))
    run = cost("cost_rent_usd", given)
    # each year costs 1 / (1.38 · 2.8 · 1.087) of the year before
    assert one == pytest.approx(run / 4.2, rel=1e-3)
    assert (three - two) / (two - one) == pytest.approx(1 / 4.2, rel=1e-3)
