"""Perspective: comparisons by hand."""

from __future__ import annotations

import pytest

from gigacost.model import perspective


def test_power_plants_and_households() -> None:
    assert perspective.reactors(1114.0) == 1.0
    # 1 MW is 8,766,000 kWh a year
    assert perspective.households(1.0) == pytest.approx(818.1, abs=0.1)
    assert perspective.household_years(10_715.0) == 1.0


def test_a_petabyte_is_a_thousand_terabytes() -> None:
    assert perspective.checkpoint_pb(5.67e12) == pytest.approx(0.00567)


def test_raw_data_in_petabytes() -> None:
    # FineWeb: 38 PB of Common Crawl
    assert perspective.raw_data_pb(38_000.0) == 38.0


def test_one_cubic_millimetre_of_mouse_cortex() -> None:
    # 1.6 PB, 84,000 neurons, 0.5e9 synapses
    volume = perspective.mouse_cortex_mm3(523e6)
    assert volume == 1.0
    assert perspective.mouse_cortex_neurons(volume) == 84_000.0
    assert perspective.mouse_cortex_pb(volume) == 1.6


def test_llama_405b_against_brains() -> None:
    assert perspective.mouse_cortex_mm3(405e9) == pytest.approx(774.4, abs=0.1)
    assert perspective.human_cortex_fraction(405e9) == pytest.approx(0.0027)
