"""What an owned cluster loses in value."""

from __future__ import annotations

import pytest

from gigacost.model.depreciation import (
    cost_chips_usd,
    cost_facility_usd,
    cost_network_usd,
    cost_servers_usd,
    depreciated_share,
    run_years,
    value_share_at_end,
    value_share_at_start,
)


def test_a_year_has_8766_hours() -> None:
    assert run_years(4_383.0) == 0.5


def test_market_value_falls_by_orders_of_magnitude() -> None:
    assert value_share_at_start(0.14, 0.0) == 1.0
    assert value_share_at_start(0.5, 2.0) == pytest.approx(0.1)
    assert value_share_at_end(0.25, 1.0, 3.0) == pytest.approx(0.1)
    # a year at 0.14: 10^-0.14 = 0.7244
    assert value_share_at_end(0.14, 0.0, 1.0) == pytest.approx(0.7244, abs=5e-5)


def test_depreciation_by_market_value_is_start_less_end() -> None:
    assert depreciated_share(0.0, 0.9, 0.7, 0.1, 5.0, 1.0) == pytest.approx(0.2)


def test_straight_line_is_price_less_residual_over_life() -> None:
    # (1 − 0.1) · 1 year / 5 years
    assert depreciated_share(1.0, 0.9, 0.7, 0.1, 5.0, 1.0) == pytest.approx(0.18)


def test_no_decline_is_no_depreciation() -> None:
    start, end = value_share_at_start(0.0, 3.0), value_share_at_end(0.0, 3.0, 1.0)
    assert depreciated_share(0.0, start, end, 0.0, 5.0, 1.0) == 0.0


def test_two_half_runs_lose_what_one_run_loses() -> None:
    halves = [
        depreciated_share(0.0, value_share_at_start(0.14, age), value_share_at_end(0.14, age, 0.5), 0.0, 5.0, 0.5)
        for age in (1.0, 1.5)
    ]
    whole = depreciated_share(0.0, value_share_at_start(0.14, 1.0), value_share_at_end(0.14, 1.0, 1.0), 0.0, 5.0, 1.0)
    assert sum(halves) == pytest.approx(whole)


def test_each_part_is_charged_with_its_loss() -> None:
    assert cost_chips_usd(1_000.0, 0.2) == 200.0
    assert cost_servers_usd(500.0, 0.2) == 100.0
    assert cost_network_usd(250.0, 0.2) == 50.0
    assert cost_facility_usd(1_400.0, 14.0, 0.5) == 50.0
