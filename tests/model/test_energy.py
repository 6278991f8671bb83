"""Energy: the three boundaries by hand, Colossus 1's megawatts, BLOOM's kilowatt-hours."""

from __future__ import annotations

import math

import pytest

from gigacost.model import energy

NAN = math.nan
OWN, RENTED = 0.0, 1.0


def test_it_power_of_an_h100_is_1453_5_w() -> None:
    assert energy.it_peak_w(energy.server_w(1275.0), 1.14) == pytest.approx(1453.5)


def test_colossus_1_needs_1_82_kw_per_h100() -> None:
    it_mw = energy.it_mw(100_000.0, energy.it_peak_w(1275.0, 1.14))
    assert it_mw == pytest.approx(145.35)
    # 181 MW reported
    assert energy.facility_mw(it_mw, energy.facility_overhead(1.25)) == pytest.approx(181.69, abs=0.01)


def test_load_factor_applies_to_a_nameplate_only() -> None:
    assert energy.load_factor(0.0, 0.75) == 0.75
    assert energy.load_factor(1.0, 0.43) == 1.0


def test_average_power_by_hand() -> None:
    assert energy.it_average_w(1000.0, 0.75) == 750.0
    assert energy.average_mw(1000.0, 750.0, 1.2) == pytest.approx(0.9)


def test_bloom_at_the_chip_boundary() -> None:
    # 1,082,990 chip-hours at 400 W: 433,196 kWh published
    assert energy.energy_chip_kwh(1_082_990.0, 400.0) == pytest.approx(433_196.0)


def test_bloom_at_the_it_boundary() -> None:
    # 690 MWh published, of which 257 idle
    average = energy.it_average_w(energy.it_peak_w(812.5, 1.14), 0.75)
    assert energy.energy_it_kwh(1_082_990.0, average) == pytest.approx(690e3, rel=0.15)


def test_facility_energy_is_it_energy_times_pue() -> None:
    assert energy.energy_it_kwh(1000.0, 750.0) == 750.0
    assert energy.energy_kwh(750.0, 1.2) == 900.0
    assert energy.energy_mwh(900.0) == 0.9


def test_owner_pays_what_the_meter_says() -> None:
    metered = energy.metered_w(OWN, energy.owned_server_w(OWN, 1000.0), 0.75, 1.14, 1.2)
    assert metered == pytest.approx(1026.0)
    # 1000 chip-hours · 1.026 kW · 0.10 $/kWh
    assert energy.cost_energy_usd(OWN, 1000.0, metered, 0.1) == pytest.approx(102.6)


def test_meter_agrees_with_the_energy_of_the_run() -> None:
    load = energy.load_factor(0.0, 0.75)
    metered = energy.metered_w(OWN, energy.owned_server_w(OWN, 1275.0), load, 1.14, 1.144)
    average = energy.it_average_w(energy.it_peak_w(1275.0, 1.14), load)
    kwh = energy.energy_kwh(energy.energy_it_kwh(5000.0, average), 1.144)
    assert energy.cost_energy_usd(OWN, 5000.0, metered, 1.0) == pytest.approx(kwh)


def test_rented_energy_is_in_the_rent_even_if_nothing_is_known() -> None:
    metered = energy.metered_w(RENTED, energy.owned_server_w(RENTED, NAN), 0.75, 1.14, NAN)
    assert metered == 0.0
    assert energy.cost_energy_usd(RENTED, 1000.0, metered, NAN) == 0.0
    assert energy.it_nameplate_kw(1000.0, energy.owned_server_w(RENTED, NAN), 1.14) == 0.0


def test_owned_nameplate_by_hand() -> None:
    assert energy.it_nameplate_kw(1000.0, energy.owned_server_w(OWN, 1275.0), 1.14) == pytest.approx(1453.5)


def test_missing_figures_spoil_money_of_owners_only() -> None:
    assert energy.no_electricity_price(OWN, NAN)
    assert not energy.no_electricity_price(RENTED, NAN)
    assert not energy.no_electricity_price(OWN, 0.08)
    assert energy.no_owned_power_data(OWN, NAN)
    assert not energy.no_owned_power_data(RENTED, NAN)
    assert energy.no_owned_pue(OWN, NAN)
    assert not energy.no_owned_pue(RENTED, NAN)


def test_missing_figures_spoil_energy_whatever_the_market() -> None:
    assert energy.no_power_data(NAN)
    assert not energy.no_power_data(1275.0)
    assert energy.no_pue(NAN)
    assert not energy.no_pue(1.1)
    assert energy.no_tdp(NAN)
    assert not energy.no_tdp(700.0)
