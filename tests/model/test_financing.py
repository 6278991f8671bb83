"""Money tied up, and upkeep."""

from __future__ import annotations

import pytest

from gigacost.model.financing import (
    cost_financing_usd,
    cost_maintenance_usd,
    facility_financing_usd,
    hardware_financing_usd,
    mean_book_share,
)


def test_the_mean_book_value_is_halfway_between_the_first_and_the_last() -> None:
    assert mean_book_share(0.0, 1.0, 0.8, 0.1) == pytest.approx(0.9)
    assert mean_book_share(1.0, 1.0, 0.8, 0.1) == pytest.approx(0.55)


def test_the_capital_charge_is_on_the_mean_book_value() -> None:
    # 10 % · $1,000 · 0.9 · half a year
    assert hardware_financing_usd(0.1, 1_000.0, 0.9, 0.5) == pytest.approx(45.0)
    # 10 % · $1,000 / 2 · half a year
    assert facility_financing_usd(0.1, 1_000.0, 0.5) == pytest.approx(25.0)
    assert cost_financing_usd(45.0, 25.0) == 70.0


def test_upkeep_is_a_share_of_capex_a_year() -> None:
    # 0.8 % · ($700 + $300) · 2 years
    assert cost_maintenance_usd(0.008, 700.0, 300.0, 2.0) == pytest.approx(16.0)
