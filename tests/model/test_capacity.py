"""Unused capacity: what is actually paid, nothing twice, nothing negative."""

from __future__ import annotations

import math

import pytest

from gigacost.model.capacity import (
    busy_hours,
    commitment_utilisation,
    cost_unused_usd,
    fleet_utilisation,
    owned_utilisation,
    runs_per_commitment,
)

YEAR = 8_766.0


def paid_usd(rate: float, factor: float, hours: float, commitment: float, runs_per_year: float) -> float:
    """Rent, experiments and unused hours of one chip for one run, composed by hand."""
    run = rate * hours
    used = commitment_utilisation(runs_per_commitment(runs_per_year, commitment), busy_hours(factor, hours), commitment)
    return run + (factor - 1) * run + cost_unused_usd(factor, run, fleet_utilisation(0.0, math.nan, used))


def test_a_run_is_busy_with_its_experiments() -> None:
    assert busy_hours(2.2, 1_000.0) == pytest.approx(2_200.0)


def test_runs_share_a_commitment() -> None:
    assert runs_per_commitment(3.0, YEAR) == 3.0
    assert runs_per_commitment(3.0, 3 * YEAR) == 9.0
    assert runs_per_commitment(math.nan, 3 * YEAR) == 1.0
    assert runs_per_commitment(0.2, YEAR) == 1.0
    assert runs_per_commitment(3.0, 0.0) == 1.0


def test_an_owned_fleet_is_used_by_its_runs() -> None:
    # 2 runs of 2,191.5 busy hours fill half of a year
    assert owned_utilisation(2.0, 2_191.5, 0.8) == 0.5
    assert owned_utilisation(20.0, 2_191.5, 0.8) == 1.0
    assert owned_utilisation(math.nan, 2_191.5, 0.8) == 0.8


def test_paid_hours_are_used_by_their_runs() -> None:
    assert commitment_utilisation(2.0, 2_191.5, YEAR) == 0.5
    assert commitment_utilisation(1.0, 10_000.0, YEAR) == 1.0
    assert commitment_utilisation(1.0, 123.4, 0.0) == 1.0


def test_who_owns_the_chips_answers_for_the_year_who_rents_for_the_commitment() -> None:
    assert fleet_utilisation(1.0, 0.5, 0.25) == 0.5
    assert fleet_utilisation(0.0, 0.5, 0.25) == 0.25


def test_idle_hours_cost_what_used_ones_cost() -> None:
    # f = 2, $100 a run, half of the time used: another $200 idle
    assert cost_unused_usd(2.0, 100.0, 0.5) == 200.0
    assert cost_unused_usd(2.0, 100.0, 1.0) == 0.0


@pytest.mark.parametrize("factor", [1.0, 2.2])
@pytest.mark.parametrize("commitment", [YEAR, 3 * YEAR])
def test_a_short_run_pays_its_whole_commitment(factor: float, commitment: float) -> None:
    assert paid_usd(2.65, factor, 78 * 24.0, commitment, math.nan) == pytest.approx(2.65 * commitment)


def test_a_long_run_pays_the_rate_for_all_its_hours() -> None:
    assert paid_usd(2.65, 2.2, 6_000.0, YEAR, math.nan) == pytest.approx(2.65 * 2.2 * 6_000.0)


def test_runs_bear_a_commitment_equally() -> None:
    assert 3 * paid_usd(2.0, 1.0, 1_000.0, YEAR, 3.0) == pytest.approx(2.0 * YEAR)
    assert 9 * paid_usd(2.0, 1.0, 1_000.0, 3 * YEAR, 3.0) == pytest.approx(2.0 * 3 * YEAR)


@pytest.mark.parametrize("runs", [math.nan, 0.1, 1.0, 3.0, 1_000.0])
@pytest.mark.parametrize("hours", [0.001, 1.0, 1_872.0, 8_766.0, 1e6])
@pytest.mark.parametrize("commitment", [0.0, YEAR, 3 * YEAR])
def test_nothing_unused_is_negative_and_nothing_is_paid_less_than_used(
    runs: float, hours: float, commitment: float
) -> None:
    paid = paid_usd(2.0, 2.2, hours, commitment, runs)
    assert paid >= 2.0 * 2.2 * hours * (1 - 1e-12)
    if commitment == 0.0:
        assert paid == pytest.approx(2.0 * 2.2 * hours)
    owned = owned_utilisation(runs, busy_hours(2.2, hours), 0.8)
    assert 0.0 < owned <= 1.0
    assert cost_unused_usd(2.2, 1.0, owned) >= 0.0
