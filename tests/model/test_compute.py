"""The run's compute in one figure."""

from __future__ import annotations

from gigacost.model.compute import run_compute_usd, usd_per_chip_hour


def test_compute_is_the_sum_of_its_parts() -> None:
    assert run_compute_usd(1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0) == 255.0


def test_all_in_cost_of_a_used_hour() -> None:
    assert usd_per_chip_hour(255.0, 45.0, 100.0) == 3.0
