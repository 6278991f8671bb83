"""Carbon and water: by hand, and against what Meta and BigScience published."""

from __future__ import annotations

import math

import pytest

from gigacost.model import carbon, energy


def test_operational_carbon_by_hand() -> None:
    assert carbon.carbon_chip_t(2e6, 400.0) == 800.0
    assert carbon.carbon_it_t(3e6, 400.0) == 1200.0
    assert carbon.carbon_t(4e6, 400.0) == 1600.0


def test_llama_3_1_at_the_chip_boundary() -> None:
    # all three models, 39.3M chip-hours at 700 W: 11,390 t published; grid of the USA 383.55 g/kWh
    kwh = energy.energy_chip_kwh(39.3e6, 700.0)
    assert carbon.carbon_chip_t(kwh, 383.55) == pytest.approx(11_390.0, rel=0.1)


def test_bloom_at_the_chip_boundary() -> None:
    # 24.7 t published at 57 g/kWh of France
    assert carbon.carbon_chip_t(433_196.0, 57.0) == pytest.approx(24.7, rel=0.01)


def test_embodied_carbon_of_bloom_is_as_published() -> None:
    # 11.2 t published: 150 kg per GPU, 2500 kg per server of 8, 6 years at 85 %
    assert carbon.carbon_embodied_t(1_082_990.0, 462.5, 6.0, 0.85) == pytest.approx(11.2, abs=0.05)


def test_embodied_carbon_is_the_share_of_the_chips_life_that_the_run_takes() -> None:
    # all 8766 working hours of one chip
    assert carbon.carbon_embodied_t(8766.0, 500.0, 1.0, 1.0) == pytest.approx(0.5)


def test_total_is_electricity_and_hardware() -> None:
    assert carbon.carbon_total_t(3.0, 0.5) == 3.5


def test_water_is_energy_by_the_sites_litres_per_kwh() -> None:
    assert carbon.water_l(1000.0, 0.27) == 270.0


def test_unknown_grid_is_a_state() -> None:
    assert carbon.no_carbon_data(math.nan)
    assert not carbon.no_carbon_data(0.0)
