"""Keeping the model current."""

from __future__ import annotations

import math

import pytest

from gigacost.model.improvement import (
    cost_finetuning_usd,
    cost_retraining_usd,
    finetuning_count,
    hardware_decline,
    hardware_gain,
    retraining_count,
    run_hardware_usd,
    run_site_usd,
    site_decline,
)


def test_only_whole_intervals_count() -> None:
    assert retraining_count(3.0, 1.0) == 3.0
    assert retraining_count(2.9, 1.0) == 2.0
    assert retraining_count(0.0, 1.0) == 0.0
    assert retraining_count(0.3, 0.1) == 3.0
    assert finetuning_count(1.0, 0.25) == 4.0


def test_cheaper_hardware_reaches_each_market_once() -> None:
    # rented: the market's gain, whatever the rest says
    assert hardware_gain(1.0, 0.0, 1.0, 1.38, 0.14) == 1.38
    # owned and kept: its own loss of market value, or nothing by straight line
    assert hardware_gain(0.0, 0.0, 0.0, 1.5, 0.14) == pytest.approx(1.3804, abs=5e-5)
    assert hardware_gain(0.0, 0.0, 1.0, 1.5, 0.14) == 1.0
    # owned and upgraded: the market's gain
    assert hardware_gain(0.0, 1.0, 1.0, 1.5, 0.14) == 1.5


def test_a_year_makes_the_same_capability_cheaper() -> None:
    assert hardware_decline(1.25, 2.0, 0.25) == pytest.approx(1 / 3.125)
    assert site_decline(0.0, 1.4, 2.0, 0.25) == pytest.approx(1 / 2.5)
    assert site_decline(1.0, 1.4, 2.0, 0.25) == pytest.approx(1 / 3.5)


def test_the_run_splits_into_hardware_and_site() -> None:
    assert run_hardware_usd(1.0, 2.0, 4.0, 8.0, 16.0) == 31.0
    assert run_site_usd(1.0, 2.0, 4.0, 8.0, 16.0) == 31.0


def test_retraining_is_a_geometric_series() -> None:
    # $1,000 · (½ + ¼ + ⅛) + $100 · 3
    assert cost_retraining_usd(1_000.0, 100.0, 0.5, 1.0, 1.0, 3.0) == pytest.approx(1_175.0)
    # every two years: $1,000 · (¼ + 1/16)
    assert cost_retraining_usd(1_000.0, 0.0, 0.5, 1.0, 2.0, 2.0) == pytest.approx(312.5)


def test_finetuning_is_a_share_of_each_run() -> None:
    # 10 % · $1,000 · (½ + ¼), twice a year at a quarter a year
    assert cost_finetuning_usd(0.1, 1_000.0, 0.0, 0.25, 1.0, 0.5, 2.0) == pytest.approx(75.0)


def test_without_a_horizon_improvement_is_exactly_nothing() -> None:
    for ratio in (0.2, 1.0, 1.1):
        assert cost_retraining_usd(1e9, 1e8, ratio, ratio, 1.0, 0.0) == 0.0
        assert cost_finetuning_usd(0.047, 1e9, 1e8, ratio, ratio, 0.25, 0.0) == 0.0


@pytest.mark.parametrize("ratio", [0.1, 0.5, 1 - 1e-7, 1 - 1e-10, 1.0, 1 + 1e-10, 1 + 1e-7, 1.2])
@pytest.mark.parametrize("count", [1, 2, 17, 600])
def test_the_closed_form_is_the_sum(ratio: float, count: int) -> None:
    expected = math.fsum(ratio**k for k in range(1, count + 1))
    assert cost_retraining_usd(1.0, 0.0, ratio, 1.0, 1.0, float(count)) == pytest.approx(expected, rel=1e-6)
