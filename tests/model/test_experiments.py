"""Compute spent on the way to the final run."""

from __future__ import annotations

import pytest

from gigacost.model.experiments import EXPERIMENTS_FACTOR, cost_experiments_usd


def test_experiments_repeat_compute_and_energy_of_the_run() -> None:
    # (2.2 − 1) · ($90 + $10)
    assert cost_experiments_usd(2.2, 90.0, 10.0) == pytest.approx(120.0)
    assert cost_experiments_usd(1.0, 90.0, 10.0) == 0.0


def test_development_is_never_less_than_the_run() -> None:
    assert EXPERIMENTS_FACTOR.accepts(1.0)
    assert not EXPERIMENTS_FACTOR.accepts(0.9)
